"""How often one browser, and one address, may open the chat page and ask for what waits there."""

from dataclasses import dataclass

from bot.errors import TooManyAttemptsError
from bot.handlers.turns import Pace, Throttle

TOO_OFTEN = "打开得太频繁了，请等一分钟再刷新。情况紧急请直接拨打 110。"
WAIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Most:
    """So many a minute, by one browser and by one address."""

    browser: int
    address: int


OPENINGS = Most(browser=30, address=1_200)
POLLS = Most(browser=60, address=6_000)
"""*Defaults*. A hall, a street or a carrier shares an address: there is room for a thousand pages
that ask as often as `chat.js` does, and for twenty people a second who open theirs."""


class Visits:
    """Counts what comes from a browser and from its address.

    What a browser has too much of does not count for its address, so that one page gone wild does
    not shut out the others in the room.
    """

    def __init__(self, most: Most) -> None:
        self._browsers = Throttle(most.browser)
        self._addresses = Throttle(most.address)

    def admit(self, browser: str, address: str, moment: float) -> None:
        """Count a visit at `moment` (seconds, monotonic); a `browser` not known yet has no name.

        Raises TooManyAttemptsError where it is one too many.
        """
        if browser and self._browsers.pace(browser, moment) is not Pace.ANSWER:
            raise TooManyAttemptsError(TOO_OFTEN)
        if self._addresses.pace(address, moment) is not Pace.ANSWER:
            raise TooManyAttemptsError(TOO_OFTEN)
