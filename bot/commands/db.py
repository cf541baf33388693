"""`fanzha db`: the schema, the sealing key, what is to be forgotten."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.officer import Login, signed_in
from bot.commands.screen import out, run

app = typer.Typer(help="数据库", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """把数据库升级到当前版本。"""
    run(lambda: _move("head", up=True))


@app.command()
def downgrade(
    to: Annotated[str, typer.Argument(help="要退回的版本；base 会清空所有表")],
) -> None:
    """退回到某个版本。"""
    typer.confirm("退回版本可能删除数据，确定吗？", abort=True)
    run(lambda: _move(to, up=False))


@app.command()
def current() -> None:
    """显示数据库的版本。"""
    run(_current)


@app.command("rotate-key")
def rotate_key(
    login: Login = "",
    again: Annotated[
        bool, typer.Option("--continue", help="不加新密钥，只把剩下的数据换到现在的密钥")
    ] = False,
) -> None:
    """加一把新密钥并逐批重新加密；机器人和值班台不用停。"""
    run(lambda: _rotate(login, again))


@app.command()
def purge(
    login: Login = "",
    dry: Annotated[bool, typer.Option("--dry-run", help="只看会清理多少，不清理")] = False,
) -> None:
    """清理到期的数据；平时每天夜里自动做。"""
    run(lambda: _purge(login, dry))


@app.command()
def backup(
    target: Annotated[
        Path | None, typer.Argument(help="写到哪个 .zip；不写就放在数据目录的 backups 里")
    ] = None,
    login: Login = "",
) -> None:
    """把整个数据库备份成一个文件；机器人和值班台不用停。"""
    run(lambda: _backup(login, target))


@app.command()
def restore(source: Annotated[Path, typer.Argument(help="备份文件")]) -> None:
    """把备份恢复到一个空的数据库；要先放回当时的 secret.key。"""
    run(lambda: _restore(source))


async def _backup(login: str, target: Path | None) -> None:
    from bot.services.backup import NOT_IN_IT, file_name, keep_backup
    from bot.settings import load_settings
    from bot.times import now

    path = target or load_settings().backups / file_name(now())
    async with signed_in(login, looks=True) as (database, staff):
        made = await keep_backup(database, staff, path, now())
    out.print(f"已备份 {made.rows} 行到 {made.path}（{made.size / 1_000_000:.1f} MB）。")
    out.print(NOT_IN_IT)


async def _restore(source: Path) -> None:
    from bot.app import open_database
    from bot.services.backup import put_back
    from bot.settings import load_settings
    from bot.times import now

    async with open_database(load_settings()) as database:
        count = await put_back(database, source, now())
    out.print(f"已恢复 {count} 行。请把证据文件也复制回来，再启动。")


async def _rotate(login: str, again: bool) -> None:
    from bot.services.evidence_store import open_evidence_store
    from bot.services.key_rotation import rotate_key as rotate
    from bot.settings import load_settings
    from bot.times import now

    settings = load_settings()
    async with signed_in(login, looks=True) as (database, staff):
        store = open_evidence_store(settings, database.vault)
        done = await rotate(database, staff, settings.key_path, now(), fresh=not again, store=store)
    out.print(f"现用密钥编号 {done.key_id}，重新加密 {done.resealed} 处，还剩 {done.left} 处。")
    out.print(f"证据文件重新加密 {done.files} 个，还剩 {done.files_left} 个。")
    if settings.key_path is not None and not again:
        out.print("密钥文件已更新，请重新备份；旧密钥留在文件里，旧备份要用。", markup=False)
    if done.left or done.files_left:
        out.print("请稍后运行 fanzha db rotate-key --continue。", markup=False)


async def _purge(login: str, dry: bool) -> None:
    from dataclasses import asdict

    from bot.services.leads import actor_name, log_look
    from bot.services.permissions import Action, require
    from bot.services.retention import CLASS_NAMES, purge_all
    from bot.settings import load_settings
    from bot.times import now

    settings = load_settings()
    async with signed_in(login, looks=True) as (database, staff):
        require(staff.role, Action.PURGE)
        opened = database.reading() if dry else database.writing()
        async with opened as session:
            purged = await purge_all(
                session, settings.check_retention_days, settings.lead_retention_days, now()
            )
            if not dry:
                await log_look(session, actor_name(staff), "database", "purge", now())
    out.print("会清理：" if dry else "已清理：")
    for name, count in asdict(purged).items():
        out.print(f"  {CLASS_NAMES[name]}：{count}", markup=False)


async def _move(to: str, *, up: bool) -> None:
    from bot.app import open_database
    from bot.settings import load_settings
    from bot.storage import schema

    async with open_database(load_settings()) as database:
        if not up:
            await schema.downgrade(database, to)
        out.print(f"数据库版本：{await schema.current_version(database) or '空'}")


async def _current() -> None:
    from bot.app import open_database
    from bot.settings import load_settings
    from bot.storage.schema import current_version

    async with open_database(load_settings()) as database:
        out.print(f"数据库版本：{await current_version(database) or '空'}")
