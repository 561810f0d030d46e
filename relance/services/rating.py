"""The legal rates an account counts by: the delivered table, what was fetched, and what its people entered.

What a person enters wins, for their account, over what was fetched for the instance, which wins over what is
delivered; figure by figure. Letters that are frozen keep theirs: only what is counted from now on follows.
"""

from collections.abc import Iterable
from typing import Any

from relance.models.accounts import Account
from relance.models.legal_rates import LegalRate
from relance.rules.rates import DELIVERED, HalfYear, Table


def table_of(account: Account | int) -> Table:
    """The table of this account, in one query, which ``db.remembering`` makes once."""
    return table_with(rates_read(account))


def table_with(rows: Iterable[LegalRate]) -> Table:
    """The delivered table with these rows over it, once ``rates_read`` was read with something else."""
    found = [_half_year(row) for row in rows]
    return DELIVERED.with_rows(sorted(found, key=_is_entered)) if found else DELIVERED


def rates_read(account: Account | int) -> Any:
    """The query of what was fetched for the instance and entered for this account."""
    account_id = account if isinstance(account, int) else account.id
    return (
        LegalRate.select()
        .where((LegalRate.account == account_id) | LegalRate.account.is_null())
        .order_by(LegalRate.year, LegalRate.half, LegalRate.id)
    )


def _half_year(row: LegalRate) -> HalfYear:
    return HalfYear(
        row.year,
        row.half,
        row.mro_bp,
        row.legal_professional_bp,
        row.legal_individual_bp,
        row.source,
        "",
        row.reviewed_on,
        "entered" if row.account_id is not None else "fetched",
    )


def _is_entered(row: HalfYear) -> bool:
    return row.origin == "entered"


def contractual_rate(account: Account, client_rate_bp: int | None, invoice_rate_bp: int | None) -> int | None:
    """The contractual rate in hundredths of a percent: the invoice's, else the client's, else the account's."""
    given = (invoice_rate_bp, client_rate_bp, account.late_rate_bp)
    return next((rate for rate in given if rate is not None), None)
