"""The dashboard: how much, how late, what leaves next, what waits for a person."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.accounts import Account
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import attending, forecasting, outbox, summarising
from relance.services.summarising import Collected, Owed, Sum
from relance.web import ageing, agenda, filters, names, onboarding, todo
from relance.web.i18n import _, _n
from relance.web.scope import current_account

blueprint = Blueprint("dashboard", __name__)

AHEAD = timedelta(6)  # a week, today included
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


@blueprint.get("/tableau-de-bord")
def index() -> ResponseReturnValue:
    """The home page: a fixed number of queries, whatever the number of invoices."""
    account, now = current_account(), clock.now()
    today = local_date(now, account.time_zone)
    summary = summarising.summary(account, today)
    groups = attending.groups(account, now)
    coming = agenda.days(forecasting.for_account(account, now, today + AHEAD), today)
    tasks = _tasks(account)
    return render_template(
        "dashboard/index.html",
        sentence=agenda.sentence(account, coming, now),
        figures=_figures(summary.owed, summary.collected, today),
        bars=[ageing.bar(owed) for owed in summary.owed],
        count_words=ageing.count_words,
        lines=todo.lines(account, groups, now),
        waiting_count=sum(group.count for group in groups),
        days=coming,
        waiting=outbox.waiting(account),
        template_name=names.template,
        tasks=tasks,
        is_new=not Invoice.select().where(Invoice.account == account).exists(),
        today=today,
        now=now,
        undo_back="tableau",
    )


def _tasks(account: Account) -> list[onboarding.Task]:
    """The first steps, as long as one is left and they were not put away."""
    if account.onboarding_dismissed_at is not None:
        return []
    tasks = onboarding.tasks()
    return [] if all(task.is_done for task in tasks) else tasks


def _figures(owed: tuple[Owed, ...], collected: tuple[Collected, ...], today: date) -> list[dict[str, Any]]:
    """The four figures; the currency with most invoices in large, the others beside."""
    total = [(row.currency, row.total) for row in owed]
    late = [(row.currency, row.late) for row in owed]
    soon = [(row.currency, row.soon) for row in owed]
    received = [(row.currency, Sum(row.count, row.cents)) for row in collected]
    days = collected[0].days if collected else None
    note = _invoices(received)
    if days is not None:
        note = _("{factures}, {n} j en moyenne", factures=note, n=days)
    month = _("Encaissé en {mois}", mois=_(_MONTHS[today.month - 1]))
    return [
        _figure(_("À encaisser"), "/factures", total, _invoices(total)),
        _figure(_("En retard"), "/factures?statut=retard", late, _invoices(late), is_late=True),
        _figure(_("À échoir sous 30 jours"), "/factures?statut=a-echoir&age=sous-30", soon, _invoices(soon)),
        _figure(month, "/factures?statut=payees", received, note),
    ]


def _figure(label: str, href: str, sums: list[tuple[str, Sum]], note: str, *, is_late: bool = False) -> dict[str, Any]:
    shown = [(currency, total) for currency, total in sums if total.count] or sums[:1] or [("EUR", Sum(0, 0))]
    currency, first = shown[0]
    return {
        "label": label,
        "href": href,
        "cents": first.cents,
        "currency": currency,
        "others": [filters.amount(total.cents, other) for other, total in shown[1:]],
        "note": note,
        "is_late": is_late and first.cents > 0,
    }


def _invoices(sums: list[tuple[str, Sum]]) -> str:
    count = sum(total.count for _currency, total in sums)
    return _n("une facture", "{n} factures", count) if count else _("aucune facture")
