"""`fanzha`: every command in one place."""

import typer

from bot.commands import (
    audit,
    blocklist,
    broadcast,
    chat,
    check,
    db,
    demo,
    leads,
    ledger,
    library,
    report,
    reports,
    serve,
    staff,
)

app = typer.Typer(
    name="fanzha",
    help="反诈机器人：查可疑消息、收举报线索、发反诈提醒。",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
)
for command in (serve.serve, serve.bot, serve.scheduler, serve.console, check.check, chat.chat):
    app.command()(command)
app.add_typer(reports.app, name="reports")
app.add_typer(leads.app, name="leads")
app.add_typer(report.app, name="report")
app.add_typer(ledger.app, name="ledger")
app.add_typer(audit.app, name="audit")
app.add_typer(blocklist.app, name="blocklist")
app.add_typer(broadcast.app, name="broadcast")
app.add_typer(library.app, name="library")
app.add_typer(staff.app, name="staff")
app.add_typer(db.app, name="db")
app.add_typer(demo.app, name="demo")


def main() -> None:
    """The entry point of the `fanzha` command."""
    app()
