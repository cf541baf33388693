"""A line of an upstream file → a lead, or the words why not."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from bot.errors import InvalidInputError
from bot.matching.masking import mask
from bot.matching.result import Level
from bot.services.lead_batches import LeadRow
from bot.services.leads import RISK_NAMES
from bot.services.money import read_amount
from bot.services.risk_rules import Known, Ranked, rank
from bot.services.triage import Happened
from bot.storage.leads import LeadKind, Risk
from bot.times import SHANGHAI

FIELDS: Mapping[str, tuple[str, ...]] = {
    "编号": ("线索编号", "预警编号", "编号", "序列号"),
    "时间": ("预警时间", "接收时间", "下发时间", "时间", "日期"),
    "电话": ("手机号码", "手机号", "联系电话", "电话号码", "电话", "号码"),
    "地址": ("联系地址", "现住址", "地址", "区域", "辖区"),
    "类型": ("预警类型", "线索类型", "类型"),
    "等级": ("预警等级", "风险等级", "等级", "级别"),
    "金额": ("涉案金额", "预警金额", "金额"),
    "内容": ("简要案情", "预警内容", "内容", "描述", "备注"),
}
"""Our fields, and headers that they are taken from unless a source says otherwise."""
RISKS: Sequence[tuple[str, Risk]] = (
    ("紧急", Risk.URGENT),
    ("高", Risk.HIGH),
    ("中", Risk.MEDIUM),
    ("低", Risk.LOW),
)
DATE = re.compile(
    r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时]?(\d{1,2})分?(?:[:]?(\d{1,2})(?:\.\d+)?)?秒?)?"
)
PACKED = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=SHANGHAI)
OLDEST = datetime(2000, 1, 1, tzinfo=SHANGHAI)
PHONE = re.compile(r"\d{5,15}")
WORDS_LENGTH, AREA_LENGTH, NUMBER_LENGTH = 2000, 100, 64
HEADER_WITHIN = 10
"""So many lines may stand above the first lead, the header among them."""
NO_HEADER = (
    f"前 {HEADER_WITHIN} 行里要有表头，至少写明时间，以及电话、内容或编号中的一项；"
    "列名不同时写明 时间=列名（命令行里写在 --column 后面）。"
)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A lead with the number that it has upstream; empty where it has none.

    `said` is all that the line says, `place` where it stands in the file, counted from 1 with the
    header.
    """

    number: str
    row: LeadRow
    said: str
    place: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands in a file; amounts in 万元 where the header says so."""

    places: Mapping[str, int]
    in_ten_thousands: bool

    def value(self, line: Sequence[str], field: str) -> str:
        """The cell of a field; empty where there is none."""
        place = self.places.get(field)
        if place is None or place >= len(line):
            return ""
        return unicodedata.normalize("NFKC", line[place]).strip()


def find_header(
    lines: Iterator[list[str]], mapping: Mapping[str, str]
) -> tuple[list[str], Columns, int]:
    """The header, its columns, and at which of the first lines it stands: above it may be a title
    over merged cells. `lines` goes on behind it.

    Raises InvalidInputError that says what the first line lacks.
    """
    problem = InvalidInputError("这个文件是空的，请检查后再试。")
    for place, line in enumerate(islice(lines, HEADER_WITHIN), 1):
        if len({cell.strip() for cell in line} - {""}) < 2:
            problem = InvalidInputError(NO_HEADER) if place == 1 else problem
            continue
        try:
            return line, find_columns(line, mapping), place
        except InvalidInputError as wrong:
            problem = wrong if place == 1 else problem
    raise problem


def find_columns(header: Sequence[str], mapping: Mapping[str, str]) -> Columns:
    """Where the fields stand: as the mapping says, else by the usual headers.

    Raises InvalidInputError that names what was not found.
    """
    names = ["".join(cell.split()) for cell in header]
    places: dict[str, int] = {}
    for field, usual in FIELDS.items():
        wanted = mapping.get(field)
        if wanted is not None:
            if "".join(wanted.split()) not in names:
                raise InvalidInputError(f"表头里没有“{wanted}”这一列（用作{field}），请检查。")
            places[field] = names.index("".join(wanted.split()))
            continue
        found = [place for word in usual for place, name in enumerate(names) if word in name]
        free = [place for place in found if place not in places.values()]
        if free:
            places[field] = free[0]
    if "时间" not in places or not {"电话", "内容", "编号"} & set(places):
        raise InvalidInputError(NO_HEADER)
    amount = places.get("金额")
    return Columns(places, amount is not None and "万元" in names[amount])


def read_line(line: Sequence[str], columns: Columns, now: datetime, place: int = 0) -> ReadLine:
    """The lead of a line. Raises InvalidInputError with everything that is wrong with it."""
    number, words = columns.value(line, "编号"), columns.value(line, "内容")
    phone, problems = "", []
    try:
        phone = read_phone(columns.value(line, "电话"))
    except InvalidInputError as error:
        problems.append(error.words)
    received, amount = None, None
    try:
        received = read_moment(columns.value(line, "时间"), now)
    except InvalidInputError as error:
        problems.append(error.words)
    try:
        amount = _amount(columns.value(line, "金额"), columns.in_ten_thousands)
    except InvalidInputError as error:
        problems.append(error.words)
    if len(number) > NUMBER_LENGTH or len(words) > WORDS_LENGTH:
        problems.append(f"编号最多 {NUMBER_LENGTH} 个字，内容最多 {WORDS_LENGTH} 个字。")
    if not (number or phone or words):
        problems.append("编号、电话、内容都是空的。")
    if problems or received is None:
        raise InvalidInputError("".join(problems))
    fund = "资金" in columns.value(line, "类型")
    said = (columns.value(line, "类型"), columns.value(line, "等级"), received.isoformat())
    ranked = _ranked(columns.value(line, "等级"), amount, now - received, fund=fund)
    row = LeadRow(
        LeadKind.FUND if fund else LeadKind.CONTACT,
        ranked.risk,
        min(received, now),
        description=mask(words),
        phone=phone,
        area=columns.value(line, "地址")[:AREA_LENGTH],
        amount_fen=amount,
        transferred=fund,
        why=ranked.why,
    )
    return ReadLine(
        number,
        row,
        "\0".join((*said, phone, row.description, row.area, str(amount))),
        place,
        line,
    )


def read_moment(typed: str, now: datetime) -> datetime:
    """A moment in Shanghai from text as people and workbooks write it (2024/3/5 14:03,
    2024年3月5日, 20240305140300, 45356.58). Raises InvalidInputError."""
    if SERIAL.fullmatch(typed):
        moment = EXCEL_EPOCH + timedelta(days=float(typed))
    else:
        found = PACKED.fullmatch(typed) or DATE.fullmatch(typed)
        if found is None:
            raise InvalidInputError(f"没看懂时间“{typed[:20]}”。")
        try:
            moment = datetime(*(int(part or 0) for part in found.groups()), tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]
        except ValueError:
            raise InvalidInputError(f"没有“{typed[:20]}”这个时间。") from None
    if not OLDEST <= moment <= now + timedelta(minutes=5):
        raise InvalidInputError(f"时间“{typed[:20]}”在将来或太早。")
    return moment


def read_phone(typed: str) -> str:
    """A phone number's digits; empty where none is given. Raises InvalidInputError."""
    digits = re.sub(r"[\s()-]", "", typed).removeprefix("+86")
    if digits.startswith("86") and len(digits) == 13:
        digits = digits[2:]
    if digits and not PHONE.fullmatch(digits):
        raise InvalidInputError("电话要是 5 到 15 位数字。")
    return digits


def _amount(typed: str, in_ten_thousands: bool) -> int | None:
    if not typed:
        return None
    plain = typed.replace(",", "")
    if in_ten_thousands and re.fullmatch(r"\d+(?:\.\d+)?", plain):
        plain += "万"
    fen = read_amount(plain)
    if fen is None:
        raise InvalidInputError(f"没看懂金额“{typed[:20]}”。")
    return fen


def _ranked(typed: str, amount: int | None, ago: timedelta, *, fund: bool) -> Ranked:
    """The risk that the upstream system names; else, and where money has moved, by our table."""
    named = next((risk for word, risk in RISKS if word in typed), None)
    if named is not None and not fund:
        return Ranked(named, f"风险{RISK_NAMES[named]}：上级平台定级")
    happened = Happened.PAID if fund else Happened.NOT_PAID
    return rank(Known(happened, Level.SUSPICIOUS, amount, fund, ago))
