"""The three steps of a new invoice, and its edition."""

import datetime as dt
import io
import re

import pytest

from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.invoices import Instalment, Invoice
from relance.services import chasing
from relance.services.chasing import ChasePlan
from tests import factories
from tests.data import making
from tests.factories import NOW, TODAY

HTMX = {"HX-Request": "true"}


def text_of(answer):
    return answer.get_data(as_text=True)


def typed(**values):
    form = {
        "client": "Latitude Conseil",
        "client_kind": "organisation",
        "contact": "0",
        "kind": "invoice",
        "number": "F-2026-0200",
        "issued_on": "20/11/2026",
        "due_on": "20/12/2026",
        "total": "1 920,00",
        "currency": "EUR",
        "payment_method": "transfer",
        "credited_invoice": "0",
        "action": "continuer",
    }
    return form | values


@pytest.mark.requirement("S0.7", "S0.6", "S1.2")
def test_a_new_invoice_is_a_draft_then_reminders_then_a_check_then_sent(client, latitude, nadia):
    answer = client.post("/factures/nouvelle", data=typed())
    made = Invoice.get()
    assert answer.status_code == 303
    assert answer.location == f"/factures/{made.id}/relances?etape=2"
    assert (made.state, made.total_cents, made.due_on) == ("draft", 192_000, dt.date(2026, 12, 20))
    check = text_of(client.get(f"/factures/{made.id}/verification"))
    assert "Étape 3 sur 3" in check
    assert "aucun e-mail ne partira" in check
    done = client.post(f"/factures/{made.id}/verification", data={"action": "enregistrer"})
    assert done.location == f"/factures/{made.id}"
    assert Invoice.get().state == "sent"
    assert [event.kind for event in Event.select().where(Event.invoice == made).order_by(Event.id)] == [
        "invoice_created",
        "invoice_changed",
    ]


@pytest.mark.requirement("S0.6")
def test_only_the_invoice_created_with_reminders_has_a_planned_send(client, latitude, nadia):
    client.post("/factures/nouvelle", data=typed())
    made = Invoice.get()
    chasing.start(made, ChasePlan(contact_ids=(nadia.id,)), by=None, now=NOW)
    assert "un premier e-mail partira lundi 21" in text_of(client.get(f"/factures/{made.id}/verification")).replace(
        "\u00a0", " "
    )
    client.post(f"/factures/{made.id}/verification")
    client.post("/factures/nouvelle", data=typed(number="F-2026-0201", action="brouillon"))
    client.post(f"/factures/{made.id + 1}/verification")
    page = text_of(client.get("/factures"))
    assert page.count("Désactivées") == 1
    assert "Lun.\u00a021\u00a0déc., rappel" in page


def test_errors_stand_at_their_fields_and_what_was_typed_stays(client, latitude, invoice):
    answer = client.post("/factures/nouvelle", data=typed(number="", total="1.234", due_on="31/02", object="Affiches"))
    page = text_of(answer)
    assert answer.status_code == 422
    assert "points à corriger" in page
    for field in ("number", "total", "due_on"):
        assert f'id="{field}-err"' in page
    assert 'value="1.234"' in page
    assert 'value="31/02"' in page
    assert "Affiches" in page
    assert Invoice.select().count() == 1


def test_a_number_already_taken_is_said_at_its_field(client, latitude, invoice):
    answer = client.post(
        "/factures/nouvelle", data=typed(number="F-2026-0087", issued_on=invoice.issued_on.strftime("%d/%m/%Y"))
    )
    assert answer.status_code == 422
    assert "Le numéro F-2026-0087 existe déjà" in text_of(answer)
    assert 'id="number-err"' in text_of(answer)


def test_a_warning_does_not_stop_and_stays_visible(client, latitude, nadia):
    answer = client.post("/factures/nouvelle", data=typed(due_on="01/11/2026"))
    assert answer.status_code == 303
    made = Invoice.get()
    assert "précède la date de facture" in text_of(client.get(f"/factures/{made.id}/verification"))
    assert "précède la date de facture" in text_of(client.get(f"/factures/{made.id}"))


def test_an_unknown_client_is_created_on_the_spot_in_one_go(client, latitude):
    first = client.post("/factures/nouvelle", data=typed(client="Studio Kérity"))
    assert first.status_code == 422
    assert "Créer le client « Studio Kérity »".replace(" ", "") in text_of(first).replace("\u00a0", "").replace(" ", "")
    again = typed(
        client="Studio Kérity",
        creates_client="studio kerity",
        contact_name="Yann",
        contact_email="yann@kerity.example",
    )
    assert client.post("/factures/nouvelle", data=again).status_code == 303
    made = Invoice.get()
    assert (made.client.name, made.contact.email) == ("Studio Kérity", "yann@kerity.example")


def test_a_client_created_for_an_invoice_that_is_refused_is_not_kept(client, latitude, invoice):
    data = typed(client="Neuf", creates_client="neuf", total="10,00", already_paid="20,00")
    assert client.post("/factures/nouvelle", data=data).status_code == 422
    data = typed(client="Neuf", creates_client="neuf", contact_email="pas une adresse")
    answer = client.post("/factures/nouvelle", data=data)
    assert answer.status_code == 422
    assert 'id="contact_email-err"' in text_of(answer)
    assert not Client.select().where(Client.name == "Neuf").exists()
    assert not Contact.select().where(Contact.email == "pas une adresse").exists()


def test_the_details_of_a_client_come_alone(client, latitude, nadia):
    known = text_of(client.get("/factures/nouvelle/client?client=latitude conseil", headers=HTMX))
    assert "Nadia Benali" in known
    unknown = text_of(client.get("/factures/nouvelle/client?client=Nouveau", headers=HTMX))
    assert 'value="nouveau"' in unknown
    assert "Type de client" in unknown


