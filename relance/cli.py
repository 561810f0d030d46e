"""The commands of the host: ``flask --app app …``. Each opens a connection and calls one service."""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from relance import clock, mailbox
from relance.cli_data import export_command
from relance.cli_imports import import_invoices_command, user_of
from relance.config import Settings
from relance.db import connection, migrate
from relance.models.accounts import Account
from relance.services import (
    backing_up,
    diagnosing,
    onboarding,
    reporting,
    restoring,
    seed_letters,
    seeding,
    sweeping,
)
from relance.services.carrying import Post


def init_app(app: Flask) -> None:
    """Add the commands to the application's command line."""
    for command in COMMANDS:
        app.cli.add_command(command)


def _settings() -> Settings:
    settings: Settings = current_app.config["RELANCE"]
    return settings


def _print(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@click.command("migrate")
@with_appcontext
def migrate_command() -> None:
    """Bring the database to the current schema. Safe to repeat."""
    with connection():
        applied = migrate(_settings().data_dir)
    click.echo(f"{len(applied)} migration(s) appliquée(s)." if applied else "Le schéma est à jour.")


@click.command("tick")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@with_appcontext
def tick_command(as_json: bool) -> None:
    """Run everything due now, in the foreground, without a worker."""
    # Without an SMTP server and with nothing running, the command brings the local mailbox itself.
    with mailbox.ready(_settings()), connection():
        swept = sweeping.sweep(clock.now(), Post.of(_settings()))
        result = reporting.tick_as_json(swept)
    if as_json:
        _print(result)
        return
    for name, title in (("sent", "Envoyé"), ("waiting", "En attente"), ("failed", "Échec"), ("uncertain", "Incertain")):
        for row in result[name]:
            reason = f" ({row['reason']})" if row["reason"] else ""
            click.echo(f"{title} : {row['client']}, {row['subject']} → {', '.join(row['to'])}{reason}")
    click.echo(
        f"{len(result['sent'])} envoyé(s), {len(result['waiting'])} en attente, "
        f"{len(result['failed'])} en échec, {len(result['uncertain'])} incertain(s)."
    )


@click.command("due")
@click.option("--on", "day", required=True, metavar="AAAA-MM-JJ", help="The day to foresee.")
@click.option("--account", metavar="EMAIL", help="Only this account.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@with_appcontext
def due_command(day: str, account: str | None, as_json: bool) -> None:
    """Foresee what would be sent that day. Changes nothing."""
    try:
        on = dt.date.fromisoformat(day)
    except ValueError as error:
        raise click.ClickException(f"« {day} » n'est pas une date : écrivez-la 2026-12-01.") from error
    with connection():
        accounts = [user_of(account).account] if account else list(Account.select().order_by(Account.id))
        result = reporting.due_as_json(accounts, on, clock.now())
    if as_json:
        _print(result)
        return
    for name, title in (("send", "Partirait"), ("wait", "Attendrait"), ("held", "Retenu")):
        for row in result[name]:
            reason = f" ({row['reason']})" if row["reason"] else ""
            click.echo(f"{title} : {row['client']}, {row['subject'] or row['instalments'][0]['number']}{reason}")
    click.echo(f"{len(result['send'])} envoi(s) le {on:%d/%m/%Y}.")


@click.command("create-account")
@click.option("--email", required=True)
@click.option("--password-file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--business", required=True)
@click.option("--first-name", default="")
@click.option("--last-name", default="")
@with_appcontext
def create_account_command(email: str, password_file: Path, business: str, first_name: str, last_name: str) -> None:
    """Create an account from a script."""
    password = password_file.read_text(encoding="utf-8").rstrip("\r\n")
    with connection():
        try:
            onboarding.create_account(
                email=email,
                password=password,
                business_name=business,
                first_name=first_name,
                last_name=last_name,
                now=clock.now(),
            )
        except onboarding.OnboardingError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"Compte créé : {email}")


@click.command("seed")
@with_appcontext
def seed_command() -> None:
    """Load the demo account."""
    with connection():
        demo = seeding.seed(clock.now())
        seed_letters.add(demo.email, clock.now())
    click.echo(f"Compte de démonstration : {demo.email} / {demo.password}")


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Say what is missing or wrong: database, queue, SMTP, disk, fonts and libraries for letters."""
    with connection():
        checks = diagnosing.run(_settings(), clock.now())
    for check in checks:
        click.echo(f"{'ok  ' if check.is_ok else 'À VOIR'} {check.name} : {check.sentence}")
    if not all(check.is_ok for check in checks):
        sys.exit(1)


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup_command(file: Path) -> None:
    """Write one consistent file of everything, while running."""
    try:
        with connection():
            taken = backing_up.backup(_settings(), file, clock.now())
    except backing_up.BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Sauvegarde écrite : {taken.path} ({taken.rows} lignes, {taken.files} documents)")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore_command(file: Path) -> None:
    """Put a backup back. Sending stays suspended until the user decides."""
    try:
        with connection():
            migrate(_settings().data_dir)
            restored = restoring.restore(_settings(), file, clock.now())
    except backing_up.BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Sauvegarde du {restored.taken_at:%d/%m/%Y à %H:%M} (UTC) restaurée.")
    for sentence in restored.sentences:
        click.echo(sentence)


COMMANDS = (
    migrate_command,
    tick_command,
    due_command,
    create_account_command,
    import_invoices_command,
    seed_command,
    doctor_command,
    backup_command,
    restore_command,
    export_command,
)
