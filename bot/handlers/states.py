"""Where a dialogue stands in which files are taken."""

from aiogram.fsm.state import State, StatesGroup


class Reporting(StatesGroup):
    """A report is being written; which question stands in the data."""

    asking = State()


class Stopping(StatesGroup):
    """The questions about money that is gone; which one stands in the data.

    `nameless` once they belong to a lead that names nobody: what ties it to the chat goes soon.
    """

    asking = State()
    nameless = State()


class Adding(StatesGroup):
    """More is being added to a lead."""

    words = State()


class Telling(StatesGroup):
    """One line is awaited: why a notice is refused, what corrects it, how many read a forward, a
    group's size, an activity's place; or the picture of a forward or an activity, for minutes."""

    why = State()
    correction = State()
    size = State()
    members = State()
    activity = State()
    picture = State()


STOPPING = frozenset({Stopping.asking.state, Stopping.nameless.state})
TAKES_FILES = frozenset({Reporting.asking.state, *STOPPING, Adding.words.state})

TAKES_PICTURES = frozenset({Telling.members.state, Telling.activity.state, Telling.picture.state})
"""Photos of what a grid worker did."""
