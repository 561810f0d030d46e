"""What each reminder achieved, on a small history computed by hand."""

import datetime as dt

import pytest

from relance.models.letters import Letter, LetterInvoice
from relance.services import gathering, outcomes
from relance.services.outcomes import Outcome, Step
from tests import factories
from tests.factories import NOW, TODAY
from tests.services import notices


def day(offset):
    return TODAY + dt.timedelta(offset)


def invoice_of(client, due, paid=None, **fields):
    """1 000 € due ``due`` days from today and paid, if it was, ``paid`` days from today."""
    invoice = factories.make_invoice(client, total_cents=100_000, due_on=day(due), **fields)
    if paid is not None:
        factories.make_payment(invoice, 100_000, day(paid))
    return invoice


def remind(invoice, template, on, **fields):
    message = notices.remind(invoice, template, on, **fields)
    message.day_on = on
    message.save()


def letter_about(invoice, posted_on, **fields):
    letter = Letter.create(
        account=invoice.account_id,
        client=invoice.client_id,
        dated_on=TODAY,
        created_at=NOW,
        posted_on=posted_on,
        **{"state": "posted"} | fields,
    )
    LetterInvoice.create(letter=letter, invoice=invoice, principal_cents=1)


def outcome(account):
    return outcomes.outcome_of(*gathering.read(*outcomes.queries(account, TODAY)))


@pytest.mark.requirement("S1.4")
def test_each_payment_is_counted_after_the_last_reminder_before_it(account, latitude):
    invoice_of(latitude, -100, -98)  # without any reminder
    after_one = invoice_of(latitude, -90, -80)
    remind(after_one, "rappel", day(-87))
    after_two = invoice_of(latitude, -80, -60)
    remind(after_two, "rappel", day(-77))
    remind(after_two, "relance_1", day(-70))
    still_open = invoice_of(latitude, -50)
    remind(still_open, "rappel", day(-47))
    remind(still_open, "relance_1", day(-40))
    remind(still_open, "relance_2", day(-30))
    by_letter = invoice_of(latitude, -200, -100)
    remind(by_letter, "rappel", day(-197))
    letter_about(by_letter, day(-150))
    assert outcome(account) == Outcome(
        due=5,
        paid=4,
        unprompted=1,
        by_rank=(Step(1, 4, 1), Step(2, 3, 2), Step(3, 1, 0)),
        by_level=(Step(1, 4, 1), Step(2, 2, 1), Step(3, 1, 0), Step(5, 1, 1)),
    )


def test_a_payment_on_the_day_of_a_reminder_had_left_before_it(account, latitude):
    invoice = invoice_of(latitude, -30, -20)
    remind(invoice, "rappel", day(-27))
    remind(invoice, "relance_1", day(-20))
    found = outcome(account)
    assert (found.by_rank, found.unprompted) == ((Step(1, 1, 1),), 0)


def test_a_reminder_after_the_payment_was_not_its_cause(account, latitude):
    invoice = invoice_of(latitude, -30, -20)
    remind(invoice, "rappel", day(-10))
    assert outcome(account) == Outcome(1, 1, 1, (), ())


def test_one_text_sent_many_times_reaches_an_invoice_once_and_the_last_ranks_are_one_line(account, latitude):
    invoice = invoice_of(latitude, -90, -10)
    for week in range(8):
        remind(invoice, "relance_1", day(-85 + 7 * week))
    found = outcome(account)
    assert found.by_level == (Step(2, 1, 1),)
    assert found.by_rank == (*(Step(rank, 1, 0) for rank in range(1, 6)), Step(6, 1, 1))


@pytest.mark.parametrize(
    ("template", "state", "kind"),
    [("standard", "sent", "manual"), ("rappel", "cancelled", "reminder"), ("rappel", "sent", "thanks")],
)
def test_what_is_not_a_reminder_that_left_is_not_counted(account, latitude, template, state, kind):
    invoice = invoice_of(latitude, -30, -20)
    remind(invoice, template, day(-27), state=state, kind=kind)
    found = outcome(account)
    assert (found.by_rank, found.unprompted) == ((), 1)


def test_a_message_about_several_instalments_is_one_reminder(account, latitude):
    parts = [(day(-30), 50_000), (day(-20), 50_000)]
    remind(factories.make_invoice(latitude, instalments=parts), "rappel", day(-10))
    assert outcome(account).by_rank == (Step(1, 1, 0),)


def test_a_letter_counts_once_posted_at_the_level_of_its_text(account, latitude):
    invoice = invoice_of(latitude, -90)
    letter_about(invoice, day(-60), kind="amicable", template="relance_2")
    letter_about(invoice, None, state="ready")
    assert outcome(account).by_level == (Step(3, 1, 0),)


def test_only_what_fell_due_within_a_year_and_was_awaited_is_counted(account, latitude):
    invoice_of(latitude, -366, -300)
    invoice_of(latitude, 0)
    for state in ("draft", "to_process", "cancelled"):
        invoice_of(latitude, -10, state=state)
    invoice_of(latitude, -10, state="paid", paid_on=day(-5), balance_cents=0)  # by a credit note alone
    invoice_of(latitude, -10, state="written_off")
    invoice_of(latitude, -10, kind="credit_note")
    assert outcome(account) == Outcome(1, 0, 0, (), ())


def test_another_account_teaches_nothing(account, basile):
    assert outcome(account) == Outcome(0, 0, 0, (), ())
