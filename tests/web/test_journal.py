from datetime import timedelta

import pytest

from relance.models.events import Event, record
from relance.rules import anchors
from relance.services import invoicing, journal
from relance.web import history
from tests.factories import NOW

HTMX = {"HX-Request": "true"}


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ")


def test_the_journal_shows_what_happened_and_who_did_it(client, camille, invoice, account):
    invoicing.note(invoice, "Appel", by=camille, now=NOW)
    record("became_overdue", account=account, at=NOW, invoice=invoice, due_on=invoice.due_on)
    page = text_of(client.get("/journal"))
    assert "Camille Roussel" in page
    assert "Échéance dépassée" in page
    assert "Relance, automatique" in page
    assert "F-2026-0087" in page


def test_filters_by_kind_author_and_days(client, camille, invoice, account):
    invoicing.note(invoice, "Appel", by=camille, now=NOW)
    record("became_overdue", account=account, at=NOW.replace(month=10), invoice=invoice, due_on=invoice.due_on)

    def rows(query):
        return text_of(client.get(f"/journal?{query}")).count('id="event-')

    assert rows("type=note_added") == 1
    assert rows("type=note_added&auteur=relance") == 0
    assert rows(f"type=note_added&auteur={camille.id}") == 1
    assert rows("type=became_overdue&du=01/11/2026") == 0
    assert rows("type=became_overdue&au=23/10/2026") == 1
    assert rows("type=rien&auteur=x&du=31/02/2026") == rows("")


def test_pages_of_fifty_reach_the_beginning(client, camille, account, invoice):
    for n in range(60):
        invoicing.note(invoice, f"n{n}", by=None, now=NOW)
    first = text_of(client.get("/journal?type=note_added"))
    assert first.count('id="event-') == 50
    last = first.rsplit('id="event-', 1)[1].split('"')[0]
    more = text_of(client.get(f"/journal?type=note_added&avant={last}", headers=HTMX | {"HX-Target": "more"}))
    assert more.count('id="event-') == 10
    assert "<html" not in more


def test_nothing_of_another_account_is_shown_or_exported(client, basile):
    record("note_added", account=basile.account_id, at=NOW, text="secret de Basile")
    assert "secret de Basile" not in text_of(client.get("/journal"))
    assert "secret de Basile" not in client.get("/journal/exporter").get_data(as_text=True)


def test_the_export_is_a_french_csv(client, camille, invoice):
    invoicing.note(invoice, "=2+2", by=camille, now=NOW)
    answer = client.get("/journal/exporter?type=note_added")
    text = answer.get_data().decode("utf-8-sig")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "'=2+2" in text
    assert "23/11/2026 09:00:00" in text


FULL = {
    "number": "F-1",
    "amount_cents": 12,
    "currency": "EUR",
    "received_on": "2026-11-20",
    "method": "transfer",
    "reference": "x",
    "template": "rappel",
    "to": [["Nadia", "n@x.example"]],
    "because": "gap",
    "until": "2026-12-01",
    "offset_days": -3,
    "frequency": "weekly",
    "count": 4,
    "contacts": ["a@b.example"],
    "name": "Nom",
    "other": "Autre",
    "changes": {"due_on": ["2026-10-31", "2026-11-15"], "total_cents": [1, 2]},
    "address": "a@b.example",
    "due_on": "2026-10-31",
    "state": "sent",
    "source": "csv",
    "cancelled": 2,
    "page": "Entreprise",
    "text": "note",
}


@pytest.mark.parametrize("facts", [{}, FULL])
def test_every_kind_of_event_can_be_told_whatever_it_holds(client, camille, invoice, account, facts):
    for kind in history.known_kinds():
        record(kind, account=account, at=NOW, invoice=invoice, client=invoice.client, user=camille, **facts)
    newest = Event.select().order_by(Event.id.desc()).get()
    pages = [f"/journal?avant={newest.id + 1 - shown}" for shown in range(0, len(history.known_kinds()), 50)]
    pages += ["/journal/exporter", f"/factures/{invoice.id}", f"/clients/{invoice.client_id}?onglet=echanges"]
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200
        assert "None" not in text_of(answer)


def test_what_a_client_is_called_is_never_markup(client, account, latitude):
    record("client_created", account=account, at=NOW, client=latitude, name="<b>x</b>")
    assert "<b>x</b>" not in text_of(client.get("/journal"))


def test_the_page_shows_the_fingerprint_that_letters_and_daily_e_mails_carry(client, account, now):
    assert "Empreinte" not in client.get("/journal").get_data(as_text=True)
    event = record("note_added", account=account, at=now, text="une")
    journal.seal(now + timedelta(minutes=2))
    shown = anchors.grouped(Event.get_by_id(event.id).chain)
    assert f"Empreinte\u00a0: {shown}." in client.get("/journal").get_data(as_text=True)
