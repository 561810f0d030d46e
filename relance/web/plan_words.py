"""A payment plan in words: its state, that of each part, and the text that confirms it to the client."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from relance.models.invoices import Invoice
from relance.models.payment_plans import PaymentPlan, PlanPart
from relance.rules import payment_plans as rules
from relance.rules import wording
from relance.rules.labels import translate
from relance.rules.money import format_amount
from relance.services import plan_rows
from relance.web import filters
from relance.web.history_words import REASONS
from relance.web.i18n import _

STATES = {
    "open": ("plan", "En cours"),
    "kept": ("paid", "Tenu"),
    "broken": ("late", "Non tenu"),
    "ended": ("cancelled", "Terminé"),
}
DAY = dt.timedelta(1)


@dataclass(frozen=True)
class Row:
    """One part on the page. ``status`` is a badge; ``detail`` says since when, until when, or how much came in."""

    due_on: dt.date
    amount_cents: int
    status: str
    words: str
    detail: Markup | str


def state_of(plan: PaymentPlan) -> tuple[str, str]:
    """Its badge and the words of the badge."""
    status, words = STATES[plan.state]
    return status, _(words)


def why_ended(plan: PaymentPlan) -> str:
    """Why a person, or the end of a debt, put an end to it; '' otherwise."""
    if plan.state != "ended" or plan.closed_because == "by_hand":
        return ""
    because = plan.closed_because
    return _(REASONS[because]) if because in REASONS else because


def parts_of(
    plan: PaymentPlan, rows: Sequence[PlanPart], standing: rules.Standing, today: dt.date, grace_days: int
) -> list[Row]:
    """The parts as they stand; once the plan is closed, those that were still to come are not awaited any more."""
    found = []
    for n, row in enumerate(rows):
        status, words = "open", _("À venir")
        detail: Markup | str = ""
        if row.state == "kept":
            status, words = "paid", _("Réglée")
            detail = _("le {date}", date=filters.long_date(row.closed_on)) if row.closed_on else detail
        elif row.state == "missed":
            status, words = "late", _("Non réglée")
        elif plan.state != "open":
            status, words = "cancelled", _("Sans suite")
        elif n == standing.current:
            deadline = rules.deadline(plan_rows.as_part(row), grace_days)
            status, words = "queued", _("Attendue")
            if row.due_on <= today:
                detail = _("jusqu'au {date}", date=filters.long_date(deadline))
            if standing.left_cents < row.amount_cents:
                came = format_amount(row.amount_cents - standing.left_cents, plan.currency)
                detail = _("{montant} déjà reçus", montant=came)
        found.append(Row(row.due_on, row.amount_cents, status, words, detail))
    return found


@dataclass(frozen=True)
class Sheet:
    """What both parties sign: the words of ``say`` and each date and amount are in the client's language.

    ``invoices``: number, date, amount with tax; ``parts``: date, amount.
    """

    say: Callable[..., str]
    invoices: list[tuple[str, str, str]]
    parts: list[tuple[str, str]]
    total: str
    agreed_on: str


def sheet(plan: PaymentPlan, rows: Iterable[PlanPart], invoices: Iterable[Invoice]) -> Sheet:
    """The agreement on paper: what was agreed, never how it went nor what the user noted for themselves."""
    language = plan.client.language

    def money(cents: int) -> str:
        return format_amount(cents, plan.currency, language)

    def day(on: dt.date) -> str:
        return wording.long_date(on, language)

    return Sheet(
        lambda text, **values: translate(text, language, **values),
        [(invoice.number, day(invoice.issued_on), money(invoice.total_cents)) for invoice in invoices],
        [(day(row.due_on), money(row.amount_cents)) for row in rows],
        money(plan.total_cents),
        day(plan.agreed_on),
    )


def confirmation(plan: PaymentPlan, rows: Iterable[PlanPart], invoices: Sequence[Invoice]) -> str:
    """The text that confirms the plan to the client, in their language, to copy into an e-mail."""
    language = plan.client.language

    def say(text: str, **values: object) -> str:
        return str(translate(text, language, **values))

    numbers = ", ".join(invoice.number for invoice in invoices)
    total = format_amount(plan.total_cents, plan.currency, language)
    about = (
        say("Je vous confirme l'échéancier convenu pour la facture {numéro} ({total}) :", numéro=numbers, total=total)
        if len(invoices) == 1
        else say(
            "Je vous confirme l'échéancier convenu pour les factures {numéros} ({total}) :",
            numéros=numbers,
            total=total,
        )
    )
    lines = [
        say(
            "– {montant} au plus tard le {date}",
            montant=format_amount(row.amount_cents, plan.currency, language),
            date=wording.long_date(row.due_on, language),
        )
        for row in rows
    ]
    ends = (
        say("Tant que ces dates sont tenues, je ne vous relance pas sur ces montants."),
        say("Merci de me confirmer que cela vous convient."),
    )
    return "\n\n".join((say("Bonjour,"), about, "\n".join(lines), *ends))
