"""Passwords by argon2id, hashed and verified in threads of their own.

Two at a time: each takes 64 MB and some tens of milliseconds, whoever asks.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import InvalidInputError

LEAST = 10
MOST = 128

_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_HASHER = PasswordHasher()


def check_password(password: str, login: str) -> None:
    """Raises InvalidInputError, with what to choose instead, on a password that is too weak."""
    if not LEAST <= len(password) <= MOST:
        raise InvalidInputError(f"密码需要 {LEAST} 到 {MOST} 个字符，可以用几个词连成一句话。")
    if len(set(password)) < 5:
        raise InvalidInputError("密码里重复的字符太多，请换一个。")
    if login and login.casefold() in password.casefold():
        raise InvalidInputError("密码里不要包含登录名，请换一个。")


async def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _hash, password)


async def verify_password(kept: str | None, password: str) -> bool:
    """Whether the password is right; without a kept hash it is wrong, and takes as long."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, kept, password)


def _hash(password: str) -> str:
    return _HASHER.hash(password.encode(errors="surrogatepass"))


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(b"nobody's password")


def _verify(kept: str | None, password: str) -> bool:
    try:
        right = _HASHER.verify(
            kept or _nobodys_hash(), password[:MOST].encode(errors="surrogatepass")
        )
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None
