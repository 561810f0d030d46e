"""Invoices that a platform follows, and a file of statuses to check, in the furnished instance (see tests/pages.py)."""

import datetime as dt

from relance.models.accounts import User
from relance.models.clients import Client
from relance.services import import_runs, paying, platform_statuses
from relance.services.import_runs import Upload
from tests.factories import make_client, make_contact, make_invoice

PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("platform_statuses.ask", {"id": "@suspended_on_platform"}),
    ("invoices.show", {"id": "@refused_on_platform"}),
    ("invoices.show", {"id": "@suspended_on_platform"}),
    ("invoices.show", {"id": "@to_report"}),
    ("import_check.check", {"run_id": "@statuses_to_check"}),
)
FILE = """Numéro;Statut;Date du statut;Motif
S-2026-0003;Encaissée;22/11/2026;
S-2026-0003;Approuvée;21/11/2026;
S-2026-0001;Refusée;22/11/2026;BC 4512
S-0404;Perdue;22/11/2026;
"""


def furnish(client: Client, user: User, now: dt.datetime) -> dict[str, int]:
    """An invoice refused on the platform, one suspended, one paid to report, and statuses to check."""
    its = make_client(client.account, "Ateliers Vauban")
    make_contact(its, "Inès Vauban", "compta@vauban.example")
    refused, suspended, paid = (make_invoice(its, f"S-2026-000{n}") for n in (1, 2, 3))
    on = now.date() - dt.timedelta(2)
    known = {"on": on, "by": user, "now": now}
    platform_statuses.record_by_hand(refused, code="210", reason="BC 4512", **known)
    platform_statuses.record_by_hand(suspended, code="208", reason="", **known)
    platform_statuses.record_by_hand(paid, code="205", reason="", **known)
    paying.record(paid, 100_000, now.date(), by=user, now=now)
    uploads = [Upload("statuts.csv", FILE.encode())]
    run = import_runs.advance_here(import_runs.start(client.account, uploads, by=user, now=now), now)
    assert run.state == "ready"
    return {
        "refused_on_platform": refused.id,
        "suspended_on_platform": suspended.id,
        "to_report": paid.id,
        "statuses_to_check": run.id,
    }
