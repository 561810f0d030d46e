"""« À traiter »: each line has its cause, its order, and goes when the thing is done."""

import datetime as dt

import pytest

from relance.models.accounts import Account, Transport
from relance.models.chases import Chase
from relance.models.clients import Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.models.messages import Message
from relance.services import attending, deciding, sending_by_hand, writing
from tests import factories
from tests.making import switch_on

NOW, TODAY = factories.NOW, factories.TODAY


DAY = dt.timedelta(1)


def kinds(account, at=NOW):
    account = Account.get_by_id(account.id)
    found = attending.groups(account, at)
    assert attending.count(account, at) == sum(group.count for group in found)
    return {group.kind: group.count for group in found}


def write(invoice, by, at=NOW, key="k"):
    draft = writing.first_draft(invoice, at.date())
    return sending_by_hand.send(invoice, draft, key=key, by=by, now=at, domain="relance.example")


@pytest.fixture
def failed(invoice, nadia, camille):
    """A reminder that the server refused."""
    message = write(invoice, camille)
    Message.update(state="refused", error="550 5.1.1 no such user").where(Message.id == message.id).execute()
    return Message.get_by_id(message.id)


@pytest.mark.requirement("S0.1", "S0.2")
def test_a_late_invoice_that_nothing_chases_is_there_until_it_is_dealt_with(account, invoice, camille):
    assert kinds(account) == {"late": 1}
    message = write(invoice, camille)
    assert kinds(account) == {}
    sending_by_hand.undo(message, by=camille, now=NOW)
    assert kinds(account) == {"late": 1}


@pytest.mark.requirement("S0.1")
def test_a_week_after_an_email_by_hand_the_invoice_is_there_again(account, invoice, camille):
    message = write(invoice, camille)
    Message.update(state="sent", sent_at=NOW).where(Message.id == message.id).execute()
    assert kinds(account, NOW + 6 * DAY) == {}
    assert kinds(account, NOW + 7 * DAY) == {"late": 1}


@pytest.mark.requirement("S0.1")
@pytest.mark.parametrize(
    "change",
    [
        {"state": "paid", "balance_cents": 0},
        {"state": "draft"},
        {"next_due_on": TODAY},
        {"payment_method": "direct_debit"},
        {"kind": "credit_note"},
    ],
)
def test_what_is_not_late_or_never_chased_is_not_there(account, invoice, camille, change):
    Invoice.update(**change).where(Invoice.id == invoice.id).execute()
    assert kinds(account) == {}


def test_a_chased_invoice_is_not_there(account, invoice, nadia, camille):
    switch_on(invoice, nadia, start="gently", count=2)
    assert kinds(account) == {}


def test_the_largest_and_oldest_come_first_and_the_rest_is_counted(account, latitude, nadia):
    small = factories.make_invoice(latitude, total_cents=1_000, due_on=TODAY - 85 * DAY)
    large = factories.make_invoice(latitude, total_cents=900_000, due_on=TODAY - 2 * DAY)
    old = factories.make_invoice(latitude, total_cents=100_000, due_on=TODAY - 90 * DAY)
    [group] = attending.groups(account, NOW)
    assert [row.id for row in group.rows] == [old.id, large.id, small.id]
    for _ in range(4):
        factories.make_invoice(latitude)
    [group] = attending.groups(account, NOW)
    assert (len(group.rows), group.count) == (5, 7)


def test_a_refusal_stays_until_it_is_seen_or_followed(account, failed, invoice, camille):
    assert kinds(account) == {"failed": 1, "late": 1}
    deciding.see(failed, by=camille, now=NOW)
    assert kinds(account) == {"late": 1}
    assert Event.get(Event.kind == "failure_seen").user == camille


def test_a_refusal_followed_by_another_message_is_over(account, failed, invoice, camille):
    write(invoice, camille, key="again")
    assert kinds(account) == {}


