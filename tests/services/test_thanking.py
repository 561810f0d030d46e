"""A word of thanks once a chased invoice is paid: once, at the next opening, never when it is no longer true."""

import datetime as dt
import json

import pytest

from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.messages import Message, MessageItem
from relance.models.payments import Payment
from relance.rules.wording import french
from relance.services import forecasting, pausing, paying, sending_by_hand, situations, sweeping, thanking
from relance.services.thanking import Draft, ThanksError
from relance.services.writing import WritingError
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import events, fresh, switch_on
from tests.services.sending import nine_on, sweep

D = dt.date
DAY = dt.timedelta(1)
PAID_AT = dt.datetime(2026, 11, 24, 14, 0)  # Tuesday, after the reminder of the morning
MORNING = D(2026, 11, 25)


@pytest.fixture
def grateful(account):
    """The account that thanks."""
    Account.update(sends_thanks=True).where(Account.id == account.id).execute()
    return Account.get_by_id(account.id)


@pytest.fixture
def reminded(grateful, chased, nadia, post):
    """An invoice whose first reminder left on Tuesday 24 November."""
    sweep(D(2026, 11, 24), post)
    return fresh(chased)


def pay(invoice, cents=None, at=PAID_AT):
    return paying.record(fresh(invoice), cents or fresh(invoice).balance_cents, at.date(), by=None, now=at)


def thanks():
    return list(Message.select().where(Message.kind == "thanks").order_by(Message.id))


def to_client(smtp_server, nadia):
    return [mail.subject for mail in smtp_server.to(nadia.email)]


def test_a_chased_invoice_that_is_paid_is_thanked_for_the_next_morning_in_its_thread(
    reminded, nadia, post, smtp_server
):
    pay(reminded)
    [message] = thanks()
    assert (message.state, message.is_automatic, message.day_on) == ("queued", False, MORNING)
    assert message.not_before_at == nine_on(MORNING)
    sweeping.sweep(PAID_AT + dt.timedelta(hours=1), post)
    assert thanks()[0].state == "queued"
    sweep(MORNING, post)
    reminder, mail = smtp_server.to(nadia.email)
    assert mail.subject == french("Bien reçu, facture F-2026-0098")
    assert mail.message["In-Reply-To"] == reminder.message["Message-ID"]
    assert thanks()[0].state == "sent"
    assert events(invoice=reminded)[-2:] == ["thanks_queued", "reminder_sent"]


@pytest.mark.parametrize("change", ["off", "never_reminded", "partly", "exempt", "paused"])
def test_nothing_is_sent_to_who_should_not_be_thanked(account, chased, nadia, camille, post, change):
    Account.update(sends_thanks=change != "off").where(Account.id == account.id).execute()
    if change != "never_reminded":
        sweep(D(2026, 11, 24), post)
    if change == "exempt":
        Client.update(is_exempt=True).execute()
    if change == "paused":
        pausing.pause_client(chased.client, until_on=None, reason="", by=camille, now=NOW)
    pay(chased, 1_000 if change == "partly" else None)
    assert thanks() == []


def test_a_payment_deleted_before_the_morning_takes_the_thanks_back(reminded, nadia, post, smtp_server):
    payment = pay(reminded).payment
    paying.delete(payment, by=None, now=PAID_AT + dt.timedelta(minutes=5))
    [message] = thanks()
    assert (message.state, message.error, message.slot) == ("cancelled", "not_paid", None)
    assert "reminder_cancelled" in events(invoice=reminded)
    sweep(MORNING, post)
    assert len(smtp_server.to(nadia.email)) == 1
    pay(reminded, at=PAID_AT + dt.timedelta(hours=2))
    assert [row.state for row in thanks()] == ["cancelled", "queued"]


@pytest.mark.parametrize("change", ["payment", "exempt", "paused", "address"])
def test_what_changed_behind_its_back_is_seen_when_it_leaves(reminded, camille, nadia, post, smtp_server, change):
    pay(reminded)
    if change == "payment":  # by another way than the service
        Payment.delete().execute()
        type(reminded).update(state="sent", balance_cents=100).execute()
    if change == "exempt":
        Client.update(is_exempt=True).execute()
    if change == "paused":
        pausing.pause_client(reminded.client, until_on=None, reason="", by=camille, now=PAID_AT)
    if change == "address":
        Contact.update(archived_at=NOW).execute()
    sweep(MORNING, post)
    [message] = thanks()
    expected = {"payment": "not_paid", "exempt": "exempt", "paused": "client_pause", "address": "no_recipient"}
    assert (message.state, message.error) == ("cancelled", expected[change])
    assert len(smtp_server.to(nadia.email)) == 1


def test_one_invoice_is_thanked_for_once(reminded, nadia, post, smtp_server):
    payment = pay(reminded).payment
    sweep(MORNING, post)
    paying.delete(payment, by=None, now=nine_on(MORNING) + DAY)
    pay(reminded, at=nine_on(MORNING) + 2 * DAY)
    for n in range(1, 8):
        sweep(MORNING + n * DAY, post)
    assert len(thanks()) == 1
    assert [subject for subject in to_client(smtp_server, nadia) if "Bien re" in subject] == [
        "Bien reçu, facture F-2026-0098"
    ]


