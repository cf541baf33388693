"""Who may use a staff command."""

from bot.errors import NotAllowedError
from bot.storage.staff import Staff


def known_staff(staff: Staff | None) -> Staff:
    """The speaking member of staff. Raises NotAllowedError for everybody else."""
    if staff is None:
        raise NotAllowedError("这个功能只给工作人员使用。把可疑的消息直接发来就能查。")
    return staff
