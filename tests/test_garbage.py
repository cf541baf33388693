"""What is loaded is walked by no collection any more."""

import gc

from bot.garbage import keep_what_is_loaded


def test_what_is_there_is_kept_out_of_collections() -> None:
    often, kept = gc.get_threshold(), [[number] for number in range(1_000)]
    try:
        keep_what_is_loaded()
        assert gc.get_freeze_count() > len(kept)
        assert gc.get_threshold()[0] > 700
        assert gc.isenabled()
    finally:
        gc.set_threshold(*often)
