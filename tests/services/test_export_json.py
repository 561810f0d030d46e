"""The JSON of an account: documented keys, one array for each table."""

import json

from relance.services import export_json
from relance.services.export_tables import TABLES
from tests import factories
from tests.factories import NOW


def test_the_object_holds_every_table_and_says_what_it_is(account, latitude):
    invoice = factories.make_invoice(latitude, 'dit "A" \\ ; é')
    factories.make_invoice(latitude, "F-2")
    found = json.loads(b"".join(export_json.pieces(account, NOW)))
    assert (found["format"], found["version"], found["made_at"]) == ("relance-export", 1, "2026-11-23T08:00:00Z")
    assert set(found) == {"format", "version", "relance", "made_at", *(table.key for table in TABLES)}
    assert [row["business_name"] for row in found["account"]] == ["Atelier Roussel"]
    first = found["invoices"][0]
    assert (first["id"], first["number"], first["client_id"]) == (invoice.id, 'dit "A" \\ ; é', latitude.id)
    assert (first["total_cents"], first["currency"], first["due_on"]) == (120_000, "EUR", "2026-11-13")
    assert found["quotes"] == []
