"""the place of a waiting message is never given twice: SQLite reuses that of a deleted last row"""

from collections.abc import Sequence

from alembic import op

revision: str = "inbox_places"
down_revision: str | None = "daily_tip"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _remake(counting=True)


def downgrade() -> None:
    _remake(counting=False)


def _remake(*, counting: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    kept = {"sqlite_autoincrement": counting}
    with op.batch_alter_table("inbox", recreate="always", table_kwargs=kept):
        pass
