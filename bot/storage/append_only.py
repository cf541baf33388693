"""Audit rows and the books stay as they were written: the database itself refuses to change or
delete them."""

from collections.abc import Mapping

from sqlalchemy import DDL, MetaData, Table, event

APPEND_ONLY: Mapping[str, tuple[str, ...]] = {
    "lead_event": ("why_sealed",),
    "ledger_entry": ("words_sealed",),
    "request_answer": ("answer_sealed", "receipt_sealed"),
    "audit_seal": (),
    "look": (),
    "setting_change": (),
}
"""Tables whose rows stay, with the columns that are sealed anew when the key changes.

What is personal in a trail is sealed, and a trail outlives its lead.
"""
DELETABLE = frozenset({("request_answer", "answer_sealed")})
"""Words that retention may delete, and nobody may write in later."""
REFUSED = "audit rows stay as they were written"
FUNCTION = f"""CREATE OR REPLACE FUNCTION audit_rows_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"""


def triggers_of(table: Table, resealed: tuple[str, ...], dialect: str) -> list[str]:
    """The statements that make an existing table append-only."""
    name, different = table.name, _different(table, resealed, dialect)
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        return [
            f"CREATE TRIGGER {name}_not_changed BEFORE UPDATE ON {name} WHEN {different} {refuse}",
            f"CREATE TRIGGER {name}_not_deleted BEFORE DELETE ON {name} {refuse}",
        ]
    refuse = "EXECUTE FUNCTION audit_rows_stay()"
    return [
        f"CREATE TRIGGER {name}_not_changed BEFORE UPDATE ON {name} "
        f"FOR EACH ROW WHEN ({different}) {refuse}",
        f"CREATE TRIGGER {name}_not_deleted BEFORE DELETE ON {name} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {name}_not_emptied BEFORE TRUNCATE ON {name} {refuse}",
    ]


def _different(table: Table, resealed: tuple[str, ...], dialect: str) -> str:
    """The condition under which an update changes more than how a value is sealed."""
    unlike = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    kept = [
        f'OLD."{column.name}" {unlike} NEW."{column.name}"'
        for column in table.columns
        if column.name not in resealed
    ]
    emptied = [
        f'(OLD."{one}" IS NULL AND NEW."{one}" IS NOT NULL)'
        if (table.name, one) in DELETABLE
        else f'(OLD."{one}" IS NULL) {unlike} (NEW."{one}" IS NULL)'
        for one in resealed
    ]
    return " OR ".join([*kept, *emptied])


def keep_append_only(metadata: MetaData) -> None:
    """Let the tables get their triggers wherever they are made from the code."""
    made = DDL(FUNCTION)  # type: ignore[no-untyped-call]
    event.listen(metadata, "before_create", made.execute_if(dialect="postgresql"))
    for name, resealed in APPEND_ONLY.items():
        table = metadata.tables[name]
        for dialect in ("sqlite", "postgresql"):
            for statement in triggers_of(table, resealed, dialect):
                made = DDL(statement)  # type: ignore[no-untyped-call]
                event.listen(table, "after_create", made.execute_if(dialect=dialect))
