import datetime as dt

from relance.models.invoices import Invoice
from tests.web.test_disputes import text_of


def test_an_invoice_suspended_on_the_platform_waits_with_what_to_do(client, invoice):
    row = {"platform_status": "208", "platform_status_on": dt.date(2026, 11, 18)}
    Invoice.update(row).where(Invoice.id == invoice.id).execute()
    page = text_of(client.get("/tableau-de-bord"))
    assert "Facture suspendue sur la plateforme" in page and invoice.number in page
    assert "depuis le 18 novembre. Les relances continuent." in page
    assert f"/factures/{invoice.id}/statut-plateforme" in page
