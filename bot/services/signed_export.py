"""Leads for a network that is only reached by carrying files: JSON Lines, a manifest, a signature.

The manifest names every file with its size and SHA-256; the signature (Ed25519) covers the
manifest. The signing key is derived from the key file and outlives changes of the sealing keys.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.errors import InvalidInputError
from bot.storage.staff import Staff
from bot.storage.vault import Vault
from bot.times import on_screen

LEADS, MANIFEST, SIGNATURE = "leads.jsonl", "manifest.json", "manifest.sig"
ATTACHMENTS = "attachments"
FORMAT = 1
KEY_PURPOSE = "export.sign"


@dataclass(frozen=True, slots=True)
class Verified:
    """What an export says of itself, all of it as it was signed."""

    leads: int
    made_at: str
    made_by: str
    files: int


def signing_key(vault: Vault) -> Ed25519PrivateKey:
    """The key that signs this district's exports."""
    return Ed25519PrivateKey.from_private_bytes(vault.derive(KEY_PURPOSE))


def public_key(vault: Vault) -> str:
    """What the other side verifies with, as 64 hex digits; give it to them once, by hand."""
    return signing_key(vault).public_key().public_bytes_raw().hex()


def write_manifest(folder: Path, vault: Vault, facts: Mapping[str, Any], *, sign: bool) -> None:
    """Write the manifest over every file that is in the folder, and its signature."""
    files = [
        {"name": name, "size": path.stat().st_size, "sha256": _digest(path)}
        for name, path in sorted(_files(folder).items())
    ]
    manifest = {"format": FORMAT, **facts, "files": files}
    body = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    (folder / MANIFEST).write_bytes(body)
    if sign:
        (folder / SIGNATURE).write_bytes(b64encode(signing_key(vault).sign(body)) + b"\n")


def facts_of(
    staff: Staff, since: datetime | None, until: datetime | None, leads: int, now: datetime
) -> dict[str, Any]:
    """What a manifest says besides its files."""
    return {
        "made_at": now.isoformat(),
        "made_by": staff.login,
        "since": on_screen(since) or None,
        "until": on_screen(until) or None,
        "leads": leads,
    }


def verify_export(folder: Path, key: str) -> Verified:
    """Check an export with the sender's public key. Raises InvalidInputError that names what is
    wrong: a changed, missing or added file, another signature, none."""
    try:
        body = (folder / MANIFEST).read_bytes()
        signature = b64decode((folder / SIGNATURE).read_bytes(), validate=False)
    except (OSError, ValueError):
        raise InvalidInputError(f"{folder} 里没有可读的 {MANIFEST} 和 {SIGNATURE}。") from None
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, body)
    except ValueError:
        raise InvalidInputError("公钥要写成 64 位十六进制。") from None
    except InvalidSignature:
        raise InvalidInputError("签名不对：清单被改动过，或不是用这把密钥签的。") from None
    manifest = json.loads(body)
    _check_files(folder, manifest["files"])
    lines = (folder / LEADS).read_text(encoding="utf-8").splitlines()
    if len(lines) != manifest["leads"]:
        raise InvalidInputError(f"{LEADS} 应有 {manifest['leads']} 条，现在 {len(lines)} 条。")
    return Verified(len(lines), manifest["made_at"], manifest["made_by"], len(manifest["files"]))


def _check_files(folder: Path, named: list[dict[str, Any]]) -> None:
    found = _files(folder)
    for one in named:
        path = found.pop(one["name"], None)
        if path is None:
            raise InvalidInputError(f"少了文件 {one['name']}。")
        if path.stat().st_size != one["size"] or _digest(path) != one["sha256"]:
            raise InvalidInputError(f"文件 {one['name']} 被改动过。")
    if found:
        raise InvalidInputError(f"多了清单里没有的文件 {min(found)}。")


def _files(folder: Path) -> dict[str, Path]:
    own = {MANIFEST, SIGNATURE}
    return {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).as_posix() not in own
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
