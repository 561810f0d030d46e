"""A reminder written now that leaves later, to whom and how a person chose: everything is read again when it leaves."""

import datetime as dt
import json

import pytest

from relance.models.accounts import Account
from relance.models.clients import Contact
from relance.models.events import Event
from relance.models.holds import Extension, Pause
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.services import outbox, pausing, paying, promising, sending_by_hand, sweeping, writing
from relance.services.writing import BalanceError, WritingError
from tests import factories
from tests.making import switch_on
from tests.services.sending import dates, kinds, text_of

D = dt.date
NOW, TODAY = factories.NOW, factories.TODAY
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
WEDNESDAY = NOW + 2 * DAY


def state(message):
    row = Message.get_by_id(message.id)
    return row.state, row.error


def last_event(invoice):
    return Event.select().where(Event.invoice == invoice).order_by(Event.id.desc()).get()


def test_it_waits_for_its_hour_and_tells_the_facts_of_that_day(send, invoice, nadia, post, smtp_server):
    message = send(template="relance_2", leaves_at=WEDNESDAY)
    assert (message.state, message.not_before_at, message.day_on) == ("queued", WEDNESDAY, D(2026, 11, 25))
    queued = Event.get(Event.kind == "reminder_queued")
    assert queued.facts["leaves_at"] == WEDNESDAY.isoformat()
    sweeping.sweep(WEDNESDAY - MINUTE, post)
    assert smtp_server.to(nadia.email) == []
    facts = Message.get_by_id(message.id).facts
    sweeping.sweep(WEDNESDAY, post)
    [mail] = smtp_server.to(nadia.email)
    assert text_of(mail) == message.body_text.strip()
    assert Message.get_by_id(message.id).facts == facts, "it was written for that day: nothing to write again"
    assert kinds(invoice) == ["reminder_queued", "reminder_sent"]


def test_what_was_not_planned_says_no_hour(send):
    send()
    assert "leaves_at" not in Event.get(Event.kind == "reminder_queued").facts


def test_it_can_be_cancelled_until_it_leaves(send, camille, nadia, post, smtp_server):
    message = send(leaves_at=WEDNESDAY)
    assert message.id in [parcel.message.id for parcel in outbox.waiting(message.account)]
    assert sending_by_hand.undo(message, by=camille, now=WEDNESDAY - MINUTE) is True
    sweeping.sweep(WEDNESDAY, post)
    assert (smtp_server.to(nadia.email), state(message)) == ([], ("cancelled", "undone"))


@pytest.mark.requirement("S0.11")
def test_a_payment_before_its_hour_cancels_it(send, invoice, camille, nadia, post, smtp_server):
    message = send(leaves_at=WEDNESDAY)
    paying.record(
        invoice, received_on=TODAY, amount_cents=120_000, method="transfer", by=camille, now=NOW + DAY, form_key="p"
    )
    sweeping.sweep(WEDNESDAY, post)
    assert smtp_server.to(nadia.email) == []
    assert state(message)[0] == "cancelled" and last_event(invoice).kind != "reminder_sent"


def test_a_part_payment_writes_it_again(send, invoice, nadia, post, smtp_server):
    send(leaves_at=WEDNESDAY)
    factories.make_payment(invoice, 20_000)
    sweeping.sweep(WEDNESDAY, post)
    [mail] = smtp_server.to(nadia.email)
    assert "1\u00a0000,00\u00a0€" in mail.text and "1\u00a0200,00\u00a0€" not in mail.text


def test_words_a_person_wrote_do_not_leave_once_they_are_no_longer_true_and_the_user_is_told(
    send, invoice, camille, nadia, post, smtp_server
):
    message = send(words=("Notre facture", "Il reste 1 200 €."), leaves_at=WEDNESDAY)
    factories.make_payment(invoice, 20_000)
    sweeping.sweep(WEDNESDAY, post)
    assert smtp_server.to(nadia.email) == []
    assert state(message) == ("cancelled", "text")
    assert last_event(invoice).facts["because"] == "text"
    [told] = smtp_server.to(camille.email)
    assert "Latitude Conseil" in told.subject and "ce que vous aviez écrit ne correspondait plus" in told.text.replace(
        "’", "'"
    )
    sweeping.sweep(WEDNESDAY + DAY, post)
    assert len(smtp_server.to(camille.email)) == 1
    assert message.id in [parcel.message.id for parcel in outbox.page(message.account).parcels]


