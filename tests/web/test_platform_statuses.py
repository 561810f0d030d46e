import datetime as dt

import pytest

from relance.imports.statuses import StatusRead
from relance.models.events import Event
from relance.models.holds import Dispute
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from relance.services import platform_statuses
from tests.factories import NOW
from tests.making import fresh
from tests.web.test_disputes import HTMX, text_of


def path(invoice):
    return f"/factures/{invoice.id}/statut-plateforme"


def typed(**values):
    return {"code": "210", "on": "20/11/2026", "reason": "Prestation non conforme"} | values


def test_the_dialog_is_also_a_page_and_offers_every_status(client, invoice):
    dialog = text_of(client.get(path(invoice), headers=HTMX))
    assert dialog.strip().startswith("<dialog") and "Refusée (210)" in dialog and "23/11/2026" in dialog
    assert "<html" in text_of(client.get(path(invoice)))
    assert path(invoice) in text_of(client.get(f"/factures/{invoice.id}"))


def test_a_refusal_is_shown_on_the_invoice_and_in_its_history_and_opens_a_dispute(client, invoice):
    answer = client.post(path(invoice), data=typed())
    assert (answer.status_code, answer.location) == (303, f"/factures/{invoice.id}")
    page = text_of(client.get(answer.location))
    assert "Plateforme : Refusée (210), le 20 novembre 2026" in page.replace("\u202f", " ")
    assert "aucune relance ne part jusqu'à sa résolution" in page
    assert "Refusée par le client sur la plateforme : Prestation non conforme" in page
    assert "motif : Prestation non conforme" in page
    row = fresh(invoice)
    assert (row.platform_status, row.platform_status_on, Dispute.select().count()) == ("210", dt.date(2026, 11, 20), 1)
    assert Event.select().where(Event.kind == "platform_status_recorded").get().user_id is not None


def test_cashed_notes_a_payment_of_what_is_left(client, invoice):
    client.post(path(invoice), data=typed(code="212", reason=""))
    assert (fresh(invoice).state, Payment.get().received_on) == ("paid", dt.date(2026, 11, 20))
    assert "Statut noté, et un paiement de 1 200,00 €." in text_of(client.get("/factures")).replace("\u202f", " ")


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"code": "999"}, "code", "pas reconnu"),
        ({"on": ""}, "on", "la date du statut"),
        ({"on": "31/02/2026"}, "on", "pas une date"),
        ({"on": "20/11/2027"}, "on", "dans le futur"),
        ({"reason": "x" * 201}, "reason", "200"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field_and_kept(client, invoice, values, field, words):
    answer = client.post(path(invoice), data=typed(**values), headers=HTMX)
    page = text_of(answer)
    assert answer.status_code == 422 and words in page.split(f'id="champ-{field}"')[1].split('class="field')[0]
    told = Event.select().where(Event.kind == "platform_status_recorded").count()
    assert (fresh(invoice).platform_status, told) == ("", 0)


def test_somebody_else_finds_nothing_there(stranger, invoice):
    assert (stranger.get(path(invoice)).status_code, stranger.post(path(invoice), data=typed()).status_code) == (
        404,
        404,
    )
    assert fresh(invoice).platform_status == ""


def test_the_dry_run_of_a_file_says_what_each_status_will_do(app, client, account, invoice):
    read = [
        StatusRead(invoice.number, "207", dt.date(2026, 11, 20), reason="Trop <b>cher</b>"),
        StatusRead("F-404", "205", dt.date(2026, 11, 20), line=3),
    ]
    planned = platform_statuses.plan(account, read, NOW)
    with app.test_request_context():
        page = app.jinja_env.get_template("imports/_statuses.html").render(statuses=planned).replace("\u00a0", " ")
    assert "un statut à noter, un problème" in page and "Trop &lt;b&gt;cher" in page
    assert page.index("F-404") < page.index(invoice.number) and "ligne 3" in page
    assert "Aucune facture ne porte ce numéro." in page and "Un litige est ouvert" in page
    assert Invoice.get_by_id(invoice.id).platform_status == ""
