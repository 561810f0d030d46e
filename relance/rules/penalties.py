"""What lateness costs: interest day by day, and the 40 € of recovery costs.

Amounts are cents of one currency, taxes included (the penalties themselves are outside VAT). Rates are
hundredths of a percent a year. The arithmetic is exact (fractions); each printed line is rounded half
up to the cent and the total is the sum of the printed lines.

* Simple interest, ``amount × rate × days / 365``, 365 in leap years too, never capitalised (C. civ. 1343-2).
* The first day that counts is the day after the due date, without any reminder (C. com. L441-10 II); the
  day the money arrives still counts on the old balance. So ``days = as_of − due_on``.
* Organisations: each day bears the rate of its half-year, or the single contractual rate.
* Public buyers: the rate of the half-year in which interest began, frozen (R2192-31 CCP).
* Individuals: nothing before the formal notice is received, then the legal rate (C. civ. 1231-6, 1344-1).
* A part payment lowers the principal first, as a client's bank line shows it, or the interest first
  (C. civ. 1343-1) when asked. A credit note lowers the principal only.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from relance.rules import rates

DEBTORS = ("organisation", "individual", "public")
IMPUTATIONS = ("principal_first", "interest_first")
DAYS_IN_YEAR = 365
RECOVERY_FEE_CENTS = 4000  # C. com. D441-5; C. commande publique D2192-35
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """An amount and the date printed for it. An invoice paid in three times has three of them."""

    due_on: date
    amount_cents: int


@dataclass(frozen=True)
class Movement:
    """Something that lowered the debt on a day: a payment, or a credit note (``is_credit_note``)."""

    on: date
    amount_cents: int
    is_credit_note: bool = False


@dataclass(frozen=True)
class Claim:
    """One invoice, and the day its interest is counted up to (``as_of``, included).

    ``debtor`` is organisation, individual or public. ``contractual_rate_bp`` counts for organisations
    only. ``notice_received_on`` counts for individuals only: without it they owe no interest. ``table``: the legal
    rates it is counted by.
    """

    dues: tuple[Due, ...]
    as_of: date
    debtor: str = "organisation"
    movements: tuple[Movement, ...] = ()
    contractual_rate_bp: int | None = None
    notice_received_on: date | None = None
    imputation: str = "principal_first"
    table: rates.Table = field(default=rates.DELIVERED, repr=False)

    @classmethod
    def single(
        cls,
        amount_cents: int,
        due_on: date,
        as_of: date,
        debtor: str = "organisation",
        *,
        movements: tuple[Movement, ...] = (),
        contractual_rate_bp: int | None = None,
        notice_received_on: date | None = None,
        imputation: str = "principal_first",
        table: rates.Table = rates.DELIVERED,
    ) -> "Claim":
        """A claim with one due date, the usual case."""
        return cls(
            (Due(due_on, amount_cents),),
            as_of,
            debtor,
            movements,
            contractual_rate_bp,
            notice_received_on,
            imputation,
            table,
        )

    def __post_init__(self) -> None:
        """Refuse what no invoice can hold."""
        if self.debtor not in DEBTORS:
            raise ValueError(f"unknown debtor: {self.debtor!r}")
        if self.imputation not in IMPUTATIONS:
            raise ValueError(f"unknown imputation: {self.imputation!r}")
        if any(due.amount_cents < 0 for due in self.dues) or any(move.amount_cents < 0 for move in self.movements):
            raise ValueError("amounts of a claim are never negative")


@dataclass(frozen=True)
class Segment:
    """One printed line: ``base_cents`` at ``rate_bp`` from ``starts_on`` to ``ends_on``, both included."""

    due_on: date
    starts_on: date
    ends_on: date
    days: int
    rate_bp: int
    base_cents: int
    interest_cents: int


@dataclass(frozen=True)
class Interest:
    """The result, at the end of ``as_of``.

    ``principal_cents`` is what is left of the amounts; ``accrued_cents`` the sum of the lines;
    ``paid_cents`` what payments already covered of it; ``daily_cents`` what one more day costs.
    """

    segments: tuple[Segment, ...]
    principal_cents: int
    overdue_cents: int
    paid_cents: int
    daily_cents: int

    @property
    def accrued_cents(self) -> int:
        """All the interest that ran."""
        return sum(segment.interest_cents for segment in self.segments)

    @property
    def due_cents(self) -> int:
        """The interest still owed."""
        return self.accrued_cents - self.paid_cents


def simple_interest(base_cents: int, rate_bp: int, days: int) -> int:
    """Interest in cents on ``base_cents`` for ``days`` at ``rate_bp``, rounded half up."""
    return round_half_up(Fraction(base_cents * rate_bp * days, 10_000 * DAYS_IN_YEAR))


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up. ``value`` is not negative."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def recovery_fee(debtor: str, late_invoices: int, currency: str = "EUR") -> int:
    """The flat indemnity in cents: 40 € for each invoice paid late, once (C. com. D441-5, D2192-35 CCP).

    Nothing from individuals (recovery costs stay with the creditor: CPCE L111-8), nothing in another
    currency than the euro, in which the law states it.
    """
    if debtor not in DEBTORS:
        raise ValueError(f"unknown debtor: {debtor!r}")
    return RECOVERY_FEE_CENTS * late_invoices if debtor != "individual" and currency == "EUR" else 0


def late_interest(claim: Claim) -> Interest:
    """Count the interest of ``claim``. Raises rates.UnknownRate rather than guess a half-year."""
    tranches = [_Tranche(due.due_on, due.amount_cents) for due in sorted(claim.dues, key=lambda due: due.due_on)]
    paid = 0
    for move in sorted(claim.movements, key=lambda move: move.on):
        if move.on <= claim.as_of:
            paid += _apply(move, tranches, claim, paid)
    for tranche in tranches:
        tranche.accrue(claim.as_of, claim)
    return Interest(
        segments=tuple(segment for tranche in tranches for segment in tranche.segments),
        principal_cents=sum(tranche.left for tranche in tranches),
        overdue_cents=sum(tranche.left for tranche in tranches if tranche.due_on < claim.as_of),
        paid_cents=paid,
        daily_cents=round_half_up(sum((tranche.daily(claim) for tranche in tranches), Fraction(0))),
    )


@dataclass
class _Tranche:
    """One due amount while the days pass."""

    due_on: date
    left: int
    segments: list[Segment] = field(default_factory=list)
    through: date | None = None  # interest is written up to this day, included

    def accrue(self, until: date, claim: Claim) -> None:
        """Write the lines from where we were to ``until``, included."""
        last = self.through or _last_free_day(self.due_on, claim)
        if last is None or until <= last or self.left == 0:
            return
        first = last + ONE_DAY
        spans = [(first, until)] if _has_one_rate(claim) else rates.periods(first, until)
        for start, end in spans:
            days, rate = (end - start).days + 1, _rate_on(start, self.due_on, claim)
            amount = simple_interest(self.left, rate, days)
            self.segments.append(Segment(self.due_on, start, end, days, rate, self.left, amount))
        self.through = until

    def daily(self, claim: Claim) -> Fraction:
        """One more day at the rate of ``as_of``, in cents, not rounded."""
        last = _last_free_day(self.due_on, claim)
        if last is None or claim.as_of <= last or self.left == 0:
            return Fraction(0)
        return Fraction(self.left * _rate_on(claim.as_of, self.due_on, claim), 10_000 * DAYS_IN_YEAR)


def _last_free_day(due_on: date, claim: Claim) -> date | None:
    """The last day without interest; None when none runs at all."""
    if claim.debtor != "individual":
        return due_on
    return max(due_on, claim.notice_received_on) if claim.notice_received_on else None


def _has_one_rate(claim: Claim) -> bool:
    return claim.debtor == "public" or (claim.debtor == "organisation" and claim.contractual_rate_bp is not None)


def _rate_on(day: date, due_on: date, claim: Claim) -> int:
    if claim.debtor == "organisation" and claim.contractual_rate_bp is not None:
        return claim.contractual_rate_bp
    # Public buyers: frozen at the half-year of the first day of interest.
    return claim.table.rate_for(claim.debtor, due_on + ONE_DAY if claim.debtor == "public" else day)


def _apply(move: Movement, tranches: list[_Tranche], claim: Claim, already_paid: int) -> int:
    """Lower the debt by ``move``, oldest amount first; return the cents that went to interest.

    What exceeds the debt is left aside: it is the client's credit.
    """
    rest, to_interest = move.amount_cents, 0
    if claim.imputation == "interest_first" and not move.is_credit_note:
        for tranche in tranches:
            tranche.accrue(move.on, claim)
        accrued = sum(segment.interest_cents for tranche in tranches for segment in tranche.segments)
        to_interest = min(rest, accrued - already_paid)
        rest -= to_interest
    for tranche in tranches:
        taken = min(rest, tranche.left)
        if taken:
            tranche.accrue(move.on, claim)  # the day of payment still bears interest on the old balance
            tranche.left -= taken
            rest -= taken
    return to_interest
