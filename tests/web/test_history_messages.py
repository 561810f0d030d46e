"""What the line of an e-mail says of its day and of its copies."""

import datetime as dt
import json

import pytest

from relance.models.events import record
from relance.models.messages import MessageItem
from relance.web import history_messages
from tests import factories
from tests.factories import NOW

D = dt.date


@pytest.fixture
def detail(account, latitude, nadia, as_camille):
    """``detail(due_on, offset, planned_on)``: what is said of the e-mail of that step."""

    def _detail(due_on, offset_days, planned_on, **fields):
        invoice = factories.make_invoice(latitude, due_on=due_on)
        message = factories.make_message(latitude, [invoice], **fields)
        MessageItem.update(offset_days=offset_days, planned_on=planned_on).execute()
        event = record("reminder_sent", account=account, invoice=invoice, message=message, at=NOW)
        found = history_messages.details_of(account, [event]).get(event.id, "")
        return str(found).replace("\u00a0", " ")

    return _detail


def test_a_step_on_its_own_day_shows_its_offset_only(detail):
    assert detail(D(2026, 11, 13), 10, D(2026, 11, 23)) == "J+10"


def test_a_step_moved_off_a_closed_day_says_from_which(detail):
    assert detail(D(2026, 10, 31), 15, D(2026, 11, 16)) == "J+15, reportée du dimanche 15 novembre"
    assert detail(D(2026, 12, 15), -2, D(2026, 12, 11)) == "J−2, avancée du dimanche 13 décembre"
    assert detail(D(2026, 12, 15), 10, D(2026, 12, 28)) == "J+10, reportée du vendredi 25 décembre, Noël"


def test_a_plan_that_counts_from_another_day_invents_no_reason(detail):
    assert detail(D(2026, 9, 6), 7, D(2026, 11, 23)) == "J+7"  # a Sunday, but begun gently long after


def test_a_copy_is_said(detail):
    cc = json.dumps([["Camille Roussel", "camille@atelier-roussel.example"], ["Hugo Marchand", "hugo@x.example"]])
    said = "J+10 · copie à vous · copie à Hugo Marchand"
    assert detail(D(2026, 11, 13), 10, D(2026, 11, 23), cc_json=cc) == said


@pytest.mark.requirement("S2.7")
def test_a_text_chosen_by_hand_is_still_said_once_it_left(account, latitude, nadia, as_camille):
    invoice = factories.make_invoice(latitude)
    message = factories.make_message(latitude, [invoice])
    record("reminder_queued", account=account, invoice=invoice, message=message, at=NOW, choice="manuel")
    sent = record("reminder_sent", account=account, invoice=invoice, message=message, at=NOW)
    assert history_messages.details_of(account, [sent]) == {sent.id: "choix manuel du modèle"}


def test_of_several_instalments_the_most_advanced_is_shown(account, latitude, nadia, as_camille):
    parts = [(D(2026, 11, 2), 100), (D(2026, 11, 9), 100)]
    invoice = factories.make_invoice(latitude, instalments=parts)
    message = factories.make_message(latitude)
    for instalment, offset in zip(invoice.instalments, (21, 14), strict=True):
        MessageItem.create(
            message=message,
            invoice=invoice,
            instalment=instalment,
            offset_days=offset,
            planned_on=D(2026, 11, 23),
            balance_cents=100,
        )
    event = record("reminder_sent", account=account, invoice=invoice, message=message, at=NOW)
    assert history_messages.details_of(account, [event]) == {event.id: "J+21"}


def test_other_events_cost_no_query_and_say_nothing(account, as_camille):
    assert history_messages.details_of(account, [record("note_added", account=account, at=NOW)]) == {}
