"""A quote recalled by hand: refused in words, sent once, undone within its minute."""

import datetime as dt

import pytest

from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.services import quoting, quoting_by_hand, sweeping
from relance.services.quoting_by_hand import Draft
from relance.services.writing import WritingError
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import events


@pytest.fixture
def quote(latitude, nadia, camille):
    return factories.make_quote(latitude, "D-2026-014")


@pytest.fixture
def send(camille):
    def _send(quote, key="form-1", at=NOW, **changes):
        draft = Draft(**{**vars(quoting_by_hand.first_draft(quote)), **changes})
        return quoting_by_hand.send(quote, draft, key=key, by=camille, now=at, domain="relance.example")

    return _send


def test_it_leaves_after_a_minute_exactly_as_the_row_holds_it(quote, send, nadia, camille, post, smtp_server):
    message = send(quote)
    assert (message.kind, message.is_automatic, message.slot, message.user_id) == ("quote", False, None, camille.id)
    sweeping.sweep(NOW, post)
    assert not smtp_server.received
    sweeping.sweep(NOW + quoting_by_hand.UNDO, post)
    (mail,) = smtp_server.received
    assert mail.recipients == [nadia.email]
    assert mail.text.replace("\r\n", "\n").strip() == Message.get().body_text.strip()
    assert events(quote=quote) == ["nudge_queued", "reminder_sent"]


def test_the_same_form_is_one_message_and_another_form_is_another(quote, send):
    assert send(quote).id == send(quote).id
    assert send(quote, key="form-2").id != send(quote).id
    assert Message.select().count() == 2


@pytest.mark.parametrize("state", ["accepted", "declined", "expired", "no_address", "suspended"])
def test_what_makes_no_sense_is_refused_in_words(quote, send, account, nadia, state):
    if state in ("accepted", "declined"):
        Quote.update(state=state).execute()
    elif state == "expired":
        Quote.update(valid_until=TODAY - dt.timedelta(1)).execute()
    elif state == "no_address":
        nadia.archived_at = NOW
        nadia.save()
    else:
        account.suspended_at = NOW
        account.save()
    quote = Quote.get()
    assert quoting_by_hand.refusal(quote, NOW)
    with pytest.raises(WritingError):
        send(quote)
    assert not Message.select().exists()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("contacts", {"contact_ids": ()}),
        ("contacts", {"contact_ids": (999_999,)}),
        ("subject", {"words": ("", "Bonjour")}),
        ("body", {"words": ("Devis", " ")}),
        ("body", {"words": ("Devis", "Le devis {numero}")}),
    ],
)
def test_what_is_missing_is_named(quote, send, field, changes):
    with pytest.raises(WritingError) as refused:
        send(quote, **changes)
    assert refused.value.field == field


def test_an_individual_has_one_recipient(quote, send, latitude, nadia, hugo):
    latitude.kind = "individual"
    latitude.save()
    with pytest.raises(WritingError):
        send(Quote.get(), contact_ids=(nadia.id, hugo.id))


def test_own_words_leave_as_they_were_typed_or_not_at_all(quote, send, camille, post, smtp_server):
    send(quote, words=("Notre échange", "Bonjour Nadia,\n\nQu'en pensez-vous ?"))
    quoting.change(
        quote, quoting.QuoteFacts(**{**vars(quoting.facts_of(quote)), "total_cents": 1}), version=1, by=camille, now=NOW
    )
    sweeping.sweep(NOW + dt.timedelta(minutes=1), post)
    assert not smtp_server.received and Message.get().error == "quote_changed"
    send(Quote.get(), key="again", words=("Notre échange", "Bonjour Nadia,\n\nQu'en pensez-vous ?"))
    sweeping.sweep(NOW + dt.timedelta(minutes=1), post)
    assert smtp_server.received[0].subject == "Notre échange"


def test_it_can_be_undone_while_it_waits_and_what_is_automatic_cannot(quote, send, camille):
    message = send(quote)
    assert quoting_by_hand.undo(message, by=camille, now=NOW)
    assert not quoting_by_hand.undo(message, by=camille, now=NOW)
    assert (Message.get().state, Message.get().error) == ("cancelled", "undone")
    assert events(quote=quote) == ["nudge_queued", "nudge_cancelled"]
    Message.update(state="queued", is_automatic=True).execute()
    assert not quoting_by_hand.undo(message, by=camille, now=NOW)


def test_by_hand_takes_the_place_of_a_nudge_unless_it_is_undone(quote, send, camille, post, smtp_server):
    Quote.update(nudges=1, next_check_at=NOW, valid_until=TODAY + dt.timedelta(7)).execute()
    message = send(Quote.get())
    sweeping.sweep(NOW, post)
    assert Message.select().count() == 1
    quoting_by_hand.undo(message, by=camille, now=NOW)
    sweeping.sweep(NOW, post)
    assert [m.is_automatic for m in Message.select().order_by(Message.id)] == [False, True]
    assert len(smtp_server.received) == 1


def test_a_yes_recorded_during_the_minute_holds_it(quote, send, camille, post, smtp_server):
    send(quote)
    quoting.accept(quote, by=camille, now=NOW)
    sweeping.sweep(NOW + dt.timedelta(minutes=1), post)
    assert not smtp_server.received and Message.get().error == "quote_accepted"


def test_a_refusal_of_the_server_is_told_in_the_history_of_the_quote(quote, send, nadia, post, smtp_server):
    smtp_server.refused[nadia.email] = "550 5.1.1 inconnue"
    send(quote)
    sweeping.sweep(NOW + dt.timedelta(minutes=1), post)
    assert Message.get(Message.kind == "quote").state == "refused"
    assert events(quote=quote) == ["nudge_queued", "reminder_refused"]
