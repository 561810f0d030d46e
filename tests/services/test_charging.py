"""The claim counted on an invoice is made of its own rows."""

import datetime as dt

from relance.rules import penalties
from relance.services import charging
from tests import factories

D = dt.date


def test_instalments_payments_and_credit_notes_are_all_counted(latitude, now):
    parts = [(D(2026, 9, 30), 100_000), (D(2026, 10, 31), 100_000)]
    invoice = factories.make_invoice(latitude, instalments=parts)
    factories.make_payment(invoice, 30_000, D(2026, 10, 10))
    factories.make_invoice(
        latitude, total_cents=20_000, kind="credit_note", credited_invoice=invoice, issued_on=D(2026, 10, 20)
    )
    claim = charging.claim_of(invoice, D(2026, 11, 23))
    assert claim.dues == (penalties.Due(D(2026, 9, 30), 100_000), penalties.Due(D(2026, 10, 31), 100_000))
    assert [(m.on, m.amount_cents, m.is_credit_note) for m in claim.movements] == [
        (D(2026, 10, 10), 30_000, False),
        (D(2026, 10, 20), 20_000, True),
    ]
    assert charging.interest_of([invoice], D(2026, 11, 23)) == penalties.late_interest(claim).due_cents > 0


def test_the_rate_printed_on_the_invoice_wins_over_the_accounts(account, latitude):
    account.late_rate_bp = 1_500
    account.save()
    own = factories.make_invoice(latitude, late_rate_bp=1_215)
    common = factories.make_invoice(latitude)
    assert charging.claim_of(own, factories.TODAY).contractual_rate_bp == 1_215
    assert charging.claim_of(common, factories.TODAY).contractual_rate_bp == 1_500


def test_an_unknown_half_year_gives_no_figure(latitude):
    invoice = factories.make_invoice(latitude)
    assert charging.interest_of([invoice], D(2027, 2, 1)) is None
