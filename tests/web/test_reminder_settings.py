import re
from datetime import timedelta

import pytest

from relance.models.accounts import Account
from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.sequences import Sequence
from relance.services import keeping_clients, proposing, sequencing
from tests import factories
from tests.factories import NOW

PATH = "/reglages/relances"


def text_of(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True).replace("\u00a0", " "))


@pytest.fixture
def b2b(account):
    sequencing.deliver(account, NOW)
    return Sequence.get(Sequence.key == "standard_b2b")


DELAYS = {
    "relance_1_days": "7",
    "relance_2_days": "7",
    "last_reminder_days": "8",
    "notice_days": "8",
    "quote_remind_days": "7",
}


def form(**values):
    return {"sequence": "", "forewarns": "asked", "attaches_invoice": "y", "promise_grace_days": "2"} | DELAYS | values


def test_what_is_chosen_is_kept_and_told(client, account, b2b):
    data = form(copies_user="y", asks_before_sending="y", sends_thanks="y", forewarns="always", promise_grace_days="4")
    data.pop("attaches_invoice")
    assert client.post(PATH, data=data).status_code == 303
    saved = Account.get_by_id(account.id)
    assert (saved.copies_user, saved.attaches_invoice, saved.asks_before_sending, saved.sends_thanks) == (
        True,
        False,
        True,
        True,
    )
    assert (saved.forewarns, saved.promise_grace_days) == ("always", 4)
    event = Event.get(Event.kind == "settings_changed")
    assert event.facts["page"] == "relances"
    page = text_of(client.get(PATH))
    assert "C’est enregistré." in page
    assert 'href="/sequences">Voir vos séquences' in page
    assert re.search(r'<input[^>]*id="forewarns-2"[^>]*checked|checked[^>]*value="always"', page)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"promise_grace_days": "31"}, "promise_grace_days"),
        ({"promise_grace_days": ""}, "promise_grace_days"),
        ({"relance_1_days": "61"}, "relance_1_days"),
        ({"relance_2_days": ""}, "relance_2_days"),
        ({"last_reminder_days": "-1"}, "last_reminder_days"),
        ({"notice_days": "huit"}, "notice_days"),
        ({"quote_remind_days": "²"}, "quote_remind_days"),
        ({"sequence": "999"}, "sequence"),
        ({"sequence": "²"}, "sequence"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(client, account, b2b, values, field):
    answer = client.post(PATH, data=form(copies_user="y", **values))
    assert answer.status_code == 422
    assert f'id="{field}-err"' in text_of(answer)
    assert Account.get_by_id(account.id).copies_user is False


def test_a_new_client_follows_the_default_sequence(client, account, b2b):
    client.post(PATH, data=form(sequence=str(b2b.id)))
    assert sequencing.default_of(account) == b2b
    made = keeping_clients.create(account, keeping_clients.ClientFacts("Neuf"), by=None, now=NOW)
    assert Client.get_by_id(made.id).sequence_id == b2b.id
    client.post(PATH, data=form())
    assert sequencing.default_of(account) == b2b, "a client would leave it: it is said first"
    client.post(PATH, data=form() | {"confirme": "aucune"})
    assert sequencing.default_of(account) is None
    assert Client.get_by_id(made.id).sequence_id is None


@pytest.mark.requirement("S3.15", "S3.26")
def test_those_without_a_sequence_enter_after_what_becomes_of_their_invoices_was_shown(
    client, account, b2b, nadia, invoice, bell
):
    douce = Sequence.get(Sequence.key == "douce")
    other = factories.make_client(account, "Studio Kérity", sequence=douce)
    before = Chase.select().count()
    Client.update(chooses_sequence=True).where(Client.id == other.id).execute()
    data = form(sequence=str(b2b.id))
    shown = client.post(PATH, data=data)
    page = text_of(shown)
    assert shown.status_code == 200
    assert "Un client suivra « Standard B2B »." in page
    assert "Trop en retard, à vous de choisir" in page or "Entrent à leur prochaine date" in page
    assert (Chase.select().count(), sequencing.default_of(account), bell) == (before, None, [])
    done = client.post(PATH, data=data | {"confirme": str(b2b.id)})
    assert done.status_code == 303
    assert Client.get_by_id(invoice.client_id).sequence_id == b2b.id
    assert Client.get_by_id(other.id).sequence_id == douce.id
    chase = Chase.get(Chase.invoice == invoice)
    assert (chase.is_inherited, chase.sequence_id) == (True, b2b.id)
    assert Entry.select().where(Entry.chase == chase).count() == 1
    assert bell
    assert Event.select().where(Event.kind == "client_enrolled").count() == 1


def test_a_sequence_of_another_account_is_not_a_choice(client, account, b2b, basile):
    sequencing.deliver(basile.account, NOW)
    his = Sequence.get(Sequence.account == basile.account)
    assert client.post(PATH, data=form(sequence=str(his.id))).status_code == 422
    assert not Sequence.select().where(Sequence.is_default).exists()


def test_another_sequence_chosen_after_the_preview_is_shown_first_too(client, account, b2b, latitude):
    douce = Sequence.get(Sequence.key == "douce")
    shown = client.post(PATH, data=form(sequence=str(douce.id), confirme=str(b2b.id)))
    assert "suivra « Douce »" in text_of(shown)
    assert sequencing.default_of(account) is None
    assert Client.get_by_id(latitude.id).sequence_id is None


@pytest.mark.requirement("S2.5", "S2.6", "S2.14")
def test_the_delays_of_a_reminder_by_hand_are_settings(client, account, latitude, b2b):
    invoice = factories.make_invoice(latitude)
    factories.make_message(latitude, [invoice], day_on=factories.TODAY - timedelta(5))
    assert proposing.of_invoice(invoice, factories.TODAY).template == "rappel"
    delays = {"relance_1_days": "5", "relance_2_days": "0", "last_reminder_days": "60", "notice_days": "9"}
    assert client.post(PATH, data=form(quote_remind_days="10", **delays)).status_code == 303
    saved = Account.get_by_id(account.id)
    assert (saved.relance_1_days, saved.relance_2_days, saved.last_reminder_days) == (5, 0, 60)
    assert (saved.notice_days, saved.quote_remind_days) == (9, 10)
    assert set(Event.get(Event.kind == "settings_changed").facts["fields"]) == set(DELAYS)
    assert proposing.of_invoice(Invoice.get_by_id(invoice.id), factories.TODAY).template == "relance_1"
