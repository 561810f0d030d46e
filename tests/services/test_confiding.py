"""An invoice handed over: a line in the history, its reminders held, and taken back."""

import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.services import confiding, holding, pausing
from relance.services.holding import HoldError
from tests.factories import NOW, TODAY
from tests.making import events

LATER = NOW + dt.timedelta(days=3)


def confide(invoice, to="d’Ormane", on=TODAY, note="", at=NOW, by=None):
    return confiding.confide(invoice, to=to, on=on, note=note, by=by, now=at)


def held(invoice):
    return [one.kind for one in holding.current(invoice.account, [invoice], TODAY).get(invoice.id, ())]


@pytest.mark.requirement("S0.16")
def test_a_hand_over_is_told_and_holds_the_reminders_until_it_is_taken_back(chased, camille):
    given = confide(chased, "  d’Ormane ", TODAY, " Dossier n° 12 ", by=camille)
    assert (given.to, given.on, given.note) == ("d’Ormane", TODAY, "Dossier n° 12")
    pause = Pause.get()
    assert (pause.reason, pause.until_on, given.pause_id) == ("Dossier confié à d’Ormane", None, pause.id)
    assert events(invoice=chased)[-2:] == ["paused", "handed_over"] and held(chased) == ["pause"]
    resumed = confiding.take_back(chased, by=camille, now=LATER)
    assert resumed is not None and resumed.next is not None
    assert confiding.of_invoice(chased) is None and Pause.get().ended_at == LATER
    assert events(invoice=chased)[-2:] == ["taken_back", "resumed"]
    with pytest.raises(HoldError):
        confiding.take_back(chased, by=camille, now=LATER)


def test_the_same_form_sent_twice_is_one_hand_over_and_another_name_replaces_it(chased):
    first, again = confide(chased), confide(chased)
    assert first.event.id == again.event.id and Pause.select().count() == 1
    other = confide(chased, "Recogest", at=LATER)
    assert confiding.of_invoice(chased).to == "Recogest"
    assert Pause.get(Pause.ended_at.is_null()).reason == "Dossier confié à Recogest"
    confiding.take_back(chased, by=None, now=LATER)
    assert other.pause_id == Pause.get(Pause.reason.endswith("Recogest")).id and held(chased) == []


def test_without_a_reminder_to_come_only_the_history_says_so(invoice):
    given = confide(invoice)
    assert given.pause_id is None and Pause.select().count() == 0
    assert events(invoice=invoice)[-1] == "handed_over"
    assert confiding.take_back(invoice, by=None, now=NOW) is None
    assert events(invoice=invoice)[-1] == "taken_back"


def test_a_pause_set_since_by_a_person_stays_when_the_file_comes_back(chased):
    confide(chased)
    pausing.pause_invoice(chased, until_on=TODAY + dt.timedelta(9), reason="Congés", by=None, now=LATER)
    assert confiding.take_back(chased, by=None, now=LATER) is None
    assert Pause.get(Pause.ended_at.is_null()).reason == "Congés"


@pytest.mark.parametrize(
    ("to", "on", "note", "field"),
    [
        ("", TODAY, "", "to"),
        ("x" * 121, TODAY, "", "to"),
        ("d’Ormane", TODAY + dt.timedelta(1), "", "on"),
        ("d’Ormane", dt.date(2020, 1, 1), "", "on"),
        ("d’Ormane", TODAY, "x" * 1001, "note"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(chased, to, on, note, field):
    before = Event.select().count()
    with pytest.raises(HoldError) as refused:
        confide(chased, to, on, note)
    assert refused.value.field == field
    assert (Pause.select().count(), Event.select().count()) == (0, before)


def test_what_nobody_owes_is_handed_over_to_nobody(invoice):
    Invoice.update(state="paid", balance_cents=0).where(Invoice.id == invoice.id).execute()
    with pytest.raises(HoldError):
        confide(invoice)
