"""Where a resident's dialogue about reports stands."""

from aiogram.fsm.state import State, StatesGroup


class Reporting(StatesGroup):
    """A report is being written; which question stands in the data."""

    asking = State()


class Stopping(StatesGroup):
    """The questions about money that is gone; which one stands in the data."""

    asking = State()


class Adding(StatesGroup):
    """More is being added to a lead."""

    words = State()


TAKES_FILES = frozenset({Reporting.asking.state, Stopping.asking.state, Adding.words.state})
