"""`fanzha library`: for everybody what is written, for officers what they change."""

from pathlib import Path

import pytest

from bot.app import open_database
from bot.services.library_review import Given, Source, keep_text
from bot.services.passwords import hash_password
from bot.services.staff import finish_setup, invite
from bot.settings import Settings
from bot.storage.staff import Role
from bot.times import now
from tests.commands.conftest import Fanzha

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"
SCRIPT = "老人家，您的养老账户要做年检，请把卡贴在手机背面碰一下，别跟子女说，电话13812345678。"
REVIEWED = "先给我发一个红包，我把内部房源的钥匙放在门卫那里，你自己去拿，定金不退。"


@pytest.fixture
async def desk(data_dir: Path) -> None:
    """A district with a duty officer, a grid worker and a text to review."""
    settings = Settings(_env_file=None, data_dir=data_dir)
    hashed = await hash_password(PASSWORD)
    async with open_database(settings) as database, database.writing() as session:
        for login, role in (("li", Role.DUTY), ("zhao", Role.GRID)):
            _, code = await invite(session, None, login, login, role, now())
            await finish_setup(session, code, login, login, hashed, now())
        given = Given("none", 0.1, None, "v")
        await keep_text(session, Source.DISPUTE, REVIEWED, given, now())


def test_stats_are_one_table_by_register_and_side(fresh_fanzha: Fanzha) -> None:
    done = fresh_fanzha("library", "stats")
    assert done.returncode == 0, done.stderr
    for word in ("短信 sms", "聊天 chat", "骗术", "正常", "近似重复", "每条带来的新词"):
        assert word in done.stdout


def test_every_family_and_kind_is_tested_and_failures_end_with_one(fanzha: Fanzha) -> None:
    done = fanzha("library", "test")
    assert "Traceback" not in done.stderr
    assert "cs_insurance" in done.stdout
    assert "bank_movement" in done.stdout
    assert "合计" in done.stdout
    assert done.returncode == (0 if "全部判对" in done.stdout else 1)
    assert ("判错" in done.stdout) is (done.returncode == 1)


async def test_a_script_goes_in_is_listed_taken_out_and_put_back(
    fanzha: Fanzha, desk: None
) -> None:
    def officer(*words: str) -> str:
        done = fanzha("library", *words, "--as", "li", given=f"{PASSWORD}\n")
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    assert "还没有改动" in officer("history")
    added = officer("add", "nfc_tap", SCRIPT, "--register", "call", "--why", "昨天两起。")
    assert "第 1 次改动" in added
    assert "library replaced" not in added
    assert "13812345678" not in added
    again = fanzha(
        "library", "add", "nfc_tap", SCRIPT, "--why", "重复", "--as", "li", given=f"{PASSWORD}\n"
    )
    assert again.returncode == 1
    assert "几乎一样" in again.stderr
    assert "第 2 次改动：停用话术 1" in officer("retire", "1", "--why", "再核对一下。")
    assert "恢复话术 1" in officer("rollback", "1", "--why", "核对过了。")
    told = officer("history")
    assert "退回到第 1 次" in told
    assert "昨天两起" in told


async def test_a_reviewed_text_becomes_a_script_or_leaves_the_queue(
    fanzha: Fanzha, desk: None
) -> None:
    def officer(*words: str) -> tuple[int, str]:
        done = fanzha("library", "review", *words, "--as", "li", given=f"{PASSWORD}\n")
        return done.returncode, done.stdout + done.stderr

    assert "内部房源" in officer()[1]
    code, words = officer("1", "--family", "rent_scam_unknown", "--why", "核实。")
    assert (code, "没有“rent_scam_unknown”" in words) == (1, True)
    code, words = officer("1", "--family", "shop_fake", "--why", "核实。")
    assert code == 0, words
    assert "第 1 次改动" in words
    assert "没有待审的消息" in officer()[1]
    code, words = officer("1", "--dismiss")
    assert (code, "已有同事处理" in words) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ("add", "nfc_tap", SCRIPT, "--why", "x"),
        ("retire", "1", "--why", "x"),
        ("rollback", "0", "--why", "x"),
        ("history",),
        ("review",),
        ("review", "1", "--dismiss"),
    ],
    ids=lambda words: " ".join(words[:1]),
)
async def test_nobody_but_officers_changes_or_reads_it(
    fanzha: Fanzha, desk: None, words: tuple[str, ...]
) -> None:
    for login, password in (("zhao", PASSWORD), ("li", "wrong password")):
        done = fanzha("library", *words, "--as", login, given=f"{password}\n")
        assert done.returncode == 1
        assert done.stderr
        assert "内部房源" not in done.stdout