def test_words_a_person_wrote_leave_on_their_day_when_nothing_changed(send, nadia, post, smtp_server):
    send(words=("Notre facture", "Il reste 1 200 €."), leaves_at=WEDNESDAY)
    sweeping.sweep(WEDNESDAY, post)
    [mail] = smtp_server.to(nadia.email)
    assert text_of(mail) == "Il reste 1 200 €."


def test_a_hold_noted_since_stops_it_and_one_known_before_does_not(send, invoice, nadia, post, smtp_server):
    promising.promise(invoice, promising.PromiseFacts(D(2026, 11, 30), 100), by=None, now=NOW - MINUTE)
    first = send(key="a", leaves_at=WEDNESDAY)
    sweeping.sweep(WEDNESDAY, post)
    assert state(first)[0] == "sent"
    second = send(key="b", leaves_at=WEDNESDAY + 2 * DAY)
    pausing.pause_all(invoice.account, until_on=None, reason="Congés", by=None, now=WEDNESDAY + DAY)
    sweeping.sweep(WEDNESDAY + 2 * DAY, post)
    assert len(smtp_server.to(nadia.email)) == 1
    assert state(second) == ("cancelled", "account_pause")
    assert Pause.select().count() == 1


def test_contacts_in_copy_stay_in_copy_when_it_is_written_again(send, invoice, nadia, hugo, camille, post, smtp_server):
    message = send(copy_ids=(hugo.id,), copies_user=True, leaves_at=WEDNESDAY)
    assert json.loads(message.cc_json) == [["Hugo Marchand", hugo.email], ["Camille Roussel", camille.email]]
    factories.make_payment(invoice, 20_000)
    sweeping.sweep(WEDNESDAY, post)
    [mail] = smtp_server.to(nadia.email)
    assert mail.message["Cc"].addresses[0].addr_spec == hugo.email
    assert [one.addr_spec for one in mail.message["To"].addresses] == [nadia.email]
    assert len(smtp_server.to(hugo.email)) == len(smtp_server.to(camille.email)) == 1


def test_a_contact_in_copy_who_is_gone_meanwhile_is_left_out(send, nadia, hugo, camille, post, smtp_server):
    send(copy_ids=(hugo.id,), leaves_at=WEDNESDAY)
    Contact.update(archived_at=NOW).where(Contact.id == hugo.id).execute()
    sweeping.sweep(WEDNESDAY, post)
    [mail] = smtp_server.to(nadia.email)
    assert mail.message["Cc"] is None and smtp_server.to(camille.email) == []


def test_one_in_to_is_not_in_copy_too(send, nadia, hugo):
    message = send(contact_ids=(nadia.id, hugo.id), copy_ids=(hugo.id,))
    assert [email for _, email in json.loads(message.to_json)] == [nadia.email, hugo.email]
    assert json.loads(message.cc_json) == []


def test_copies_are_for_contacts_of_that_client_with_an_address(send, invoice, nadia, hugo, basile):
    stranger = Contact.get(Contact.account == basile.account_id)
    Contact.update(rejected_at=NOW).where(Contact.id == hugo.id).execute()
    for gone in (stranger.id, hugo.id, 0):
        with pytest.raises(WritingError) as refusal:
            send(copy_ids=(gone,))
        assert refusal.value.field == "copies"
    assert Message.select().count() == 0


@pytest.mark.parametrize(
    ("variant", "word", "language"), [("tu", "Peux-tu", "fr"), ("vous", "Pourriez-vous", "fr"), ("en", "Hello", "en")]
)
def test_the_version_chosen_is_kept_when_it_is_written_again(
    send, invoice, nadia, post, smtp_server, variant, word, language
):
    message = send(template="relance_1", variant=variant, leaves_at=WEDNESDAY)
    assert word in message.body_text and message.language == language
    assert Event.get(Event.kind == "reminder_queued").facts["variant"] == variant
    factories.make_payment(invoice, 20_000)
    sweeping.sweep(WEDNESDAY, post)
    [mail] = smtp_server.to(nadia.email)
    assert word in mail.text


