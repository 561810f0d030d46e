"""The parts of a line of « À traiter », and the words they share."""

from dataclasses import dataclass, field
from datetime import date

from flask import url_for
from markupsafe import Markup

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.web import filters
from relance.web.i18n import _, _n
from relance.web.proposals import Proposal


@dataclass(frozen=True)
class Action:
    """A link, or with ``values`` a button that posts them to ``href``. ``is_dialog``: opens over the page.

    ``stays``: the answer is this page again, without the line (see dashboard.stay).
    """

    label: str
    href: str
    is_quiet: bool = False
    values: dict[str, str] = field(default_factory=dict)
    is_dialog: bool = False
    stays: bool = False


@dataclass(frozen=True)
class Line:
    """One thing to deal with. ``family`` colours its icon: late, warn, promise, paid or ''.

    ``see`` is where to read more: a link after the detail. ``proposal``: the e-mail to read before the answer.
    """

    icon: str
    family: str
    title: str
    detail: str
    actions: tuple[Action, ...]
    see: Action | None = None
    proposal: Proposal | None = None


@dataclass(frozen=True)
class Context:
    """What every line needs: whose dashboard, and when; and what was read for all lines of a kind at once.

    ``sent``: reminders that left about an invoice and the day of the last. ``phones``: whom to call, by client.
    ``passed``: the chases of which a step was passed.
    """

    account: Account
    today: date
    sent: dict[int, tuple[int, date | None]]
    phones: dict[int, tuple[str, str]]
    passed: frozenset[int]


def money(cents: int, currency: str) -> Markup:
    """An amount inside a sentence, which does not wrap."""
    return Markup('<span class="money">{}</span>').format(filters.amount(cents, currency))


def nowrap(text: str) -> Markup:
    """A number of invoice, on one line."""
    return Markup('<span class="nowrap">{}</span>').format(text)


def days_late(invoice: Invoice, today: date) -> str:
    """« 22 jours de retard », or '' when it is not late."""
    days = (today - invoice.next_due_on).days
    return _n("un jour de retard", "{n} jours de retard", days) if days > 0 else ""


def about(invoice: Invoice, today: date) -> Markup:
    """« F-2026-0087, 4 320,00 €, 22 jours de retard »."""
    parts = [nowrap(invoice.number), money(invoice.balance_cents, invoice.currency), days_late(invoice, today)]
    return Markup(", ").join(part for part in parts if part)


def see_invoice(invoice: Invoice) -> Action:
    """The link to the invoice, after the detail."""
    return Action(_("Voir la facture"), url_for("invoices.show", id=invoice.id))


def phone(context: Context, client: Client) -> Markup:
    """« Nadia Benali 04 65 71 00 99 », the number as a link that calls; empty without a number."""
    name, number = context.phones.get(client.id, ("", ""))
    if not number:
        return Markup("")
    who = Markup("{} ").format(name) if name else Markup("")
    return who + filters.phone(number, client.country)
