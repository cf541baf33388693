"""Expected failures. Each carries the words that the person in front of the screen reads."""

import errno

_SYSTEM_WORDS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "所在的磁盘只能读",
    errno.ENOSPC: "磁盘已满",
    errno.EEXIST: "同名的文件已存在",
    errno.ENOTDIR: "路径里有一段是文件，不是文件夹",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENAMETOOLONG: "名字太长",
}


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


def system_words(error: OSError) -> str:
    """Why the operating system refused, in words; what is rare, in its own."""
    return _SYSTEM_WORDS.get(error.errno or 0, error.strerror or type(error).__name__)
