"""The dashboard: how much, how late, what leaves next, what waits for a person."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from flask import Blueprint, Response, get_flashed_messages, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock, db
from relance.models.accounts import Account
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import attending, gathering, quoting_lists, summarising, templating, week
from relance.services.summarising import Sum, Summary
from relance.web import ageing, agenda, filters, names, onboarding, todo
from relance.web.i18n import _, _n
from relance.web.numbers import row_id
from relance.web.scope import current_account

blueprint = Blueprint("dashboard", __name__)
log = logging.getLogger(__name__)

Read = TypeVar("Read")

AHEAD = timedelta(6)  # a week, today included
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


STAY = ("promises.settle", "rates.acknowledge")  # answered from here, one stays here


@blueprint.get("/tableau-de-bord")
def index() -> ResponseReturnValue:
    """The home page: a fixed number of queries, whatever the number of invoices."""
    account = current_account()
    context = _context()
    is_empty = context["bars"] == []  # only then must one ask whether there never was an invoice
    return render_template(
        "dashboard/index.html",
        tasks=_tasks(account),
        is_new=is_empty and not Invoice.select().where(Invoice.account == account).exists(),
        next=None,
        **context,
    )


@blueprint.after_app_request
def stay(response: Response) -> Response:
    """A line of « À traiter » answered in place: the panels without it, and the focus on the line that follows."""
    target = response.headers.get("HX-Redirect")
    if target is None or request.headers.get("HX-Target") != "desk":
        return response
    if target != url_for("dashboard.index") and request.endpoint not in STAY:
        return response
    notice = " ".join(str(text) for text in get_flashed_messages())
    line = row_id(request.form.get("ligne"))
    return make_response(render_template("dashboard/desk.htmx.html", next=line, notice=notice, **_context()))


def _context() -> dict[str, Any]:
    """The figures and what waits, with the sends of the week. None stands for a panel that could not be read."""
    account, now = current_account(), clock.now()
    today = local_date(now, account.time_zone)
    if db.is_remembering():
        gathering.read(gathering.number(quoting_lists.to_remind(account, today)), *templating.reads(account))
    summary = _readable(lambda: summarising.summary(account, today))
    return {
        "board": _readable(lambda: todo.board(account, attending.groups(account, now), now)),
        "figures": None if summary is None else _figures(summary, today),
        "bars": None if summary is None else [ageing.bar(owed) for owed in summary.owed],
        "count_words": ageing.count_words,
        "quotes_to_remind": quoting_lists.count_to_remind(account, today),
        **sends_context(),
    }


def sends_context() -> dict[str, Any]:
    """The sends of the week, and the day in words: what a click on one of them changes."""
    account, now = current_account(), clock.now()
    today = local_date(now, account.time_zone)
    return {
        "sentence": "",
        "days": None,
        "waiting": (),
        "proposed_count": 0,
        "template_name": names.template,
        "today": today,
        "now": now,
        "undo_back": "tableau",
        "view": "tableau",
        "kept": {},
        **(_readable(lambda: _sends(account, now, today)) or {}),
    }


def _sends(account: Account, now: datetime, today: date) -> dict[str, Any]:
    sends = week.read(account, now, today + AHEAD)
    coming = agenda.days(sends.sends, today, sends.held, sends.asks)
    return {
        "sentence": agenda.sentence(account, coming, sends, now),
        "days": coming,
        "waiting": sends.waiting,
        "proposed_count": sends.proposed,
    }


def _readable(read: Callable[[], Read]) -> Read | None:
    """What ``read`` gives; None when it fails: one panel must not take the whole page away."""
    try:
        return read()
    except Exception:  # whatever it is: it is noted, and the other panels are shown
        log.exception("a panel of the dashboard cannot be read")
        return None


def _tasks(account: Account) -> list[onboarding.Task]:
    """The first steps, as long as one is left and they were not put away."""
    if account.onboarding_dismissed_at is not None:
        return []
    tasks = [task for task in onboarding.tasks() if not task.is_optional]
    return [] if all(task.is_done for task in tasks) else tasks


def _figures(summary: Summary, today: date) -> list[dict[str, Any]]:
    """The four figures; the currency with most invoices in large, the others beside."""
    total = [(row.currency, row.total) for row in summary.owed]
    late = [(row.currency, row.late) for row in summary.owed]
    received = [(row.currency, Sum(row.count, row.cents)) for row in summary.collected]
    promised = [(row.currency, Sum(row.count, row.cents)) for row in summary.promised]
    note, late_note, promised_note = _invoices(received), _invoices(late), _invoices(promised)
    days = summary.collected[0].days if summary.collected else None
    if days is not None:
        note = _("{factures}, {n} j en moyenne", factures=note, n=days)
    if summary.disputed:
        late_note = _("{factures}, dont {n} en litige", factures=late_note, n=summary.disputed)
    if summary.promised:
        day = _day(min(row.next_on for row in summary.promised), today)
        promised_note = _("{factures}, la prochaine {jour}", factures=promised_note, jour=day)
    month = _("Encaissé en {mois}", mois=_(_MONTHS[today.month - 1]))
    return [
        _figure(_("À encaisser"), "/factures", total, _invoices(total)),
        _figure(_("En retard"), "/factures?statut=retard", late, late_note, is_late=True),
        _figure(_("Promesses"), "/factures?statut=promesses", promised, promised_note),
        _figure(month, "/factures?statut=payees", received, note),
    ]


def _day(day: date, today: date) -> str:
    """« vendredi » within the week, « le 12 déc. » beyond."""
    if timedelta(0) <= day - today <= AHEAD:
        return str(filters.weekday_date(day).striptags()).split()[0]
    return _("le {date}", date=filters.day_month(day))


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
