"""`fanzha leads`: working leads on the command line; it asks who one is, and trails say it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.lead_import import import_leads
from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

if TYPE_CHECKING:
    from bot.services.signed_export import Verified

app = typer.Typer(help="办理线索", no_args_is_help=True)
app.command("import")(import_leads)

Number = Annotated[str, typer.Argument(help="线索编号")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="日期，如 2026-11-24")]


@app.command()
def link(number: Number, login: Login = "") -> None:
    """列出和它相关的线索，以及相同之处。"""
    run(lambda: _link(login, number))


@app.command()
def sign(number: Number, login: Login = "") -> None:
    """签收一条线索。"""
    run(lambda: _sign(login, number))


@app.command()
def move(
    number: Number,
    to: Annotated[str, typer.Argument(help="新状态，如 calling、met、stopped、closed")],
    login: Login = "",
    why: Annotated[str, typer.Option(help="原因")] = "",
    station: Annotated[str, typer.Option(help="转给哪个派出所（dispatched 必填）")] = "",
) -> None:
    """改变一条线索的状态。"""
    run(lambda: _move(login, number, to, why, station))


@app.command()
def contact(
    number: Number,
    way: Annotated[str, typer.Argument(help="phone | message | visit | family")],
    result: Annotated[str, typer.Argument(help="reached | no_answer | refused | wrong_number")],
    login: Login = "",
    note: Annotated[str, typer.Option(help="备注，加密保存")] = "",
) -> None:
    """登记一次联系。"""
    run(lambda: _contact(login, number, way, result, note))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="写到哪个新文件夹")],
    login: Login = "",
    since: Day = None,
    until: Day = None,
    full: Annotated[bool, typer.Option("--full", help="含完整信息和附件，留下查看记录")] = False,
    signed: Annotated[bool, typer.Option("--sign", help="签名；附件要加 --full 才会写出")] = False,
) -> None:
    """导出成文件夹：每行一条 JSON、清单和签名，供单向网络使用。"""
    run(lambda: _export(login, folder, since, until, full=full, signed=signed))


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="导出的文件夹")],
    login: Login = "",
    key: Annotated[
        str, typer.Option("--public-key", help="对方的公钥；不写则用本机的，需登录")
    ] = "",
) -> None:
    """校验导出的文件夹：签名、清单和每个文件。"""
    run(lambda: _verify(login, folder, key))


async def _link(login: str, number: str) -> None:
    from rich.table import Table

    from bot.services.leads import RISK_NAMES, STATE_NAMES, actor_name, log_look
    from bot.services.linking import SHARED_NAMES, linked
    from bot.times import now, on_screen

    async with signed_in(login, looks=True) as (database, staff), database.writing() as session:
        found = await linked(session, staff, number)
        await log_look(session, actor_name(staff), number[:40], "link", now())
    if not found:
        out.print("没有和它相关的线索。")
        return
    table = Table("编号", "等级", "状态", "收到", "相同之处")
    for other in found:
        shared = "；".join(
            f"{SHARED_NAMES.get(one.kind, one.kind)} {one.value}".strip() for one in other.shared
        )
        line = other.line
        received = on_screen(line.received_at)
        table.add_row(line.number, RISK_NAMES[line.risk], STATE_NAMES[line.state], received, shared)
    out.print(table)


async def _sign(login: str, number: str) -> None:
    from bot.services.leads import sign_for
    from bot.times import now

    async with signed_in(login) as (database, staff), database.writing() as session:
        signed = (await sign_for(session, staff, number, now())).number
    out.print(f"已签收 {signed}。", markup=False)


async def _move(login: str, number: str, to: str, why: str, station: str) -> None:
    from bot.errors import InvalidInputError
    from bot.services.handling import dispatch
    from bot.services.leads import STATE_NAMES
    from bot.services.transitions import move as move_lead
    from bot.storage.leads import LeadState
    from bot.times import now

    names = {name: state for state, name in STATE_NAMES.items()}
    if to not in set(LeadState) and to not in names:
        raise InvalidInputError(f"没有“{to}”这个状态，可以写：{'、'.join(LeadState)}。")
    state = names.get(to) or LeadState(to)
    async with signed_in(login) as (database, staff), database.writing() as session:
        if state is LeadState.DISPATCHED:
            lead = await dispatch(session, staff, number, station, why, now())
        else:
            lead = await move_lead(session, staff, number, state, why, now())
        words = f"{lead.number} 已改为“{STATE_NAMES[state]}”。"
    out.print(words, markup=False)


async def _contact(login: str, number: str, way: str, result: str, note: str) -> None:
    from bot.errors import InvalidInputError
    from bot.services.contacts import record_contact
    from bot.storage.contacts import ContactResult, ContactWay
    from bot.times import now

    if way not in set(ContactWay) or result not in set(ContactResult):
        ways, results = "、".join(ContactWay), "、".join(ContactResult)
        raise InvalidInputError(f"方式可以写：{ways}；结果可以写：{results}。")
    async with signed_in(login) as (database, staff), database.writing() as session:
        lead = await record_contact(
            session, staff, number, ContactWay(way), ContactResult(result), now(), note=note
        )
        words = f"已登记 {lead.number} 的联系。"
    out.print(words, markup=False)


async def _export(
    login: str,
    folder: Path,
    since: datetime | None,
    until: datetime | None,
    *,
    full: bool,
    signed: bool,
) -> None:
    from bot.services.evidence_store import open_evidence_store
    from bot.services.export_folder import Span, export_folder
    from bot.services.signed_export import public_key
    from bot.settings import load_settings
    from bot.times import SHANGHAI, now

    first = since.replace(tzinfo=SHANGHAI) if since else None
    after = until.replace(tzinfo=SHANGHAI) if until else None
    async with signed_in(login) as (database, staff):
        store = open_evidence_store(load_settings(), database.vault) if full else None
        span = Span(first, after)
        made = await export_folder(database, staff, folder, span, now(), store=store, sign=signed)
        key = public_key(database.vault)
    out.print(f"已导出 {made.leads} 条到 {folder}。", markup=False)
    if made.gone:
        out.print(f"有 {len(made.gone)} 个附件已经删除，没有导出，清单里写着。", markup=False)
    if not full:
        out.print("未含附件和完整信息；需要时加 --full 再导出。", markup=False)
    if signed:
        out.print(f"校验用的公钥：{key}", markup=False, soft_wrap=True)


async def _verify(login: str, folder: Path, key: str) -> None:
    from bot.services.leads import actor_name, log_look
    from bot.services.permissions import Action, require
    from bot.services.signed_export import public_key, verify_export
    from bot.times import now

    if key:
        _say(verify_export(folder, key.strip()))
        return
    async with signed_in(login, looks=True) as (database, staff):
        require(staff.role, Action.EXPORT_LEADS)
        found = verify_export(folder, public_key(database.vault))
        async with database.writing() as session:
            await log_look(session, actor_name(staff), folder.name[:40], "verify", now())
    _say(found)


def _say(found: "Verified") -> None:
    out.print(
        f"校验通过：{found.leads} 条线索，{found.files} 个文件，"
        f"{found.made_at} 由 {found.made_by} 导出。",
        markup=False,
    )
