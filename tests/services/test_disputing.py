import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.holds import Dispute
from relance.services import disputing, holding
from relance.services.disputing import DisputeFacts
from relance.services.holding import HoldError
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import events

LATER = NOW + dt.timedelta(days=10)


def contest(invoice, kind="amount", text="", document=None, by=None):
    return disputing.open_dispute(invoice, DisputeFacts(kind, text, document), by=by, now=NOW)


def test_a_dispute_is_a_row_that_holds_until_it_is_closed(chased, camille, account):
    document = factories.make_document(account, kind="dispute", name="photo.pdf")
    contest(chased, "service", " Deux pages manquent ", document, by=camille)
    row = Dispute.get()
    assert (row.kind, row.text, row.document_id, row.starts_on) == (
        "service",
        "Deux pages manquent",
        document.id,
        TODAY,
    )
    assert (row.made_by_id, row.made_at, row.ended_at) == (camille.id, NOW, None)
    assert events(invoice=chased)[-1] == "dispute_opened"
    (held,) = holding.current(account, [chased], TODAY + dt.timedelta(400))[chased.id]
    assert (held.kind, held.until_on, held.reason) == ("dispute", None, "Deux pages manquent")


@pytest.mark.parametrize(
    ("kind", "text", "field"),
    [("weather", "x", "kind"), ("", "x", "kind"), ("other", " ", "text"), ("amount", "x" * 5001, "text")],
)
def test_a_dispute_that_says_nothing_is_refused_and_nothing_is_written(invoice, kind, text, field):
    with pytest.raises(HoldError) as refused:
        contest(invoice, kind, text)
    assert refused.value.field == field
    assert (Dispute.select().count(), Event.select().count()) == (0, 0)


def test_a_file_of_somebody_else_is_no_file_of_hers(invoice):
    other = factories.make_account("Menuiserie Basile")
    with pytest.raises(HoldError) as refused:
        contest(invoice, document=factories.make_document(other))
    assert refused.value.field == "file"


def test_one_dispute_at_a_time(invoice):
    contest(invoice)
    with pytest.raises(HoldError, match="déjà ouvert"):
        contest(invoice)
    assert Dispute.select().count() == 1


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"state": "cancelled"}, {"kind": "credit_note"}])
def test_what_is_not_owed_is_not_contested(latitude, fields):
    with pytest.raises(HoldError):
        contest(factories.make_invoice(latitude, **fields))


def test_closing_it_lets_reminders_go_on_from_that_day(chased, camille):
    contest(chased)
    resumed = disputing.close(chased, outcome=" Avoir envoyé ", by=camille, now=LATER)
    row = Dispute.get()
    assert (row.ended_on, row.ended_at, row.ended_by_id, row.outcome) == (
        LATER.date(),
        LATER,
        camille.id,
        "Avoir envoyé",
    )
    assert resumed.next.on == dt.date(2026, 12, 8)
    assert events(invoice=chased)[-1] == "dispute_closed"
    with pytest.raises(HoldError):
        disputing.close(chased, by=camille, now=LATER)
    contest(chased)  # it may be contested again
    assert Dispute.select().count() == 2


def test_an_outcome_too_long_leaves_it_open(chased):
    contest(chased)
    with pytest.raises(HoldError) as refused:
        disputing.close(chased, outcome="x" * 5001, by=None, now=LATER)
    assert refused.value.field == "outcome"
    assert Dispute.get().ended_at is None
