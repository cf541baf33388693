"""Encryption of personal values, and keyed hashes to find them again.

A sealed value is `<key id>.<nonce><ciphertext>` (AES-256-GCM, 96-bit nonce); the purpose it was
sealed for is authenticated with it, so a value moved to another column does not open.
"""

import base64
import hmac
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SettingsError, system_words

NONCE_BYTES = 12


class UnreadableError(SettingsError):
    """A sealed value is not as it was written, or another key sealed it."""

    def __init__(self) -> None:
        super().__init__("密钥与数据不符，无法读取已加密的数据。请检查密钥文件。")


@dataclass(frozen=True)
class Vault:
    """Keys by id; the newest seals, all open.

    A key that another process has added since is read from `path` when it is first met.
    """

    keys: Mapping[int, bytes]
    fingerprint_key: bytes
    path: Path | None = None
    _ciphers: dict[int, AESGCM] = field(default_factory=dict, compare=False, repr=False)

    @property
    def newest(self) -> int:
        """The id of the key that seals."""
        return max(*self.keys, *self._ciphers, 0)

    def seal(self, value: str, purpose: str) -> bytes:
        """Encrypt `value` for the column named by `purpose`."""
        return self.seal_bytes(value.encode(), purpose)

    def seal_bytes(self, value: bytes, purpose: str) -> bytes:
        """The same for what is no text."""
        key_id = self.newest
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = self._cipher(key_id).encrypt(nonce, value, purpose.encode())
        return b"%d." % key_id + nonce + body

    def open(self, sealed: bytes, purpose: str) -> str:
        """Decrypt; raises SettingsError where the key is not the one it was sealed with."""
        return self.open_bytes(sealed, purpose).decode()

    def open_bytes(self, sealed: bytes, purpose: str) -> bytes:
        """The same for what is no text."""
        key_id, _, rest = sealed.partition(b".")
        if not key_id.isdigit():
            raise UnreadableError
        cipher = self._cipher(int(key_id))
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError):
            raise UnreadableError from None

    def opener(self, purpose: str) -> Callable[[bytes], str]:
        """`open` for many values of one column: what they have in common is worked out once."""
        key_id = self.newest
        prefix, decrypt, aad = b"%d." % key_id, self._cipher(key_id).decrypt, purpose.encode()
        nonce, body = len(prefix), len(prefix) + NONCE_BYTES

        def opened(sealed: bytes) -> str:
            if not sealed.startswith(prefix):
                return self.open(sealed, purpose)
            try:
                return decrypt(sealed[nonce:body], sealed[body:], aad).decode()
            except (InvalidTag, ValueError):
                raise UnreadableError from None

        return opened

    def take_up(self) -> None:
        """Take up keys that the key file has got since."""
        if self.path is not None:
            for key_id, key in read_keys(self.path)[0].items():
                self._ciphers[key_id] = AESGCM(key)

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for another purpose; it outlives changes of the sealing keys."""
        return hmac.new(self.fingerprint_key, f"derive\0{purpose}".encode(), sha256).digest()

    def _cipher(self, key_id: int) -> AESGCM:
        found = self._ciphers.get(key_id)
        if found is None and key_id not in self.keys:
            self.take_up()
            found = self._ciphers.get(key_id)
        elif found is None:
            found = self._ciphers[key_id] = AESGCM(self.keys[key_id])
        if found is None:
            raise SettingsError(f"缺少编号 {key_id} 的密钥，无法读取已加密的数据。")
        return found

    def fingerprint(self, value: str, purpose: str) -> str:
        """A keyed hash (HMAC-SHA256, 32 hex digits kept) for equality search."""
        message = f"{purpose}\0{value}".encode(errors="surrogatepass")
        return hmac.new(self.fingerprint_key, message, sha256).hexdigest()[:32]


def load_vault(path: Path, *, may_create: bool = True) -> Vault:
    """Keys from `path`; where there is none, fresh keys (mode 0600) if that is allowed.

    Raises SettingsError for a file that is missing or malformed.
    """
    if not path.exists():
        if not may_create:
            raise SettingsError(
                f"找不到密钥文件 {path}，数据库里却已有加密的数据。"
                "请把备份的密钥文件放回去（FANZHA_KEY_FILE），不要新建。"
            )
        try:
            _create_key_file(path)
        except OSError as error:
            raise SettingsError(
                f"FANZHA_KEY_FILE：无法建立密钥文件 {path}（{system_words(error)}），"
                "请换一个可以写的位置。"
            ) from None
    keys, fingerprint_key = read_keys(path)
    return Vault(keys, fingerprint_key, path)


def vault_of_words(words: str) -> Vault:
    """Keys that stand in a setting: the lines of a key file, with commas or spaces between.

    Raises SettingsError that names the place of what is malformed, and never the key.
    """
    entries = [entry for entry in re.split(r"[,;\s]+", words) if entry]
    return Vault(*_parse(entries, "FANZHA_KEYS 第 {} 项"))


def add_key(path: Path) -> int:
    """Add a fresh key to the key file, which is replaced whole; returns its id."""
    keys, _ = read_keys(path)
    newest = max(keys) + 1
    line = f"{newest}:{base64.b64encode(secrets.token_bytes(32)).decode()}\n"
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(_read_key_file(path).rstrip("\n") + "\n" + line)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise SettingsError(
            f"FANZHA_KEY_FILE：写不了密钥文件 {path}（{system_words(error)}），请检查位置和权限。"
        ) from None
    return newest


def read_keys(path: Path) -> tuple[dict[int, bytes], bytes]:
    """The sealing keys by id, and the fingerprint key. Raises SettingsError on a broken file."""
    return _parse(_read_key_file(path).splitlines(), "密钥文件第 {} 行")


def _parse(lines: Iterable[str], place: str) -> tuple[dict[int, bytes], bytes]:
    keys: dict[int, bytes] = {}
    fingerprint_key = b""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, _, encoded = line.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if len(key) != 32 or not (name.isdigit() or name == "fingerprint"):
            where = place.format(number)
            raise SettingsError(f"{where}无法识别，应为“编号:32 字节的 Base64”。")
        if name == "fingerprint":
            fingerprint_key = key
        else:
            keys[int(name)] = key
    if not keys or not fingerprint_key:
        whole = "FANZHA_KEYS " if "KEYS" in place else "密钥文件"
        raise SettingsError(f"{whole}不完整：需要至少一个编号密钥和一个 fingerprint 密钥。")
    return keys, fingerprint_key


def _read_key_file(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except OSError as error:
        raise SettingsError(
            f"FANZHA_KEY_FILE：读不了密钥文件 {path}（{system_words(error)}），请检查位置和权限。"
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(
            f"FANZHA_KEY_FILE：{path} 不是密钥文件，每行应为“编号:32 字节的 Base64”。"
        ) from None


def _create_key_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}\n"
        for name in ("1", "fingerprint")
    ]
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its keys are the ones
    finally:
        draft.unlink()
