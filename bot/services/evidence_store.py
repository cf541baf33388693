"""Where residents' files lie: a local folder or an S3-compatible store, sealed either way.

A file's place is a random key of ours; nothing that anybody named gets into a path.
"""

import asyncio
import secrets

from obstore import delete_async, get_async, put_async
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from bot.errors import ExpectedError, NotFoundError
from bot.settings import Settings
from bot.storage.vault import Vault

CONNECT_SECONDS, ANSWER_SECONDS = "3s", "20s"


class EvidenceUnavailableError(ExpectedError):
    """The store cannot be reached or is full."""

    def __init__(self) -> None:
        super().__init__(
            "图片、文件暂时存不了，文字照样可以写；请稍后再发。情况紧急请直接拨打 110。"
        )


def new_key() -> str:
    """A place nobody can guess."""
    name = secrets.token_hex(24)
    return f"{name[:2]}/{name}"


class EvidenceStore:
    """Puts, gets and deletes files; each is sealed for its own key."""

    def __init__(self, store: ObjectStore, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    async def put(self, key: str, content: bytes) -> None:
        """Keep a file. Raises EvidenceUnavailableError where it cannot be kept."""
        sealed = await asyncio.to_thread(self._vault.seal_bytes, content, _purpose(key))
        try:
            await put_async(self._store, key, sealed)
        except (BaseError, OSError) as error:
            raise EvidenceUnavailableError from error

    async def get(self, key: str) -> bytes:
        """A file as it was sent. Raises NotFoundError where it is gone."""
        try:
            sealed = bytes(await (await get_async(self._store, key)).bytes_async())
        except FileNotFoundError as error:
            raise NotFoundError("这个文件已经删除。") from error
        except (BaseError, OSError) as error:
            raise EvidenceUnavailableError from error
        return await asyncio.to_thread(self._vault.open_bytes, sealed, _purpose(key))

    async def reseal(self, key: str) -> bool:
        """Seal a file with the newest key; False where it is gone or sealed with it already."""
        try:
            sealed = bytes(await (await get_async(self._store, key)).bytes_async())
        except FileNotFoundError:
            return False
        except (BaseError, OSError) as error:
            raise EvidenceUnavailableError from error
        if sealed.startswith(b"%d." % self._vault.newest):
            return False
        content = await asyncio.to_thread(self._vault.open_bytes, sealed, _purpose(key))
        await self.put(key, content)
        return True

    async def delete(self, key: str) -> None:
        """Delete a file; one that is gone already is no trouble."""
        try:
            await delete_async(self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise EvidenceUnavailableError from error


def open_evidence_store(settings: Settings, vault: Vault) -> EvidenceStore:
    """The store of the settings; nothing is connected to before the first file."""
    if not settings.evidence_url:
        folder = settings.data_dir.resolve() / "evidence"
        return EvidenceStore(LocalStore(folder, mkdir=True), vault)
    bucket, _, prefix = settings.evidence_url.removeprefix("s3://").partition("/")
    endpoint = settings.evidence_endpoint
    store = S3Store(
        bucket,
        prefix=prefix or None,
        endpoint=endpoint or None,
        access_key_id=settings.evidence_key_id,
        secret_access_key=settings.evidence_secret.get_secret_value(),
        region="us-east-1",
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": CONNECT_SECONDS,
            "timeout": ANSWER_SECONDS,
        },
        retry_config={"max_retries": 1},
    )
    return EvidenceStore(store, vault)


def _purpose(key: str) -> str:
    return f"evidence:{key}"
