"""The journal: facts as they were, tied one to the next."""

import datetime as dt

from relance.models.accounts import Account, User
from relance.models.events import Event, record
from relance.models.invoices import Invoice
from relance.models.messages import Message


def test_what_is_no_link_is_kept_as_a_fact(invoice: Invoice, camille: User, now: dt.datetime) -> None:
    event = record(
        "payment_recorded",
        account=invoice.account,
        at=now,
        invoice=invoice,
        client=invoice.client_id,
        user=camille,
        amount_cents=10_000,
        received_on=now.date(),
        note="virement reçu",
    )
    kept = Event.get_by_id(event.id)
    assert (kept.kind, kept.at, kept.chain) == ("payment_recorded", now, None)
    assert (kept.invoice, kept.client, kept.user) == (invoice, invoice.client, camille)
    assert kept.facts == {"amount_cents": 10_000, "received_on": "2026-11-23", "note": "virement reçu"}


def test_an_event_without_a_user_was_made_by_the_machine(account: Account, now: dt.datetime) -> None:
    assert record("became_overdue", account=account, at=now).user is None


def test_the_hash_changes_with_every_fact_and_with_what_came_before(account: Account, now: dt.datetime) -> None:
    event = record("note_added", account=account, at=now, text="un")
    reference = event.hash_after("", "k")
    assert event.hash_after("", "k") == reference
    assert event.hash_after("before", "k") != reference
    assert event.hash_after("", "other key") != reference
    for name, value in (("kind", "note_changed"), ("data", '{"text": "deux"}'), ("at", now + dt.timedelta(seconds=1))):
        changed = Event.get_by_id(event.id)
        setattr(changed, name, value)
        assert changed.hash_after("", "k") != reference, name


def test_the_hash_is_the_same_once_read_back(account: Account, camille: User, now: dt.datetime) -> None:
    event = record("note_added", account=account, at=now, user=camille, text="relancé par téléphone")
    assert Event.get_by_id(event.id).hash_after("x", "k") == event.hash_after("x", "k")


def test_an_event_outlives_the_message_it_tells_of(invoice: Invoice, now: dt.datetime) -> None:
    message = Message.create(
        account=invoice.account,
        kind="reminder",
        to_json="[]",
        subject="",
        body_text="",
        message_id="<a@b>",
        token="a",
        not_before_at=now,
        created_at=now,
    )
    event = record("reminder_sent", account=invoice.account, at=now, message=message)
    message.delete_instance()
    assert Event.get_by_id(event.id).message is None
