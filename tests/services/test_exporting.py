import datetime as dt
import itertools

from relance.services import exporting
from tests import factories
from tests.factories import TODAY


def test_a_line_tells_what_is_left_and_since_when(invoice):
    factories.make_payment(invoice, 20_000)
    (line,) = exporting.lines([invoice], TODAY)
    assert (line.number, line.client, line.object) == ("F-2026-0087", "Latitude Conseil", "Identité visuelle")
    assert (line.total_cents, line.balance_cents, line.days_late, line.paid_on) == (120_000, 100_000, 10, None)
    assert line.due_on == TODAY - dt.timedelta(10)


def test_a_credit_note_takes_away_and_is_never_late(latitude):
    (line,) = exporting.lines([factories.make_invoice(latitude, "A-1", kind="credit_note")], TODAY)
    assert (line.total_cents, line.days_late) == (-120_000, 0)


def test_a_paid_invoice_says_when_and_is_late_no_more(latitude):
    invoice = factories.make_invoice(latitude, paid_cents=120_000)
    (line,) = exporting.lines([invoice], TODAY)
    assert (line.balance_cents, line.paid_on, line.days_late) == (0, TODAY, 0)


def test_lines_are_made_as_they_are_asked_for(invoice):
    endless = exporting.lines(itertools.repeat(invoice), TODAY)
    assert [line.number for line in itertools.islice(endless, 2)] == [invoice.number] * 2
