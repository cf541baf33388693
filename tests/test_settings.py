"""A missing or malformed setting is named, with what is expected; no secret is shown."""

import re
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import PREFIX, Settings, load_settings
from bot.settings_problems import ELSEWHERE, EXPECTED

ENGLISH_SENTENCE = re.compile(r"[A-Za-z]+( [A-Za-z]+){2,}")
SECRET = "hunter2hunter2"
WRONG = {
    "DATABASE_URL": f"postgres://fanzha:{SECRET}@host/db",
    "DISTRICT": "城" * 21,
    "HOST": "这台 电脑",
    "PORT": "eighty",
    "CONSOLE_HOST": "http://console",
    "CONSOLE_PORT": "65536",
    "PUBLIC_URL": "fanzha.example.cn",
    "TRUSTED_PROXIES": "127.0.0.1,proxy",
    "TELEGRAM_TOKEN": SECRET,
    "TELEGRAM_API": "api.telegram.org",
    "TELEGRAM_WEBHOOK_SECRET": f"{SECRET}!",
    "CHECK_RETENTION_DAYS": "0",
    "LOG_LEVEL": "LOUD",
    "MESSAGES_PER_MINUTE": "1.5",
}


def refused() -> str:
    with pytest.raises(SettingsError) as error:
        load_settings()
    return error.value.words


@pytest.mark.parametrize("name", WRONG)
def test_a_malformed_setting_is_named_with_what_is_expected(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}{name}", WRONG[name])
    (_, line) = refused().split("\n")
    assert line.startswith(f"{PREFIX}{name}：")
    assert EXPECTED[name.lower()] in line
    assert not ENGLISH_SENTENCE.search(line)
    assert SECRET not in line


def test_every_setting_has_its_expectation() -> None:
    assert EXPECTED.keys() == Settings.model_fields.keys()


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WRONG.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    assert re.findall(rf"^{PREFIX}(\w+)：", refused(), re.MULTILINE) == list(WRONG)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"TELEGRAM_TOKEN": "123456:" + "a" * 30}, "FANZHA_PUBLIC_URL"),
        ({"PUBLIC_URL": "https://fanzha.example.cn"}, "FANZHA_TELEGRAM_TOKEN"),
    ],
)
def test_what_a_webhook_lacks_is_named(
    given: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANZHA_TELEGRAM_WEBHOOK_SECRET", "s" * 20)
    for name, value in given.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    assert f"缺少 {missing}" in refused()


def test_a_misspelt_setting_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANZHA_TELEGRAM_TOKNE", SECRET)
    words = refused()
    assert "FANZHA_TELEGRAM_TOKNE：没有这个设置。是不是 FANZHA_TELEGRAM_TOKEN？" in words
    assert SECRET not in words


def test_options_of_commands_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ELSEWHERE:
        monkeypatch.setenv(name.upper(), "li")
    assert load_settings().port == 8000


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"FANZHA_PORT=70000", "FANZHA_PORT：现在写的是“70000”"),
        (b"# ours\nFANZHA_PORT 8001", "FANZHA_PORT：.env 第 2 行"),
        ("FANZHA_PORT＝8001".encode(), "FANZHA_PORT：.env 第 1 行"),
        (b"FANZHA_PROT=8001", "是不是 FANZHA_PORT？"),
        ("FANZHA_DISTRICT=城东".encode("gbk"), "不是 UTF-8"),
    ],
)
def test_an_env_file_is_read_as_strictly(content: bytes, expected: str) -> None:
    Path(".env").write_bytes(content)
    assert expected in refused()


def test_a_good_env_file_is_read() -> None:
    Path(".env").write_text(
        "# ours\nPOSTGRES_PASSWORD=x\nexport FANZHA_PORT=8001\nFANZHA_DISTRICT = '城东分局'\n"
        "FANZHA_TRUSTED_PROXIES=127.0.0.1, 10.0.0.0/8\nFANZHA_LOG_LEVEL=\n"
    )
    settings = load_settings()
    assert (settings.port, settings.district, settings.log_level) == (8001, "城东分局", "INFO")
    assert [ip_network(proxy).version for proxy in settings.trusted_proxies] == [4, 4]
