"""When the guard of a group speaks, and what a group may set."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import InvalidInputError, NotAllowedError, NotFoundError
from bot.matching.library import Library
from bot.matching.lookup.blocklist import Blocklist
from bot.matching.result import Indicator, IndicatorKind, Level, Reason, Span, Verdict
from bot.matching.verdict import judge
from bot.services import guard
from bot.storage.database import Database
from bot.storage.groups import CommunityGroup
from bot.storage.guard import GuardAnswer, GuardMode, blank_deleted
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff, bind_resident
from tests.services.broadcasting import NOON, add_groups, add_staff
from tests.services.casework import pushed

CHAT, MEMBER = -1001, 77
SCAM = (
    "我是平台客服，您的百万保障今晚到期会自动扣费，请下载会议软件打开共享屏幕，把钱转到安全账户核验"
)
FOUND = (Reason("signal:screen_share", "一"), Reason("signal:safe_account", "二"))
HIGH = Verdict(Level.HIGH, 0.99, "1", family="cs_insurance", title="百万保障", reasons=FOUND)
LINK = Indicator(IndicatorKind.LINK, "a.top", Span(0, 5))


@pytest.fixture
async def worker(database: Database) -> Staff:
    async with database.writing() as session:
        staff = await add_staff(session, Role.GRID)
        await add_groups(session, staff, CHAT)
        return staff


async def answered(
    database: Database,
    *,
    chat: int = CHAT,
    verdict: Verdict = HIGH,
    text: str = SCAM,
    kind: str = "",
    may_delete: bool = True,
    days: float = 0,
) -> guard.Answered | None:
    async with database.writing() as session:
        now = NOON + timedelta(days=days)
        posted = guard.Posted(text, kind)
        return await guard.answer(
            session, chat, MEMBER, posted, verdict, may_delete=may_delete, now=now
        )


async def change(database: Database, **wanted: object) -> None:
    async with database.writing() as session:
        guarded = await guard.find_guarded(session, CHAT)
        assert guarded is not None
        await guard.change_guard(session, guarded, **wanted, now=NOON)  # type: ignore[arg-type]


def test_a_scam_that_speaks_for_itself_is_worth_a_word(library: Library) -> None:
    assert guard.is_worth_a_word(SCAM, judge(SCAM, library), newcomer=False)


@pytest.mark.parametrize(
    "text",
    [
        f"民警提醒：凡是说“{SCAM}”的都是诈骗，切勿上当，请拨打96110",
        f"大家注意，我刚接到这种：{SCAM}",
        f"这是不是骗人的？{SCAM}",
        f"“{SCAM}”",
        "今晚团购车厘子，五斤装一百二，要的接龙",
    ],
)
def test_a_warning_a_question_a_quotation_and_talk_are_not(library: Library, text: str) -> None:
    assert not guard.is_worth_a_word(text, judge(text, library), newcomer=False)


@pytest.mark.parametrize(
    "text",
    [
        f"民警提醒：凡是说“{SCAM}”的都是诈骗，切勿上当，请拨打96110",
        "近日，某市警方通报一起诈骗案：王女士接到自称客服的电话，把钱转到安全账户，被骗8万元",
        f"这是不是骗人的？{SCAM}",
        f"“{SCAM}”",
    ],
)
def test_what_does_not_speak_for_itself_is_left_alone_however_grave(text: str) -> None:
    assert guard.is_worth_a_word(SCAM, HIGH, newcomer=False)
    assert not guard.is_worth_a_word(text, HIGH, newcomer=False)


def test_one_piece_of_evidence_is_too_little() -> None:
    one = replace(HIGH, reasons=(Reason("phrase", "三"), Reason("phrase", "四")))
    assert guard.pieces_of_evidence(one) == 1
    assert not guard.is_worth_a_word("转到安全账户", one, newcomer=False)


def test_an_address_that_an_officer_has_checked_is_two_pieces(library: Library) -> None:
    text = "大家看看这家的茶叶 https://m.tingyu-tea.com/pay"
    blocked = library.with_blocklist(Blocklist({"tingyu-tea.com": "假客服"}))
    assert guard.is_worth_a_word(text, judge(text, blocked), newcomer=False)
    assert not guard.is_worth_a_word(text, judge(text, library), newcomer=False)
    asked = f"这个网站可信吗？{text}"
    assert not guard.is_worth_a_word(asked, judge(asked, blocked), newcomer=False)


def test_a_newcomers_first_link_weighs_more() -> None:
    verdict = replace(HIGH, level=Level.SUSPICIOUS, reasons=FOUND[:1], indicators=(LINK,))
    assert guard.is_worth_a_word("下载 a.top 领钱", verdict, newcomer=True)
    assert not guard.is_worth_a_word("下载 a.top 领钱", verdict, newcomer=False)
    graver = replace(verdict, level=Level.HIGH)
    assert guard.is_worth_a_word("下载 a.top 领钱", graver, newcomer=True)
    assert not guard.is_worth_a_word("下载 a.top 领钱", graver, newcomer=False)
    without = replace(verdict, indicators=())
    assert not guard.is_worth_a_word("下载软件领钱", without, newcomer=True)


def test_phrases_in_different_clauses_of_a_sure_message_are_two_pieces() -> None:
    text = "恭喜您获得手机一部，支付邮寄保价费后三日内送达"
    spans = (Span(0, 9), Span(10, 17))
    found = tuple(Reason("phrase", "像", text[one.start : one.end], one) for one in spans)
    sure = replace(HIGH, score=0.9, reasons=found)
    assert guard.is_worth_a_word(text, sure, newcomer=False)
    assert not guard.is_worth_a_word(text, replace(sure, score=0.8), newcomer=False)
    assert not guard.is_worth_a_word(text, replace(sure, level=Level.SUSPICIOUS), newcomer=False)
    assert not guard.is_worth_a_word(text.replace("，", "并且"), sure, newcomer=False)


async def test_a_trick_is_answered_once_a_day_in_a_group(database: Database, worker: Staff) -> None:
    first = await answered(database)
    assert first is not None
    assert first.mode is GuardMode.WARN
    assert await answered(database) is None
    assert await answered(database, verdict=replace(HIGH, family="other")) is not None
    assert await answered(database, days=1) is not None


async def test_an_unregistered_group_is_left_alone(database: Database, worker: Staff) -> None:
    assert await answered(database, chat=-999) is None


async def test_a_trusted_member_is_left_alone(database: Database, worker: Staff) -> None:
    for trusted in (True, True, False):
        async with database.writing() as session:
            guarded = await guard.find_guarded(session, CHAT)
            assert guarded is not None
            await guard.trust(session, guarded, MEMBER, trusted=trusted)
        assert (await answered(database) is None) is trusted


async def test_a_group_that_wants_none_gets_none(database: Database, worker: Staff) -> None:
    await change(database, mode=GuardMode.OFF)
    assert await answered(database) is None


async def test_in_quiet_times_only_the_grid_worker_is_told(
    database: Database, worker: Staff
) -> None:
    await change(database, quiet="22:00-07:00")
    night = await answered(database, days=0.45)
    assert night is not None
    assert night.mode is GuardMode.TELL
    day = await answered(database, days=1)
    assert day is not None
    assert day.mode is GuardMode.WARN
    with pytest.raises(InvalidInputError):
        await change(database, quiet="25:00-99:00")


async def test_the_administrators_who_write_to_the_bot_are_told_with_the_grid_worker(
    database: Database, worker: Staff
) -> None:
    await change(database, mode=GuardMode.TELL)
    async with database.writing() as session:
        bound = await find_or_add_resident(session, "telegram", 4711, NOON)
        await bind_resident(session, bound.id, worker.id, NOON)
        await find_or_add_resident(session, "telegram", 4712, NOON)
        posted, link = guard.Posted(SCAM), "https://t.me/c/1/9"
        admins = (4711, 4712, 4713)
        answer = await guard.answer(
            session, CHAT, MEMBER, posted, HIGH, may_delete=True, now=NOON, admins=admins, link=link
        )
        assert answer is not None
        sent = await pushed(session)
    assert len(sent) == 2
    for _, words in sent:
        assert "百万保障" in words
        assert words.endswith(link)
        assert SCAM not in words


@pytest.mark.parametrize(
    ("written", "kept"),
    [("22:30-06:30", "22:30-06:30"), ("9：05 到 12：00", "09:05-12:00"), ("不设", ""), ("", "")],
)
def test_quiet_times_are_read_as_people_write_them(written: str, kept: str) -> None:
    assert guard.read_quiet(written) == kept


@pytest.mark.parametrize("written", ["24:00-06:00", "晚上", "22:30", "8:00-8:00", "22:61-6:00"])
def test_what_is_no_time_is_refused_with_how_to_write_it(written: str) -> None:
    with pytest.raises(InvalidInputError, match="22:30-06:30"):
        guard.read_quiet(written)


async def test_what_is_deleted_in_quiet_times_is_told_of_without_a_sound(
    database: Database, worker: Staff
) -> None:
    await change(database, mode=GuardMode.DELETE, quiet="22:00-07:00")
    night, day = await answered(database, days=0.45), await answered(database, days=1)
    assert night is not None
    assert day is not None
    assert (night.mode, night.quiet, day.quiet) == (GuardMode.DELETE, True, False)


async def test_without_the_right_to_delete_the_group_is_warned(
    database: Database, worker: Staff
) -> None:
    await change(database, mode=GuardMode.DELETE)
    warned = await answered(database, may_delete=False)
    assert warned is not None
    assert warned.mode is GuardMode.WARN
    async with database.reading() as session:
        assert (await session.scalars(select(GuardAnswer))).one().text_sealed is None


async def test_a_deleted_message_comes_back_once_and_for_a_day(
    database: Database, worker: Staff
) -> None:
    await change(database, mode=GuardMode.DELETE)
    one = await answered(database)
    assert one is not None
    other = await answered(database, verdict=replace(HIGH, family="other"))
    assert other is not None
    async with database.writing() as session:
        guarded = await guard.find_guarded(session, CHAT)
        assert guarded is not None
        assert await guard.undo(session, guarded, one.answer_id, NOON) == guard.Posted(SCAM)
        for answer_id, later in ((one.answer_id, 0), (other.answer_id, 25), (9_999, 0)):
            with pytest.raises(NotFoundError):
                await guard.undo(session, guarded, answer_id, NOON + timedelta(hours=later))
        assert await blank_deleted(session, NOON + timedelta(days=1)) == 2
        rows = (await session.scalars(select(GuardAnswer))).all()
    assert SCAM.encode() not in b"".join(row.text_sealed or b"" for row in rows)


async def test_every_text_of_a_trick_is_deleted_and_the_same_one_again_without_a_word(
    database: Database, worker: Staff
) -> None:
    await change(database, mode=GuardMode.DELETE)
    first, other = await answered(database), await answered(database, text="今晚共享屏幕")
    assert first is not None
    assert other is not None
    assert (first.mode, other.mode, other.again) == (GuardMode.DELETE, GuardMode.DELETE, False)
    again = await answered(database)
    assert again is not None
    assert (again.mode, again.again) == (GuardMode.DELETE, True)
    async with database.writing() as session:
        guarded = await guard.find_guarded(session, CHAT)
        assert guarded is not None
        await guard.undo(session, guarded, first.answer_id, NOON)
    assert await answered(database) is None
    still = await answered(database, text="今晚共享屏幕")
    assert still is not None
    assert still.again


async def test_what_could_not_be_put_back_is_not_deleted(database: Database, worker: Staff) -> None:
    await change(database, mode=GuardMode.DELETE)
    warned = await answered(database, kind="other")
    assert warned is not None
    assert warned.mode is GuardMode.WARN


def test_what_was_kept_before_as_mere_words_still_comes_back() -> None:
    posted = guard.Posted("看这个", "photo", "AgAC")
    assert guard.Posted.from_json(posted.to_json()) == posted
    assert guard.Posted.from_json(SCAM) == guard.Posted(SCAM)


async def test_who_may_change_the_guard(database: Database, worker: Staff) -> None:
    async with database.writing() as session:
        duty = await add_staff(session, Role.DUTY, "li")
        stranger = None
        assert await guard.manage(session, CHAT, worker, by_admin=False)
        assert await guard.manage(session, CHAT, stranger, by_admin=True)
        for somebody in (stranger, duty):
            with pytest.raises(NotAllowedError):
                await guard.manage(session, CHAT, somebody, by_admin=False)
        with pytest.raises(NotFoundError):
            await guard.manage(session, -999, worker, by_admin=False)
        (await session.scalars(select(CommunityGroup))).one().active = False
        with pytest.raises(NotFoundError):
            await guard.manage(session, CHAT, worker, by_admin=False)