def test_a_credit_note_names_an_invoice_of_the_client_just_typed(client, invoice):
    answer = text_of(client.get("/factures/nouvelle/client?client=latitude conseil", headers=HTMX))
    assert 'id="credited" hx-swap-oob="true"' in answer
    assert f'<option value="{invoice.id}"' in answer and invoice.number in answer


def test_several_instalments_are_typed_row_by_row(client, latitude):
    data = typed(due_on="", part_on=["20/12/2026", "20/01/2027", ""], part_amount=["920,00", "1000", ""])
    assert client.post("/factures/nouvelle", data=data).status_code == 303
    rows = [(row.due_on, row.amount_cents) for row in Instalment.select().order_by(Instalment.position)]
    assert rows == [(dt.date(2026, 12, 20), 92_000), (dt.date(2027, 1, 20), 100_000)]
    bad = client.post("/factures/nouvelle", data=data | {"number": "X", "part_amount": ["900,00", "1000", ""]})
    assert bad.status_code == 422
    assert "doivent être égaux" in text_of(bad)
    assert 'value="900,00"' in text_of(bad)


@pytest.mark.parametrize(
    ("term", "expected"), [("30", "20/12/2026"), ("30fm", "31/12/2026"), ("45", "04/01/2027"), ("60", "19/01/2027")]
)
def test_a_chip_fills_the_due_date_and_keeps_the_rest(client, latitude, term, expected):
    data = typed(terme=term, number="", object="Affiches")
    page = text_of(client.post("/factures/nouvelle", data=data))
    assert f'value="{expected}"' in page
    assert "Affiches" in page
    assert "à corriger" not in page
    assert not Invoice.select().exists()


def test_a_pdf_is_kept_and_can_be_downloaded(client, latitude):
    content = making.pdf()
    data = typed(file=(io.BytesIO(content), "../Ma facture.pdf"))
    assert client.post("/factures/nouvelle", data=data, content_type="multipart/form-data").status_code == 303
    made = Invoice.get()
    answer = client.get(f"/factures/{made.id}/pdf")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "Ma facture.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_no_pdf_is_refused_at_its_field(client, latitude):
    data = typed(file=(io.BytesIO(b"MZ\x90"), "facture.pdf"))
    answer = client.post("/factures/nouvelle", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'id="file-err"' in text_of(answer)
    assert not Invoice.select().exists()


def test_reading_a_pdf_without_data_keeps_it_and_says_so(client, latitude):
    data = {"file": (io.BytesIO(making.pdf()), "facture.pdf")}
    answer = client.post("/factures/nouvelle/lecture", data=data, content_type="multipart/form-data", headers=HTMX)
    page = text_of(answer)
    assert answer.status_code == 200
    assert "<html" not in page
    assert "Factur-X" in page
    assert re.search(r'name="document_id"[^>]*value="\d+"', page)


def test_an_edit_opened_before_another_save_answers_409_and_keeps_what_was_typed(client, invoice):
    data = typed(number="F-2026-0087", version="1", object="Mon texte", issued_on="14/10/2026", due_on="13/11/2026")
    assert client.post(f"/factures/{invoice.id}/modifier", data=data).status_code == 303
    answer = client.post(f"/factures/{invoice.id}/modifier", data=data | {"object": "Autre texte"})
    assert answer.status_code == 409
    assert "a changé entre-temps" in text_of(answer)
    assert "Autre texte" in text_of(answer)
    assert Invoice.get_by_id(invoice.id).object == "Mon texte"


@pytest.mark.requirement("S3.24")
def test_changing_the_due_date_shows_the_reminders_before_and_after_then_moves_them(client, latitude, nadia):
    invoice = factories.make_invoice(latitude, "F-1", due_on=TODAY + dt.timedelta(days=7))
    chasing.start(invoice, ChasePlan(contact_ids=(nadia.id,)), by=None, now=NOW)
    data = typed(number="F-1", version="1", total="1200", issued_on="31/10/2026", due_on="14/12/2026")
    shown = text_of(client.post(f"/factures/{invoice.id}/modifier", data=data)).replace("\u00a0", " ")
    assert "<td>Rappel</td><td>mar. 1er déc.</td><td>mar. 15 déc.</td>" in shown
    assert "Rien n’est encore enregistré" in shown
    assert Invoice.get_by_id(invoice.id).version == 1
    assert not Event.select().where(Event.kind == "invoice_changed").exists()
    seal = re.search(r'name="seen" value="([^"]*)"', shown)[1]
    client.post(f"/factures/{invoice.id}/modifier", data=data | {"seen": seal.replace(" ", "\u00a0")})
    page = text_of(client.get(f"/factures/{invoice.id}")).replace("\u00a0", " ")
    assert "Prochaine relance : mar. 15 déc." in page
    assert Invoice.get_by_id(invoice.id).due_on == dt.date(2026, 12, 14)


def test_changing_the_object_asks_nothing(client, latitude, nadia):
    invoice = factories.make_invoice(latitude, "F-1", due_on=TODAY + dt.timedelta(days=7))
    chasing.start(invoice, ChasePlan(contact_ids=(nadia.id,)), by=None, now=NOW)
    data = typed(number="F-1", version="1", total="1200", issued_on="31/10/2026", due_on="30/11/2026", object="Neuf")
    assert client.post(f"/factures/{invoice.id}/modifier", data=data).status_code == 303
    assert Invoice.get_by_id(invoice.id).object == "Neuf"
