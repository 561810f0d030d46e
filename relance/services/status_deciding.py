"""What a status of an electronic invoice would do, from what is recorded of the invoice. Nothing is written here."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from relance.imports.statuses import StatusRead
from relance.models.accounts import Account
from relance.models.events import Event
from relance.models.holds import Dispute
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from relance.services import gathering
from relance.services.hold_limits import NOT_OWED

HOLDS = {
    "207": "Mise en litige par le client sur la plateforme",
    "210": "Refusée par le client sur la plateforme",
    "213": "Rejetée par la plateforme, à corriger et à émettre de nouveau",
}
CASHED = "212"
SUSPENDED = "208"
# Statuses of one day come in this order.
ORDER = ("200", "201", "202", "203", "204", "208", "209", "205", "206", "211", "207", "210", "213", "212")
APPLIED = ("dispute", "payment", "record")
NEAR = dt.timedelta(10)  # a payment written by hand so close to the day a platform gives is the same money

FUTURE = "Cette date est dans le futur."
CURRENCY = "Ce montant n'est pas dans la devise de la facture."


@dataclass(frozen=True)
class StatusItem:
    """What one status would do. ``effect``: dispute, payment, record, same, older, replaced or problem.

    ``note`` tells more: held (a dispute is open already, and stays), not_owed, paid, known (the payment is noted),
    capped, rest (what is left), suspended. ``problem`` is a French sentence. ``amount_cents`` is what would be recorded
    as paid, in the invoice's currency, on ``paid_on``; ``on`` is the account's day of the status.
    """

    read: StatusRead
    effect: str
    invoice: Invoice | None = None
    on: dt.date | None = None
    note: str = ""
    problem: str = ""
    amount_cents: int = 0
    paid_on: dt.date | None = None

    @property
    def will_apply(self) -> bool:
        """True when applying it changes something."""
        return self.effect in APPLIED


@dataclass
class Known:
    """What is known of one invoice while statuses are looked at, each changing it for the next."""

    invoice: Invoice
    is_disputed: bool = False
    payments: list[tuple[int, dt.date]] = field(default_factory=list)
    told: list[tuple[str, str, int | None]] = field(default_factory=list)  # code, ISO day, cents stated
    status: str = ""
    status_on: dt.date | None = None
    left_cents: int = 0

    def take(self, item: StatusItem) -> None:
        """What the item would leave behind."""
        if not item.will_apply or item.on is None:
            return
        self.told.append((item.read.code, item.on.isoformat(), item.read.amount_cents))
        self.status, self.status_on = item.read.code, item.on
        self.is_disputed = self.is_disputed or item.effect == "dispute"
        if item.effect == "payment":
            self.left_cents -= item.amount_cents
            self.payments.append((item.amount_cents, item.paid_on or item.on))


def known_of(account: Account, invoices: Sequence[Invoice]) -> dict[int, Known]:
    """What is recorded of these invoices, in one statement."""
    found = {
        one.id: Known(one, status=one.platform_status, status_on=one.platform_status_on, left_cents=one.balance_cents)
        for one in invoices
    }
    ids = list(found)
    if not ids:
        return found
    disputes, payments, told = gathering.read(
        Dispute.select(Dispute.invoice).where(Dispute.invoice.in_(ids), Dispute.ended_at.is_null()).tuples(),
        Payment.select(Payment.invoice, Payment.amount_cents, Payment.received_on)
        .where(Payment.invoice.in_(ids))
        .tuples(),
        Event.select(Event.invoice, Event.data).where(
            Event.invoice.in_(ids), Event.kind == "platform_status_recorded", Event.account == account
        ),
    )
    for (invoice_id,) in disputes:
        found[invoice_id].is_disputed = True
    for invoice_id, cents, day in payments:
        found[invoice_id].payments.append((cents, day))
    for event in told:
        facts = event.facts
        key = (str(facts.get("code")), str(facts.get("on")), facts.get("amount_cents"))
        found[event.invoice_id].told.append(key)
    return found


def in_time(items: Sequence[StatusItem], today: dt.date) -> list[int]:
    """The places of the items, the oldest status first; those of one day in the order of a life cycle."""
    return sorted(range(len(items)), key=lambda n: (items[n].on or today, rank(items[n].read.code), n))


def rank(code: str) -> int:
    """The place of a status among those of the same day."""
    return ORDER.index(code) if code in ORDER else -1


def decide(known: Known, item: StatusItem, today: dt.date, *, is_by_hand: bool = False) -> StatusItem:
    """What the status would do, from what is known of its invoice."""
    read = item.read
    on = read.on or today
    item = replace(item, on=on, effect="record", note="")
    if max(on, read.paid_on or on) > today + dt.timedelta(1):
        return replace(item, effect="problem", problem=FUTURE)
    if _is_told(known, read, on):
        return replace(item, effect="same")
    if known.status_on is not None:
        now_at, then_at = (on, rank(read.code)), (known.status_on, rank(known.status))
        if on < known.status_on or (now_at < then_at and not is_by_hand):
            return replace(item, effect="older")
    if read.code in HOLDS:
        return _held(known, item)
    if read.code == CASHED:
        return _cashed(known, item)
    if known.is_disputed:
        return replace(item, note="held")
    return replace(item, note="suspended" if read.code == SUSPENDED else "")


def _is_told(known: Known, read: StatusRead, on: dt.date) -> bool:
    for code, day, cents in known.told:
        is_same_day = read.on is None or day == on.isoformat()
        if code == read.code and is_same_day and (code != CASHED or read.amount_cents in (None, cents)):
            return True
    return False


def _held(known: Known, item: StatusItem) -> StatusItem:
    if known.invoice.is_credit_note or known.invoice.state in NOT_OWED or known.left_cents <= 0:
        return replace(item, note="not_owed")
    return replace(item, note="held") if known.is_disputed else replace(item, effect="dispute")


def _cashed(known: Known, item: StatusItem) -> StatusItem:
    invoice, read = known.invoice, item.read
    paid_on = read.paid_on or item.on
    if read.currency and read.currency != invoice.currency:
        return replace(item, effect="problem", problem=CURRENCY)
    if invoice.is_credit_note or invoice.state not in ("sent", "paid"):
        return replace(item, note="not_owed")
    if known.left_cents <= 0:
        return replace(item, note="paid")
    cents = read.amount_cents
    if cents is not None and paid_on is not None and _is_noted(known, cents, paid_on):
        return replace(item, note="known")
    note = "rest" if cents is None else "capped" if cents > known.left_cents else ""
    amount = known.left_cents if cents is None else min(cents, known.left_cents)
    return replace(item, effect="payment", note=note, amount_cents=amount, paid_on=paid_on)


def _is_noted(known: Known, cents: int, paid_on: dt.date) -> bool:
    """True when a payment of that amount was written by hand about that day: those a status made are not counted."""
    noted = [day for other, day in known.payments if other == cents and abs(day - paid_on) <= NEAR]
    stated = [
        day
        for code, day, other in known.told
        if code == CASHED and other == cents and abs(dt.date.fromisoformat(day) - paid_on) <= NEAR
    ]
    return len(noted) > len(stated)


def covers(known: Known) -> bool:
    """True when all that was received was stated as cashed: a status without an amount stands for everything."""
    stated = [cents for code, _day, cents in known.told if code == CASHED]
    return None in stated or sum(cents or 0 for cents in stated) >= sum(cents for cents, _day in known.payments)
