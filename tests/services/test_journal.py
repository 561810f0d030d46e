"""The journal is chained: a changed past shows."""

import datetime as dt
import hashlib
import json

from relance.models.accounts import Account
from relance.models.events import Event, record, tag_of
from relance.services import journal
from tests import factories

LATER = factories.NOW + dt.timedelta(minutes=2)


def test_events_are_chained_in_order_and_a_change_shows(account, basile, now):
    for n in range(5):
        record("note_added", account=account, at=now, text=f"note {n}")
        record("note_added", account=basile.account_id, at=now, text=f"autre {n}")
    assert journal.seal(LATER) == 10
    assert journal.seal(LATER) == 0
    assert journal.first_break(account.id) is None
    third = Event.select().where(Event.account == account).order_by(Event.id)[2]
    Event.update(data='{"text": "réécrite"}').where(Event.id == third.id).execute()
    assert journal.first_break(account.id) == third.id
    assert journal.first_break(basile.account_id) is None


def test_a_removed_event_shows(account, now):
    for n in range(4):
        record("note_added", account=account, at=now, text=f"note {n}")
    journal.seal(LATER)
    second = Event.select().order_by(Event.id)[1]
    Event.delete().where(Event.id == second.id).execute()
    assert journal.first_break(account.id) is not None


def test_an_event_of_this_minute_waits_for_the_transactions_still_open(account, now):
    record("note_added", account=account, at=now)
    assert journal.seal(now) == 0
    assert journal.seal(LATER) == 1


def test_a_chain_is_checked_by_the_digests_alone(account, latitude, now):
    invoice = factories.make_invoice(latitude)
    record("note_added", account=account, at=now, text="é\u2028", invoice=invoice, client=latitude)
    record("note_added", account=account, at=now, text="sans facture", user=None)
    journal.seal(LATER)
    previous = journal.START
    for event in Event.select().where(Event.account == account).order_by(Event.id):
        tag, _, sha256 = event.digest(account.journal_key).partition(".")
        assert tag == tag_of(account.journal_key, event.invoice_id) and len(sha256) == 64
        previous = "2" + hashlib.sha256(f"{previous}{tag}.{sha256}".encode()).hexdigest()
        assert event.chain == previous


def test_the_values_sealed_by_the_first_versions_still_hold_and_the_next_ones_follow_them(account, now):
    previous = journal.START
    for n in range(3):
        event = record("note_added", account=account, at=now, text=f"note {n}")
        body = [previous, account.id, "note_added", event.data, now.isoformat(), None]
        previous = hashlib.sha256(json.dumps(body).encode()).hexdigest()
        Event.update(chain=previous).where(Event.id == event.id).execute()
    later = record("note_added", account=account, at=now, text="depuis")
    journal.seal(LATER)
    later = Event.get_by_id(later.id)
    assert (
        later.chain == later.hash_after(previous, account.journal_key)
        and journal.is_v2(later.chain)
        and not journal.is_v2(previous)
    )
    assert journal.first_break(account.id) is None
    old = Event.select().where(Event.account == account).order_by(Event.id)[1]
    Event.update(at=now + dt.timedelta(days=1)).where(Event.id == old.id).execute()
    assert journal.first_break(account.id) == old.id


def test_an_event_moved_to_another_invoice_shows(account, latitude, now):
    one, other = factories.make_invoice(latitude), factories.make_invoice(latitude)
    moved = record("note_added", account=account, at=now, text="x", invoice=one, client=latitude)
    record("note_added", account=account, at=now, text="y")
    journal.seal(LATER)
    Event.update(invoice=other).where(Event.id == moved.id).execute()
    assert journal.first_break(account.id) == moved.id


def test_an_account_older_than_the_keys_gets_one_at_its_next_sealing_and_keeps_it(account, basile, now):
    Account.update(journal_key="").execute()
    for _n in range(3):
        record("note_added", account=account, at=now, text="x")
        record("note_added", account=basile.account_id, at=now, text="y")
    record("account_deleted", account=None, at=now)
    assert journal.seal(LATER) == 7
    keys = {row.id: row.journal_key for row in Account.select()}
    assert len(set(keys.values())) == 2 and all(len(key) == 32 for key in keys.values())
    assert journal.first_break(account.id) is None is journal.first_break(basile.account_id)
    record("note_added", account=account, at=now, text="z")
    journal.seal(LATER)
    assert Account.get_by_id(account.id).journal_key == journal.key_of(account.id) == keys[account.id]
    assert journal.first_break(account.id) is None
