"""The bot's side of the worker: one process, one picture at a time, a bounded queue before it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import structlog

from bot.errors import ExpectedError, InvalidInputError
from bot.vision import wire
from bot.vision.layout import Box, Seen

MOST_WAITING = 20
TILE_SECONDS = 20.0
IDLE_SECONDS = 600.0
"""A worker that had nothing to do for this long is ended; the next picture starts another."""
QUIET_SECONDS, MUCH_MEMORY = 60.0, 200 * 1024**2
"""One that holds this many bytes is ended after a quiet time that is shorter: starting costs two
seconds, memory costs all the time."""
WORKER = (sys.executable, "-m", "bot.vision.worker")
KNOWN_TO_WORKER = frozenset(
    ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "VIRTUAL_ENV", "SYSTEMROOT")
    + ("LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS")
)
NEEDED = ("rapidocr", "onnxruntime", "zxingcpp", "pillow_heif")

READS = "截图、照片、二维码，本机识别，不保存"
HOW_TO_READ = "没有安装；要看图请运行 make install，或 pip install 'fanzha-bot[vision]'"
TOO_MANY = "现在排队看图的人多，请过几分钟再发，或把图里的话打出来。急事请打 96110。"
LOST = "这张图没能看完。请再发一次，或把图里的话打出来；对方让您转账的，先停下，可以打 96110 问。"
_REFUSED = {
    "large": "这张图太大（超过 5000 万像素），请只截可疑的那一段再发。",
    "heavy": "这张图太大，没有打开。请只截可疑的那一段再发。",
    "bomb": "这张图的格式不正常，没有打开。请用手机截一张图再发。",
    "small": "这张图太小，看不清。请发原图，或把图里的话打出来。",
    "broken": "这张图打不开，可能没有传完整。请再发一次，或截一张图发来。",
}

log = structlog.get_logger(__name__)


class WorkerLostError(ExpectedError):
    """The worker took too long; the picture was not read."""


class WorkerDiedError(WorkerLostError):
    """The worker ended by itself or was ended; another one may be luckier."""


def vision_installed() -> bool:
    """Whether what reading pictures needs is there; imports none of it."""
    return all(find_spec(name) is not None for name in NEEDED)


class PictureReader:
    """Gives one picture at a time to a worker, which it starts, watches and replaces."""

    def __init__(
        self,
        command: Sequence[str] = WORKER,
        *,
        most_waiting: int = MOST_WAITING,
        tile_seconds: float = TILE_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
        much_memory: int = MUCH_MEMORY,
    ) -> None:
        self.command = tuple(command)
        self.most_waiting = most_waiting
        self.tile_seconds = tile_seconds
        self.idle_seconds = idle_seconds
        self.quiet_seconds = min(quiet_seconds, idle_seconds)
        self.much_memory = much_memory
        self.waiting = 0
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._ending: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """The worker's process, while there is one."""
        return self._process.pid if self._process else None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator["Turn"]:
        """Wait for the worker. Raises ExpectedError where too many wait already."""
        if self.waiting >= self.most_waiting:
            raise ExpectedError(TOO_MANY)
        self.waiting += 1
        try:
            async with self._turn:
                self._stay()
                try:
                    yield Turn(self)
                finally:
                    await self._forget_picture()
                    self._end_later()
        finally:
            self.waiting -= 1

    async def ask(
        self, words: wire.Words, content: bytes = b"", by: float | None = None
    ) -> tuple[wire.Words, bytes]:
        """One question and its answer, until a time of the loop's clock.

        Raises WorkerLostError, and then the worker is gone; InvalidInputError where it could not.
        """
        try:
            async with asyncio.timeout_at(by or self.deadline()):
                process = await self._started()
                answer, made = await _exchange(process, wire.pack(words, content))
        except TimeoutError:
            await self._lose(words, "too slow")
            raise WorkerLostError(LOST) from None
        except (OSError, EOFError, ValueError) as error:
            await self._lose(words, type(error).__name__)
            raise WorkerDiedError(LOST) from None
        except asyncio.CancelledError:
            await self._kill()
            raise
        if "failed" in answer:
            log.warning("picture not read", doing=words["do"], error=str(answer["failed"])[:40])
            raise InvalidInputError(_REFUSED["broken"])
        return answer, made

    def deadline(self) -> float:
        """When what is asked now must be answered."""
        return asyncio.get_running_loop().time() + self.tile_seconds

    async def close(self) -> None:
        """End the worker."""
        self._stay()
        await self._kill()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        self._process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
        await _answer(self._process)
        return self._process

    async def _lose(self, words: wire.Words, why: str) -> None:
        log.warning("picture worker lost", doing=words["do"], why=why)
        await self._kill()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()

    async def _forget_picture(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ExpectedError):
                await self.ask({"do": "close"})

    def _stay(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _end_later(self) -> None:
        later = asyncio.get_running_loop().call_later
        self._ending = later(self.quiet_seconds, self._end_if_large)

    def _end_if_large(self) -> None:
        """After a quiet time a large worker ends, a small one waits for longer."""
        if self.pid is not None and memory_of(self.pid) >= self.much_memory:
            self._end()
            return
        rest = self.idle_seconds - self.quiet_seconds
        self._ending = asyncio.get_running_loop().call_later(rest, self._end)

    def _end(self) -> None:
        """Close the worker's input; it ends by itself."""
        if not self._turn.locked() and self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process = None


class Turn:
    """The worker while it is one picture's."""

    def __init__(self, reader: PictureReader) -> None:
        self.reader = reader
        self._content = b""

    async def open(self, content: bytes) -> Seen:
        """Unpack a picture; its size. Raises InvalidInputError with what is wrong with it."""
        self._content = content
        by = self.reader.deadline()
        try:
            return await self._open(by)
        except WorkerDiedError:
            return await self._open(by)

    async def read(self, tile: int) -> Seen:
        """Read a tile; the size is the whole picture's, which may have been turned upright.

        Where the worker dies the picture is given to another one, once, within the same time.
        """
        by = self.reader.deadline()
        try:
            return await self._read(tile, by)
        except WorkerDiedError:
            await self._open(by)
            return await self._read(tile, by)

    async def mark(self, content: bytes, boxes: Sequence[Box], turns: int) -> bytes:
        """The picture, turned that often to the left, with frames around boxes, as JPEG."""
        said = [wire.box_as_words(box) for box in boxes]
        asked: wire.Words = {"do": "mark", "boxes": said, "turns": turns}
        _, made = await self.reader.ask(asked, content)
        return made

    async def _open(self, by: float) -> Seen:
        answer, _ = await self.reader.ask({"do": "open"}, self._content, by)
        if "refused" in answer:
            raise InvalidInputError(_REFUSED.get(str(answer["refused"]), _REFUSED["broken"]))
        return wire.seen_of(answer)

    async def _read(self, tile: int, by: float) -> Seen:
        answer, _ = await self.reader.ask({"do": "read", "tile": tile}, by=by)
        return wire.seen_of(answer)


async def _exchange(process: asyncio.subprocess.Process, sent: bytes) -> tuple[wire.Words, bytes]:
    if process.stdin is None:
        raise EOFError
    process.stdin.write(sent)
    await process.stdin.drain()
    return await _answer(process)


async def _answer(process: asyncio.subprocess.Process) -> tuple[wire.Words, bytes]:
    """Raises EOFError where the worker ended, ValueError for what is no answer."""
    if process.stdout is None:
        raise EOFError
    words, content = wire.lengths(await process.stdout.readexactly(wire.LENGTHS))
    if words + content > wire.MOST_SAID:
        raise ValueError("too much said")
    answer: wire.Words = json.loads(await process.stdout.readexactly(words))
    return answer, await process.stdout.readexactly(content)


def memory_of(pid: int) -> int:
    """Bytes of memory that a process holds; 0 where it is gone or that is not to be read."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _environment() -> dict[str, str]:
    """What the worker may know: where programs are, and to use one core; no setting, no secret."""
    kept = {name: value for name, value in os.environ.items() if name in KNOWN_TO_WORKER}
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