def test_a_refusal_about_a_paid_invoice_is_over(account, failed, invoice):
    factories.make_payment(invoice, 120_000)
    assert kinds(account) == {}


def test_an_uncertain_message_waits_for_a_person_whatever_follows(account, failed, invoice, camille):
    Message.update(state="uncertain").where(Message.id == failed.id).execute()
    write(invoice, camille, key="again")
    assert kinds(account) == {"failed": 1}
    deciding.confirm(failed, by=camille, now=NOW)
    assert kinds(account) == {}


def test_a_rejected_address_is_there_once_whatever_it_stops(account, invoice, nadia):
    Contact.update(rejected_at=NOW, rejected_because="550").where(Contact.id == nadia.id).execute()
    assert kinds(account) == {"rejected": 1}


def test_a_refusal_waits_behind_the_address_to_correct(account, failed, invoice, nadia, camille):
    Contact.update(rejected_at=NOW).where(Contact.id == nadia.id).execute()
    assert kinds(account) == {"rejected": 1}
    Contact.update(rejected_at=None, email="compta@latitude.example").where(Contact.id == nadia.id).execute()
    assert kinds(account) == {"failed": 1, "late": 1}


def test_a_late_client_without_any_address_is_named_once(account, invoice, latitude, nadia):
    factories.make_invoice(latitude)
    Contact.update(archived_at=NOW).where(Contact.id == nadia.id).execute()
    [group] = attending.groups(account, NOW)
    assert group.kind == "mute" and group.count == 1
    assert group.rows == ((latitude.id, "Latitude Conseil", "EUR", 2, 240_000),)


def test_a_chase_whose_contacts_are_gone_is_there(account, invoice, nadia, hugo, camille):
    switch_on(invoice, nadia, start="gently", count=2)
    Contact.update(archived_at=NOW).where(Contact.id == nadia.id).execute()
    assert kinds(account) == {"waiting": 1}


@pytest.mark.requirement("S1.24")
def test_a_finished_chase_is_there_until_a_letter_leaves(account, invoice, nadia, camille):
    row = switch_on(invoice, nadia, start="gently", count=2)
    Chase.update(ended_at=NOW, ended_because="finished", next_check_at=None).where(Chase.id == row.id).execute()
    assert kinds(account) == {"finished": 1}
    letter = Letter.create(
        account=account, client=invoice.client, dated_on=TODAY, created_at=NOW, state="draft", total_cents=120_000
    )
    LetterInvoice.create(letter=letter, invoice=invoice, principal_cents=120_000)
    assert kinds(account) == {"finished": 1}
    Letter.update(state="ready").where(Letter.id == letter.id).execute()
    assert kinds(account) == {"letter": 1}
    Letter.update(state="posted").where(Letter.id == letter.id).execute()
    assert kinds(account) == {}


def test_a_waiting_server_and_a_suspension_come_first(account, invoice, camille):
    Transport.create(key="instance", failures=2, waits_until_at=NOW + dt.timedelta(minutes=5), last_error="421 no")
    Account.update(suspended_at=NOW, suspended_because="restauration").where(Account.id == account.id).execute()
    found = attending.groups(Account.get_by_id(account.id), NOW)
    assert [group.kind for group in found] == ["suspended", "server", "late"]
    assert kinds(account, NOW + dt.timedelta(minutes=6)) == {"suspended": 1, "late": 1}


def test_the_order_of_the_kinds_is_that_of_urgency(account, failed, invoice, latitude, camille):
    other = factories.make_client(account, "Brasserie des Deux Rives")
    bad = factories.make_contact(other, "Paul Henry")
    Contact.update(rejected_at=NOW).where(Contact.id == bad.id).execute()
    assert [group.kind for group in attending.groups(account, NOW)] == ["failed", "rejected", "late"]


def test_nothing_of_another_account_is_there(account, basile):
    assert kinds(account) == {}
    assert kinds(basile.account) == {"late": 1}
