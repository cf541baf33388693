"""Demonstration data lies in a database of its own, which says so and takes nothing real."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError
from bot.storage.demonstration import anything_kept, marked_district
from bot.storage.once import first_time

MARK = "demonstration:"
DEMONSTRATION = "【演示数据，不是真实工作】"


async def begin_demonstration(session: AsyncSession, district: str, now: datetime) -> None:
    """Mark an empty database. Raises ConflictError where anything is kept in it."""
    if await marked_district(session, MARK) is not None:
        raise ConflictError("这个数据库已经有演示数据，请换一个空的 FANZHA_DATA_DIR 再生成。")
    if await anything_kept(session):
        raise ConflictError(
            "这个数据库里有真实数据，不能混入演示数据。"
            "请把 FANZHA_DATA_DIR 设为一个空文件夹再生成。"
        )
    await first_time(session, f"{MARK}{district}", now)


async def demonstrated_district(session: AsyncSession) -> str:
    """The district of a demonstration; empty for a real database."""
    return await marked_district(session, MARK) or ""


async def whether_demonstration(session: AsyncSession) -> bool | None:
    """Whether the database is a demonstration; None where it is empty and may become one."""
    if await marked_district(session, MARK) is not None:
        return True
    return False if await anything_kept(session) else None


async def refuse_demonstration(session: AsyncSession) -> None:
    """Raises ConflictError on a demonstration, before anything real could get in."""
    if await marked_district(session, MARK) is not None:
        raise ConflictError(
            "这是演示数据库，不能用来接待群众和发通知，也不能登记和导出；"
            "查看请用 fanzha console，正式使用请换 FANZHA_DATA_DIR。"
        )
