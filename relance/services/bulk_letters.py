"""Letters for a selection, one per client and currency: formal notices of what is late, or reminders to post."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.services import amicable, chasing, claiming, holds, notice_checks, situations
from relance.services.bulk import Aside, not_owed

NOTICE, AMICABLE = "notice", "amicable"
KINDS = (NOTICE, AMICABLE)
EARLY = "deux relances n’ont pas été envoyées avant"


@dataclass(frozen=True)
class Draft:
    """One letter to come. ``is_early``: a notice of which an invoice was the object of fewer than two reminders.

    ``problem``: why it cannot be written. ``doubts``: why it is prepared only on a person's word. Both in French.
    """

    key: str
    client: Client
    invoices: tuple[Invoice, ...]
    is_early: bool
    problem: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def currency(self) -> str:
        """The currency of all its invoices."""
        return str(self.invoices[0].currency)

    @property
    def balance_cents(self) -> int:
        """What is left on its invoices, in cents."""
        return sum(invoice.balance_cents for invoice in self.invoices)


def drafts(
    account: Account, invoices: Sequence[Invoice], *, kind: str = NOTICE, now: dt.datetime
) -> tuple[list[Draft], list[Aside]]:
    """The letters of a kind (of KINDS) that these invoices would make, and what is set aside; nothing is written.

    In a fixed number of queries. What only the writing finds (a rate that is not known) is told by letter_batches.
    """
    today = chasing.today_of(account, now)
    held = holds.current(account, invoices, today) if kind == AMICABLE else {}
    groups: dict[tuple[int, str], list[Invoice]] = defaultdict(list)
    aside = []
    for invoice in invoices:
        if kind == NOTICE:
            because = not_owed(invoice) or ("" if invoice.is_overdue(today) else "not_late")
        else:
            because = situations.stop_reason(account, invoice.client, invoice, invoice.balance_cents)
            is_contested = any(one.kind == "dispute" for one in held.get(invoice.id, ()))
            because = because or ("dispute" if is_contested else "")
        if because:
            aside.append(Aside(invoice, because))
        else:
            groups[invoice.client_id, invoice.currency].append(invoice)
    early, doubts = set[int](), dict[int, list[str]]()
    if kind == NOTICE:
        early = _early(account, groups.values())
        doubts = notice_checks.doubts([row for rows in groups.values() for row in rows])
    found = []
    for (client_id, currency), rows in groups.items():
        problem = amicable.refusal(rows) if kind == AMICABLE and len(rows) > amicable.MOST else ""
        is_early = any(row.id in early for row in rows)
        why = [EARLY] * is_early + [words for row in rows for words in doubts.get(row.id, ())]
        found.append(
            Draft(f"{client_id}-{currency}", rows[0].client, tuple(rows), is_early, problem, tuple(dict.fromkeys(why)))
        )
    return found, aside


def _early(account: Account, groups: Iterable[list[Invoice]]) -> set[int]:
    """The invoices that were the object of fewer reminders than a notice wants before it."""
    rows = [row for group in groups for row in group]
    times = Counter(row.number for row in rows)
    sent = claiming.reminders(account, [row for row in rows if times[row.number] == 1])
    named = Counter(number for one in sent for number in one.numbers)
    early = set()
    for row in rows:
        # Reminders name numbers: where two clients have the same one, each is looked at apart.
        is_alone = times[row.number] == 1
        is_early = named[row.number] < notice_checks.WANTED_REMINDERS
        if is_early if is_alone else notice_checks.is_early(account, [row]):
            early.add(row.id)
    return early
