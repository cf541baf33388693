"""what an upstream line said, so that another content under the same number is seen"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "import_content"
down_revision: str | None = "avoided_book"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("imported_line", sa.Column("said_hash", sa.String(length=32), nullable=True))
    op.create_table(
        "imported_correction",
        sa.Column("source_id", ID, nullable=False),
        sa.Column("key_hash", sa.String(length=32), nullable=False),
        sa.Column("said_hash", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["import_source.id"],
            name="fk_imported_correction_source_id_import_source",
        ),
        sa.PrimaryKeyConstraint(
            "source_id", "key_hash", "said_hash", name="pk_imported_correction"
        ),
    )


def downgrade() -> None:
    op.drop_table("imported_correction")
    op.drop_column("imported_line", "said_hash")
