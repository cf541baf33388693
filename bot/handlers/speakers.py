"""Who may use a staff command."""

from bot.errors import NotAllowedError
from bot.services.permissions import Action, require
from bot.storage.staff import Staff


def known_staff(staff: Staff | None) -> Staff:
    """The speaking member of staff. Raises NotAllowedError for everybody else."""
    if staff is None:
        raise NotAllowedError("这个功能只给工作人员使用。把可疑的消息直接发来就能查。")
    return staff


def staff_who_may(staff: Staff | None, action: Action) -> Staff:
    """The speaking member of staff, where his role may do that. Raises NotAllowedError."""
    known = known_staff(staff)
    require(known.role, action)
    return known
