"""A ceiling over the memory that a piece of work may take."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def at_most(more: int) -> Iterator[None]:
    """Whatever is done meanwhile gets no more than that many bytes beyond what the process holds:
    what asks for more fails, with MemoryError where Python asks.

    Where the system does not say what is held there is no ceiling but that of the process.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    ceiling = _held() + more
    if ceiling > more and (soft == resource.RLIM_INFINITY or ceiling < soft):
        resource.setrlimit(resource.RLIMIT_AS, (ceiling, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _held() -> int:
    """Bytes of address space; 0 where that is not to be known."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()
