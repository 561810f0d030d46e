"""The head of the journal is what letters and daily e-mails carry."""

import datetime as dt

from relance.models.events import Event, record
from relance.models.messages import Message
from relance.rules import anchors
from relance.services import alerting, anchoring, journal
from tests import factories

LATER = factories.NOW + dt.timedelta(minutes=2)


def test_the_head_is_the_last_sealed_value_of_the_account(account, basile, now):
    assert anchoring.head(account) == ""
    record("note_added", account=account, at=now, text="une")
    record("note_added", account=account, at=now, text="deux")
    record("note_added", account=basile.account_id, at=now, text="autre")
    assert anchoring.head(account) == ""
    journal.seal(LATER)
    last = Event.select().where(Event.account == account).order_by(Event.id.desc()).get()
    assert anchoring.head(account) == anchoring.head(account.id) == last.chain
    assert anchoring.head(basile.account_id) != last.chain
    Event.update(chain="a" * 64).where(Event.id == last.id).execute()
    assert anchoring.head(account) == ""  # of the first versions: nobody could check it


def test_the_alert_of_the_morning_carries_the_fingerprint_of_the_journal(account, camille, latitude, now):
    factories.make_invoice(
        latitude, due_on=factories.TODAY - dt.timedelta(1), created_at=now - dt.timedelta(9), total_cents=1000
    )
    record("note_added", account=account, at=now - dt.timedelta(hours=1), text="une")
    journal.seal(now)
    alerting.alert_overdue(now, base_url="https://r.example", domain="r.example")
    mail = Message.get(Message.kind == "overdue_alert")
    shown = anchors.grouped(anchoring.head(account))
    assert f"Empreinte du journal\u00a0: {shown}." in " ".join(mail.body_text.split("\n"))
    assert shown in mail.body_html and len(shown) == 24
