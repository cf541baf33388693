"""The garbage collector of long-running processes."""

import gc

NEW_OBJECTS = 5_000
"""So many more than have gone again, and the youngest are looked through (Python's own: 700)."""


def keep_what_is_loaded() -> None:
    """What is there now stays: no collection need walk it while people wait for an answer, nor
    need there be one for each answer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)