def test_several_invoices_paid_the_same_day_are_thanked_for_together(
    grateful, latitude, nadia, camille, post, smtp_server
):
    rows = [factories.make_invoice(latitude, f"F-{n}", due_on=TODAY) for n in range(3)]
    for row in rows:
        switch_on(row, nadia)
    sweep(D(2026, 11, 24), post)
    paid = [pay(row) for row in rows]
    [message] = thanks()
    assert [item.slot for item in message.items] == [f"thanks:{row.id}" for row in rows]
    paying.delete(paid[1].payment, by=None, now=PAID_AT)
    sweep(MORNING, post)
    mail = smtp_server.to(nadia.email)[-1]
    assert mail.subject == french("Bien reçu, 2 factures")
    assert "F-0" in mail.text and "F-2" in mail.text and "F-1" not in mail.text


def test_it_is_never_a_reminder(reminded, nadia, latitude, post, smtp_server):
    other = factories.make_invoice(latitude, "F-9", due_on=MORNING - DAY)
    switch_on(other, nadia)
    before = [send.on for send in forecasting.for_invoice(other, PAID_AT)]
    pay(reminded)
    sweep(MORNING, post)
    situation = situations.load(other.account, [latitude.id], MORNING)[latitude.id]
    assert [past.on for past in situation.past] == [D(2026, 11, 24)]
    assert [send.on for send in forecasting.for_invoice(other, nine_on(MORNING))] == before
    assert thanking.last_reminder(reminded).kind == "reminder"


def test_a_reminder_that_follows_does_not_speak_of_the_thanks(reminded, nadia, camille, post):
    payment = pay(reminded).payment
    sweep(MORNING, post)
    paying.delete(payment, by=None, now=nine_on(MORNING))
    assert thanking.composing.last_message_on([reminded], reminded.account) == D(2026, 11, 24)


# By hand


@pytest.fixture
def send_thanks(camille):
    def _send(invoice, *contacts, words=None, key="k", now=PAID_AT):
        draft = Draft(tuple(contact.id for contact in contacts), words)
        return thanking.send(fresh(invoice), draft, key=key, by=camille, now=now, domain="relance.example")

    return _send


def test_by_hand_it_leaves_after_a_minute_at_any_hour_and_can_be_undone(
    invoice, nadia, hugo, camille, send_thanks, post, smtp_server
):
    factories.make_payment(invoice, 120_000)
    late = dt.datetime(2026, 11, 22, 20, 0)  # a Sunday evening
    message = send_thanks(invoice, nadia, hugo, now=late)
    assert send_thanks(invoice, nadia, hugo, now=late).id == message.id
    assert sending_by_hand.undo(message, by=camille, now=late)
    assert (thanking.thanked(invoice), thanks()[0].state) == (None, "cancelled")
    again = send_thanks(invoice, nadia, key="other", now=late)
    sweeping.sweep(late + dt.timedelta(minutes=1), post)
    assert Message.get_by_id(again.id).state == "sent"
    assert len(smtp_server.to(nadia.email)) == 1 and smtp_server.to(hugo.email) == []


def test_words_of_ones_own_leave_as_they_are(invoice, nadia, send_thanks, post, smtp_server):
    factories.make_payment(invoice, 120_000)
    send_thanks(invoice, nadia, words=("Merci Nadia", "Un grand merci, <b>vraiment</b>."))
    sweeping.sweep(PAID_AT + dt.timedelta(minutes=1), post)
    [mail] = smtp_server.to(nadia.email)
    assert mail.subject == "Merci Nadia" and "<b>vraiment</b>" in mail.text and "&lt;b&gt;" in mail.html


def test_by_hand_it_is_refused_twice_unpaid_without_address_or_without_words(account, invoice, nadia, send_thanks):
    with pytest.raises(ThanksError, match="pas payée"):
        send_thanks(invoice, nadia)
    factories.make_payment(invoice, 120_000)
    for words, field in ((("", "x"), "subject"), (("x", " "), "body"), (("x\ny", "x"), "subject")):
        with pytest.raises(WritingError) as error:
            send_thanks(invoice, nadia, words=words)
        assert error.value.field == field
    with pytest.raises(ThanksError, match="au moins un destinataire"):
        send_thanks(invoice)
    send_thanks(invoice, nadia)
    with pytest.raises(ThanksError, match="déjà parti"):
        send_thanks(invoice, nadia, key="other")
    assert len(thanks()) == MessageItem.select().count() == 1


def test_an_individual_has_one_recipient(account, send_thanks):
    person = factories.make_client(account, "Odile Perrin", kind="individual", siren="")
    two = [factories.make_contact(person, name, f"{n}@perrin.example") for n, name in enumerate(("Odile P", "Jean P"))]
    invoice = factories.make_invoice(person)
    factories.make_payment(invoice, 120_000)
    with pytest.raises(ThanksError, match="particulier"):
        send_thanks(invoice, *two)


def test_it_goes_to_those_of_the_last_reminder_that_can_still_be_written_to(
    grateful, latitude, nadia, hugo, camille, post
):
    invoice = factories.make_invoice(latitude, due_on=TODAY)
    switch_on(invoice, nadia, hugo)
    sweep(D(2026, 11, 24), post)
    Contact.update(rejected_at=NOW).where(Contact.id == nadia.id).execute()
    pay(invoice)
    assert [email for _, email in json.loads(thanks()[0].to_json)] == [hugo.email]
