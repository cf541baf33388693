"""The key file: made once, kept private, and refused in words when it is no good."""

import base64
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.storage.vault import load_vault

KEY = base64.b64encode(b"k" * 32).decode()


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


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "secret.key"):
        with pytest.raises(SettingsError, match="FANZHA_KEY_FILE") as refused:
            load_vault(path)
        assert str(path) in refused.value.words
