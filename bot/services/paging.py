"""Pages of a list that is longer than one."""

from dataclasses import dataclass

from bot.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Leaf:
    """Which page of a list is shown, from 1, how many there are, and of how many lines."""

    page: int
    pages: int
    count: int
    size: int

    @property
    def offset(self) -> int:
        """How many lines stand on the pages before."""
        return (self.page - 1) * self.size


def turn_to(page: int, count: int, size: int) -> Leaf:
    """A page of so many lines. Raises NotFoundError where it is not there."""
    pages = max(1, -(-count // size))
    if not 1 <= page <= pages:
        raise NotFoundError(f"没有第 {page} 页，一共 {pages} 页。")
    return Leaf(page, pages, count, size)


def leaf_of(page: int, found: int, count: int, size: int) -> Leaf:
    """The page on which `found` lines of `count` were read. Raises NotFoundError for one after the
    last, where none were."""
    if page > 1 and not found:
        raise NotFoundError(f"没有第 {page} 页，请从第 1 页翻起。")
    return Leaf(page, max(1, -(-count // size)), count, size)
