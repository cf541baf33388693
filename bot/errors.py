"""Expected failures. Each carries the words that the person in front of the screen reads."""


class ExpectedError(Exception):
    """Something that may go wrong in ordinary use; `words` says what, and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NotAllowedError(ExpectedError):
    """The speaker's role does not permit the action."""


class NotFoundError(ExpectedError):
    """What was asked for does not exist, or is not the asker's to see."""


class ConflictError(ExpectedError):
    """Somebody else was faster, or the thing is no longer in the state it was shown in."""


class InvalidInputError(ExpectedError):
    """The input cannot be used as it is."""


class TooManyAttemptsError(ExpectedError):
    """A pause is needed before the next try."""


class SettingsError(ExpectedError):
    """A setting is missing or malformed."""
