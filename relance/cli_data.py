"""The command that takes the data of an account out, for a host who is asked for them."""

import os
from pathlib import Path

import click
from flask.cli import with_appcontext

from relance import clock
from relance.cli_imports import user_of
from relance.db import connection, transaction
from relance.models.events import record
from relance.services import exporting_all


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--account", required=True, metavar="EMAIL")
@with_appcontext
def export_command(file: Path, account: str) -> None:
    """Write everything of an account to a ZIP: tables, workbook, JSON and files. Replaced whole or not at all."""
    now, part = clock.now(), file.with_name(f".{file.name}.part")
    try:
        with connection():
            user = user_of(account)
            with transaction():
                record("data_exported", account=user.account, at=now, format="zip")
            # It holds all that clients owe: nobody else of the machine reads it.
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                for piece in exporting_all.archive(user.account, now=now):
                    target.write(piece)
        part.replace(file)
    except OSError as error:
        raise click.ClickException(f"L'export n'a pas pu être écrit : {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"Export écrit : {file} ({file.stat().st_size} octets)")
