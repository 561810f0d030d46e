"""The commands that bring files in, and how they tell it on a terminal."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from relance import clock
from relance.db import connection
from relance.models.accounts import User
from relance.services import importing_files

RESULTS = {
    "create": "nouvelle",
    "update": "mise à jour",
    "same": "déjà enregistrée",
    "different": "diffère de celle qui est enregistrée",
    "fix": "à corriger",
    "aside": "laissée de côté",
    "held": "retenue : une autre ligne du fichier est à corriger",
    "refused": "refusée",
    "status": "statut",
}


def user_of(email: str) -> User:
    """The user of that address; a sentence on the terminal when there is none."""
    user = User.get_or_none(User.email == email.strip().lower())
    if user is None:
        raise click.ClickException(f"Aucun compte n'a l'adresse {email}.")
    found: User = user
    return found


@click.command("import-invoices")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--account", required=True, metavar="EMAIL")
@click.option("--dry-run", is_flag=True, help="Read and report; write nothing. Someone else's invoice is a warning.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, one object per document read.")
@with_appcontext
def import_invoices_command(files: tuple[Path, ...], account: str, dry_run: bool, as_json: bool) -> None:
    """Import files and folders: PDF, XML, CSV, XLSX, ZIP. Each file whole or not at all; undone from the interface.

    An invoice follows its client's sequence, if it has one; otherwise reminders stay off. Exit 1 when something was
    not imported, 2 when the command is misused; a dry run exits 0.
    """
    tell = _progress if sys.stderr.isatty() else _silence
    with connection():
        user = user_of(account)
        told = importing_files.import_files(user.account, files, dry_run=dry_run, by=user, now=clock.now(), tell=tell)
        is_whole = _print_all(told, as_json)
    if not dry_run and not is_whole:
        sys.exit(1)


def _print_all(told: Iterable[dict[str, Any]], as_json: bool) -> bool:
    """Print the documents as they come: fifty thousand need no memory. True when all of them are well."""
    is_whole, before = True, "["
    for row in told:
        is_whole = is_whole and not row["error"]
        if as_json:
            click.echo(f"{before}\n{json.dumps(row, ensure_ascii=False, indent=2)}", nl=False)
            before = ","
        else:
            _print(row)
    if as_json:
        click.echo("[]" if before == "[" else "\n]")
    return is_whole


def _print(row: dict[str, Any]) -> None:
    click.echo(f"{row['file']} : {row['number'] or '?'}, {row['error'] or RESULTS[row['result']]}")
    for warning in row["warnings"]:
        click.echo(f"  attention : {warning}")


def _progress(name: str, n: int) -> None:
    """On a terminal only: what is piped stays clean."""
    click.echo(f"{name[:50]} : {n} lignes", err=True)


def _silence(_name: str, _n: int) -> None:
    """No terminal, no progress."""
