"""openpyxl, loaded with the first workbook: idle it would hold 18 MB."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.styles import Font


def new_workbook() -> "Workbook":
    """A workbook with one sheet."""
    from openpyxl import Workbook

    return Workbook()


def bold() -> "Font":
    """The letters of a table's head."""
    from openpyxl.styles import Font

    return Font(bold=True)
