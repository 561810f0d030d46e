import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.invoices import Invoice
from tests import factories
from tests.factories import TODAY
from tests.making import enrol, events, fresh, make_sequence, switch_on

HTMX = {"HX-Request": "true"}
START, SEQUENCE = "/factures/selection/relances", "/factures/selection/sequence"


@pytest.fixture
def soon(latitude, nadia):
    return factories.make_invoice(latitude, "BIENTÔT", due_on=TODAY + dt.timedelta(days=12))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_question_shows_the_first_message_of_each_way_to_begin(client, invoice, soon, headers):
    page = client.post(START, data={"ids": [invoice.id, soon.id]}, headers=headers).text.replace("\u00a0", " ")
    assert "Activer les relances de 2 factures" in page
    assert "Commencer en douceur : Rappel, dès le mardi 24 novembre" in page
    assert "BIENTÔT, Latitude Conseil : Rappel, " in page
    assert Chase.select().count() == 0


def test_late_ones_must_be_chosen_for(client, invoice, soon):
    answer = client.post(START, data={"ids": [invoice.id, soon.id], "confirme": "oui"}, headers=HTMX)
    assert answer.status_code == 422
    assert "Choisissez par où commencer" in answer.text
    assert Chase.select().count() == 0


@pytest.mark.parametrize("field", ["pour-toutes", "choix-{id}"])
def test_they_begin_where_it_was_chosen(client, invoice, soon, field, bell):
    data = {"ids": [invoice.id, soon.id], "confirme": "oui", field.format(id=invoice.id): "join"}
    assert client.post(START, data=data).status_code == 303
    assert "Relances de 2 factures activées." in client.get("/factures").text
    assert {row.invoice_id for row in Chase.select().where(Chase.ended_at.is_null())} == {invoice.id, soon.id}
    assert "chase_started" in events(invoice=invoice)
    assert bell


def test_a_choice_that_does_not_exist_begins_nothing(client, invoice):
    client.post(START, data={"ids": [invoice.id], "confirme": "oui", "pour-toutes": "tout-de-suite"})
    assert Chase.select().count() == 0
    assert "n’est plus possible" in client.get("/factures").text


@pytest.mark.requirement("S3.7")
def test_drafts_and_what_is_to_process_are_refused_with_the_reason(client, latitude, nadia):
    draft = factories.make_invoice(latitude, "BROUILLON", state="draft")
    later = factories.make_invoice(latitude, "TRAITER", state="to_process")
    answer = client.post(START, data={"ids": [draft.id, later.id], "confirme": "oui"})
    assert answer.status_code == 422
    assert "encore un brouillon" in answer.text
    assert "pas encore envoyée" in answer.text
    assert Chase.select().count() == 0


def test_the_invoice_of_another_account_is_not_switched_on(client, basile):
    theirs = Invoice.get(Invoice.number == "B-12")
    answer = client.post(START, data={"ids": [theirs.id], "confirme": "oui", "pour-toutes": "join"})
    assert answer.status_code == 422
    assert "n’existe plus" in answer.text
    assert Chase.select().count() == 0


def test_the_sequence_is_chosen_for_the_clients_and_the_next_page_says_what_changes(client, latitude, nadia, soon):
    old = make_sequence(latitude.account, (3, "rappel"), title="Ancienne")
    new = make_sequence(latitude.account, (7, "rappel"), title="Douce")
    enrol(old, latitude)
    page = client.post(SEQUENCE, data={"ids": [soon.id]}, headers=HTMX).text.replace("\u00a0", " ")
    assert "Changer la séquence d’un client" in page
    assert "suit « Ancienne »" in page
    data = {"client": [latitude.id], "sequence": str(new.id)}
    page = client.post("/clients/sequence", data=data).text.replace("\u00a0", " ")
    assert "quitte « Ancienne »" in page
    assert latitude.__class__.get_by_id(latitude.id).sequence_id == old.id
    client.post("/clients/sequence", data=data | {"confirme": "oui", f"suit-{latitude.id}": str(old.id)})
    assert latitude.__class__.get_by_id(latitude.id).sequence_id == new.id
    assert "client_enrolled" in events(client=latitude)
    assert fresh(soon).state == "sent"


def test_without_a_published_sequence_there_is_a_way_to_make_one(client, invoice):
    page = client.post(SEQUENCE, data={"ids": [invoice.id]}, headers=HTMX).text
    assert "Aucune séquence à changer" in page
    assert 'href="/sequences"' in page


def test_a_client_already_chased_by_hand_is_left_as_it_is(client, invoice, nadia):
    switch_on(invoice, nadia, start="join")
    page = client.post(START, data={"ids": [invoice.id]}, headers=HTMX).text
    assert "Aucune relance à activer" in page
    assert "ses relances sont déjà activées" in page
