"""The key file: made once, kept private, and refused in words when it is no good."""

import base64
from pathlib import Path

import pytest

from bot.app import open_database
from bot.errors import InvalidInputError, SettingsError
from bot.services.key_rotation import rotate_key
from bot.settings import load_settings
from bot.storage.staff import Role
from bot.storage.vault import load_vault, vault_of_words
from bot.times import now
from tests.services.casework import officer

KEY = base64.b64encode(b"k" * 32).decode()
OTHER = base64.b64encode(b"o" * 32).decode()


def test_fresh_keys_are_private_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "secret.key"
    first = load_vault(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret.key"]
    assert load_vault(path) == first
    assert load_vault(path).open(first.seal("13800138000", "phone"), "phone") == "13800138000"


def test_a_value_opens_only_for_its_purpose_and_with_its_key(tmp_path: Path) -> None:
    vault, other = load_vault(tmp_path / "one"), load_vault(tmp_path / "two")
    sealed = vault.seal("王桂英", "name")
    for opener, purpose in ((vault, "phone"), (other, "name")):
        with pytest.raises(SettingsError, match="密钥"):
            opener.open(sealed, purpose)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"1:abc",
        f"one:{KEY}".encode(),
        f"1:{KEY}".encode(),
        f"fingerprint:{KEY}".encode(),
        f"1:{KEY[:-4]}\nfingerprint:{KEY}".encode(),
    ],
)
def test_a_malformed_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="密钥文件") as refused:
        load_vault(path)
    assert KEY[:-4] not in refused.value.words
    assert path.read_bytes() == content


def test_keys_come_from_the_environment_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret.key"
    sealed = load_vault(path).seal("13800138000", "phone")
    for between in (",", "\n", " "):
        monkeypatch.setenv("FANZHA_KEYS", between.join(path.read_text().splitlines()))
        settings = load_settings()
        assert settings.key_path is None
        vault = vault_of_words(settings.keys.get_secret_value())
        assert vault.open(sealed, "phone") == "13800138000"
        assert vault.fingerprint("x", "y") == load_vault(path).fingerprint("x", "y")
        assert KEY not in repr(settings)


async def test_a_database_opens_with_keys_from_the_environment_and_no_file_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANZHA_KEYS", f"1:{KEY},fingerprint:{KEY}")
    async with open_database(load_settings()) as database:
        assert database.vault.newest == 1
        async with database.writing() as session:
            staff = await officer(session, "root", Role.ADMIN)
        with pytest.raises(InvalidInputError, match="2:新密钥"):
            await rotate_key(database, staff, None, now())
    assert not (tmp_path / "data" / "secret.key").exists()
    monkeypatch.setenv("FANZHA_KEYS", f"1:{KEY},2:{OTHER},fingerprint:{KEY}")
    async with open_database(load_settings()) as database:
        done = await rotate_key(database, staff, None, now(), fresh=False)
        assert (done.key_id, done.left) == (2, 0)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (f"1:{KEY[:-4]},fingerprint:{KEY}", "FANZHA_KEYS 第 1 项"),
        (f"1:{KEY} fingerprint:abc", "FANZHA_KEYS 第 2 项"),
        (f"1:{KEY}", "FANZHA_KEYS 不完整"),
    ],
)
def test_malformed_keys_in_the_environment_are_refused_and_not_shown(keys: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        vault_of_words(keys)
    assert KEY[:-4] not in refused.value.words


def test_keys_from_two_places_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANZHA_KEYS", f"1:{KEY},fingerprint:{KEY}")
    monkeypatch.setenv("FANZHA_KEY_FILE", "secret.key")
    with pytest.raises(SettingsError, match="只能写一个") as refused:
        load_settings()
    assert KEY not in refused.value.words


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "secret.key"):
        with pytest.raises(SettingsError, match="FANZHA_KEY_FILE") as refused:
            load_vault(path)
        assert str(path) in refused.value.words
