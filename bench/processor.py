"""Processor time of other processes, as Linux tells it."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """What a process has used so far, in seconds; 0 for one that is gone."""
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def seconds_of_family(pid: int) -> float:
    """What a process and those begun by the same parent have used: a backend and its server."""
    fields = _fields(pid)
    if not fields:
        return 0.0
    parent = int(fields[1])
    every = (int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit())
    return seconds_of(parent) + sum(
        seconds_of(one) for one in every if (known := _fields(one)) and int(known[1]) == parent
    )


def _fields(pid: int) -> list[str]:
    """State, parent and the rest of a process's line; empty for one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
