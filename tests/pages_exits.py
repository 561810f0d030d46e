"""The ways out in the furnished instance: ended reminders, a hand-over, partners (see tests/pages.py)."""

import datetime as dt
from dataclasses import replace

from relance.models.accounts import User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.services import chasing, confiding, partners
from relance.services.partners import Facts
from tests.factories import make_invoice

PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("exits.show", {"id": "@late"}),
    ("exits.show", {"id": "@ended", "activite": "liberal"}),
    ("exits.show", {"id": "@disputed"}),
    ("exits.ask", {"id": "@ended"}),
    ("invoices.show", {"id": "@ended"}),
    ("invoices.show", {"id": "@confided"}),
    ("partners.index", {}),
    ("partners.add", {}),
    ("partners.edit", {"partner_id": "@partner"}),
    ("partners.edit_delivered", {"cle": "recogest"}),
)


def furnish(client: Client, user: User, now: dt.datetime) -> dict[str, int]:
    """An invoice whose reminders all left, one handed over, and a list of partners that was edited."""
    ended, confided = make_invoice(client, "F-2026-9043"), make_invoice(client, "F-2026-9044")
    for invoice in (ended, confided):
        chasing.start(invoice, replace(chasing.default_plan(invoice), start="next"), by=user, now=now)
    Chase.update(ended_at=now, ended_because="finished", next_check_at=None).where(Chase.invoice == ended).execute()
    confiding.confide(confided, to="Recogest", on=now.date(), note="Dossier 12", by=user, now=now)
    facts = Facts("Maître Rey", "officer", "https://rey.example", "rey@rey.example", "04 72 00 00 00", "Au 2e étage")
    own = partners.add(user.account, facts, by=user, now=now)
    partners.hide(user.account, "legalstart", by=user, now=now)
    return {"ended": ended.id, "confided": confided.id, "partner": own.id}
