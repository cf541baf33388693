"""Alembic's entry: the connection comes from bot.storage.schema."""

from typing import Any, Literal

from alembic import context

from bot.storage.base import UtcDateTime
from bot.storage.tables import metadata


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Revisions name SQLAlchemy's types only, so that they outlive ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
