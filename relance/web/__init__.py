"""The thin skin: one Flask application made from the host's settings."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from flask import Flask
from htmx_flask import Htmx
from jinja2 import StrictUndefined

from relance.config import Settings
from relance.db import open_database
from relance.links import open_links
from relance.storage import open_storage
from relance.vault import open_vault
from relance.web import assets, errors, filters, htmx, i18n, nav, scope, security

ROOT = Path(__file__).resolve().parent.parent.parent

# One module of relance.web per noun, each with its ``blueprint``.
BLUEPRINTS = (
    "access",
    "onboarding",
    "settings",
    "signatures",
    "sender",
    "rates",
    "calendar",
    "imports",
    "import_check",
    "mailbox",
    "search",
    "system",
    "invoices",
    "exports",
    "selections",
    "bulk",
    "bulk_starting",
    "bulk_letters",
    "letter_batches",
    "invoicing",
    "payments",
    "payment_plans",
    "clients",
    "journal",
    "chases",
    "dashboard",
    "sends",
    "proposals",
    "steps",
    "tasks",
    "reminding",
    "messages",
    "batches",
    "downloads",
    "templates",
    "histories",
    "calls",
    "simulation",
    "backlog",
    "thanks",
    "letter_drafts",
    "letter_text",
    "letters",
    "letters_list",
    "letter_abandoning",
    "letter_posting",
    "letter_proofs",
    "amicable",
    "statements",
    "quotes",
    "quotes_editing",
    "quotes_sending",
    "quotes_messages",
    "quotes_many",
    "aged_balance",
    "statistics",
    "sequences",
    "sequence_steps",
    "sequence_clients",
    "sequence_ends",
    "client_sequence",
    "reminder_settings",
    "pauses",
    "promises",
    "disputes",
    "platform_statuses",
    "encashments",
    "evidence",
    "case_files",
    "extensions",
    "exits",
    "partners",
    "data",
)


def create_app(settings: Settings, *, bell: Callable[[], None] = lambda: None) -> Flask:
    """Make the application and open the database, the storage and the vault of ``settings``.

    ``bell`` wakes the worker; it is rung after the commit, and losing it costs a minute at most.
    """
    open_database(settings.database_url)
    open_storage(settings.data_dir)
    open_vault(settings.secret_key)
    open_links(settings.base_url, settings.secret_key)
    app = errors.Application("relance", root_path=str(ROOT), static_folder=None)
    app.config.update(RELANCE=settings, RELANCE_BELL=bell, SECRET_KEY=settings.secret_key)
    # A name misspelt in a template is an error, not a blank.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    Htmx(app)
    assets.init_app(app, ROOT / "static")
    security.init_app(app)
    scope.init_app(app)
    i18n.init_app(app)
    filters.init_app(app)
    htmx.init_app(app)
    nav.init_app(app)
    errors.init_app(app)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"relance.web.{name}").blueprint)
    return app