def test_a_version_that_does_not_exist_is_refused(send):
    with pytest.raises(WritingError) as refusal:
        send(variant="de")
    assert refusal.value.field == "variant"


def test_nobody_in_copy_reads_a_tu_that_is_not_theirs(send, nadia, hugo):
    Contact.update(register="tu").where(Contact.id == nadia.id).execute()
    Contact.update(register="vous").where(Contact.id == hugo.id).execute()
    assert "Peux-tu" in send(key="a", template="relance_1").body_text
    assert "Pourriez-vous" in send(key="b", template="relance_1", copy_ids=(hugo.id,)).body_text
    Contact.update(register="tu").where(Contact.id == hugo.id).execute()
    assert "Peux-tu" in send(key="c", template="relance_1", copy_ids=(hugo.id,)).body_text


def test_another_amount_than_the_one_shown_is_refused(send, invoice):
    with pytest.raises(BalanceError):
        send(seen_cents=100_000)
    assert (Message.select().count(), Event.select().count()) == (0, 0)
    assert send(seen_cents=invoice.balance_cents).state == "queued"


def test_it_replaces_the_next_planned_step_when_that_one_is_near_the_day_it_leaves(send, invoice, nadia):
    switch_on(invoice, nadia, start="gently")
    before = dates(invoice, NOW)
    assert before[:2] == [D(2026, 11, 24), D(2026, 12, 1)]
    day, _picks = sending_by_hand.replaceable(invoice, "rappel", NOW, WEDNESDAY)
    assert day == before[0]
    send(leaves_at=WEDNESDAY)
    assert MessageItem.get().step == 0
    assert before[0] not in dates(invoice, NOW)
    assert Event.get(Event.kind == "reminder_queued").facts["replaces"] == before[0].isoformat()


def test_a_step_that_leaves_well_before_it_goes_on_its_own_day(send, invoice, nadia):
    switch_on(invoice, nadia, start="gently")
    monday = dt.datetime(2026, 11, 30, 8)
    assert sending_by_hand.replaceable(invoice, "rappel", NOW, monday) is None
    send(leaves_at=monday)
    assert MessageItem.get().step is None
    assert dates(invoice, NOW)[:2] == [D(2026, 11, 24), D(2026, 12, 7)], "the next one waits for the gap"


def test_a_planned_message_is_a_caution_for_the_days_around_it(send, invoice):
    send(leaves_at=WEDNESDAY)
    assert writing.caution(invoice, NOW).last_on == D(2026, 11, 25)
    assert writing.caution(invoice, WEDNESDAY + 4 * DAY).last_on == D(2026, 11, 25)
    assert writing.caution(invoice, WEDNESDAY + 5 * DAY).last_on is None


def test_a_granted_date_is_the_one_the_text_speaks_of(send, invoice, account, latitude):
    Extension.create(
        account=account, client=latitude, invoice=invoice, granted_on=TODAY, starts_on=TODAY, made_at=NOW - DAY
    )
    text = send(template="rappel", leaves_at=WEDNESDAY).body_text
    assert "23 novembre" in text.replace("\u00a0", " ") and "13 novembre" not in text.replace("\u00a0", " ")


def test_while_sending_is_suspended_it_waits(send, invoice, nadia, post, smtp_server):
    message = send(leaves_at=WEDNESDAY)
    Account.update(suspended_at=NOW).execute()
    sweeping.sweep(WEDNESDAY, post)
    assert (smtp_server.to(nadia.email), state(message)[0]) == ([], "queued")
    Account.update(suspended_at=None).execute()
    sweeping.sweep(WEDNESDAY + dt.timedelta(hours=1), post)
    assert len(smtp_server.to(nadia.email)) == 1 and Invoice.get_by_id(invoice.id).state == "sent"
