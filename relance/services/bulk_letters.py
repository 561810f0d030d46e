"""Letters for a selection, one per client and currency: formal notices of what is late, or reminders to post."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.services import amicable, chasing, claiming, holds, notice_checks, noticing, situations
from relance.services.amicable import AmicableError
from relance.services.bulk import Aside, not_owed
from relance.services.noticing import NoticeChoices, NoticeError

NOTICE, AMICABLE = "notice", "amicable"
KINDS = (NOTICE, AMICABLE)


@dataclass(frozen=True)
class Draft:
    """One letter to come. ``is_early``: a notice of which an invoice was the object of fewer than two reminders.

    ``problem``: why it cannot be written, in French.
    """

    key: str
    client: Client
    invoices: tuple[Invoice, ...]
    is_early: bool
    problem: str = ""

    @property
    def currency(self) -> str:
        """The currency of all its invoices."""
        return str(self.invoices[0].currency)

    @property
    def balance_cents(self) -> int:
        """What is left on its invoices, in cents."""
        return sum(invoice.balance_cents for invoice in self.invoices)


@dataclass
class Prepared:
    """The letters that were asked for, and those that could not be, with the reason in French."""

    letters: list[Letter] = field(default_factory=list)
    refused: list[tuple[Client, str]] = field(default_factory=list)


def drafts(
    account: Account, invoices: Sequence[Invoice], *, kind: str = NOTICE, now: dt.datetime
) -> tuple[list[Draft], list[Aside]]:
    """The letters of a kind (of KINDS) that these invoices would make, and what is set aside; nothing is written.

    In a fixed number of queries. What only the writing finds (a rate that is not known) is told by ``prepare``.
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
    early = _early(account, groups.values()) if kind == NOTICE else set()
    found = []
    for (client_id, currency), rows in groups.items():
        problem = amicable.refusal(rows) if kind == AMICABLE and len(rows) > amicable.MOST else ""
        is_early = any(row.id in early for row in rows)
        found.append(Draft(f"{client_id}-{currency}", rows[0].client, tuple(rows), is_early, problem))
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


def prepare(
    account: Account,
    invoices: Sequence[Invoice],
    *,
    kind: str = NOTICE,
    delay_days: int = 8,
    anyway: Collection[str] = (),
    by: User | None,
    now: dt.datetime,
) -> Prepared:
    """Prepare them, those that are early only if their key is in ``anyway``. The same form twice is one letter each.

    A reminder to post carries the text proposed for its invoices. Nothing is posted; ring the worker after it.
    """
    done = Prepared()
    today = chasing.today_of(account, now)
    for one in drafts(account, invoices, kind=kind, now=now)[0]:
        if one.is_early and one.key not in anyway:
            continue
        try:
            if kind == AMICABLE:
                letter = amicable.prepare(account, one.client, one.invoices, by=by, now=now)
            else:
                choices = _choices(one.client, today, delay_days)
                letter = noticing.prepare(account, one.client, one.invoices, choices=choices, by=by, now=now)
            done.letters.append(letter)
        except (NoticeError, AmicableError) as error:
            done.refused.append((one.client, str(error)))
    return done


def _choices(client: Client, today: dt.date, delay_days: int) -> NoticeChoices:
    """What a notice claims unless a person says otherwise: all that the law allows."""
    return NoticeChoices(dated_on=today, delay_days=delay_days, claims_fee=client.kind != "individual")
