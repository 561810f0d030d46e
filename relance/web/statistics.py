"""The statistics page: delays, what each reminder achieves, what comes in. Bars are drawn beside their figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.rules.calendar import local_date
from relance.services import statistics
from relance.services.outcomes import LAST_RANK, Outcome, Step
from relance.services.statistics import Delay, Months, Statistics, rounded
from relance.web import filters
from relance.web.i18n import _, _n
from relance.web.numbers import row_id
from relance.web.scope import current_account

blueprint = Blueprint("statistics", __name__)

PER_PAGE = 50
FEW = 5  # fewer invoices teach little, and it is said
BAR = 100


@dataclass(frozen=True)
class Row:
    """A line of a table with a bar. ``width`` is in hundredths of the longest; ``warning``: a sample too small."""

    label: str
    values: tuple[str, ...]
    width: int
    warning: str = ""


@blueprint.get("/statistiques")
def index() -> ResponseReturnValue:
    """Everything is computed from rows, when the page is asked for."""
    account = current_account()
    today = local_date(clock.now(), account.time_zone)
    found = statistics.statistics(account, today)
    last_page = max(-(-len(found.clients) // PER_PAGE), 1)
    number = min(max(row_id(request.args.get("page")), 1), last_page)
    first = (number - 1) * PER_PAGE
    return render_template(
        "statistics/index.html",
        figures=_figures(found),
        outcome=found.outcome,
        outcome_words=_outcome_words(found.outcome),
        ranks=_ranks(found.outcome),
        levels=[_step(_level(step.key), step) for step in found.outcome.by_level],
        collected=[(months.currency, _months(months, today)) for months in found.collected],
        clients=[(row, _few(row.delay.count)) for row in found.clients[first : first + PER_PAGE]],
        first=first + 1,
        count=len(found.clients),
        days=_days,
        previous=url_for(".index", page=number - 1) if number > 1 else "",
        following=url_for(".index", page=number + 1) if number < last_page else "",
    )


def _figures(found: Statistics) -> list[dict[str, Any]]:
    delay = found.delay
    since = _n("une facture payée depuis un an", "{n} factures payées depuis un an", delay.count) if delay else ""
    few = _few(delay.count) if delay else ""
    note = few or since or _("aucune facture payée depuis un an")
    return [
        {"label": _("De l'émission au paiement"), "value": _days(delay.from_issue) if delay else "–", "notes": [note]},
        {"label": _("Après l'échéance"), "value": _after(delay) if delay else "–", "notes": [note]},
        _dso(found),
        _late(found),
    ]


def _after(delay: Delay) -> str:
    if delay.from_due < 0:
        return _("{n} j avant", n=-delay.from_due)
    return _days(delay.from_due)


def _dso(found: Statistics) -> dict[str, Any]:
    notes = [
        _(
            "{reste} dus, {facturé} facturés",
            reste=filters.amount(row.owed_cents, row.currency),
            facturé=filters.amount(row.invoiced_cents, row.currency),
        )
        for row in found.dso[:1]
    ]
    notes += [
        _("{devise} : {jours}", devise=row.currency, jours=_days(row.days) if row.days is not None else "–")
        for row in found.dso[1:]
    ]
    first = found.dso[0].days if found.dso else None
    return {
        "label": _("Délai d'encaissement (DSO)"),
        "value": _days(first) if first is not None else "–",
        "notes": notes,
    }


def _late(found: Statistics) -> dict[str, Any]:
    notes = [
        _(
            "{retard} sur {total} à encaisser",
            retard=filters.amount(row.late.cents, row.currency),
            total=filters.amount(row.total.cents, row.currency),
        )
        for row in found.owed
    ]
    first = found.owed[0] if found.owed else None
    value = _percent(first.late.cents, first.total.cents) if first else "–"
    return {"label": _("En retard aujourd'hui"), "value": value, "notes": notes or [_("rien à encaisser")]}


def _outcome_words(outcome: Outcome) -> str:
    if not outcome.due:
        return _("Aucune facture n'est arrivée à échéance depuis un an.")
    due = _n("une facture arrivée", "{n} factures arrivées", outcome.due)
    return _(
        "Sur {factures} à échéance depuis un an, {payées} payées, dont {seules} sans relance.",
        factures=due,
        payées=outcome.paid,
        seules=outcome.unprompted,
    )


def _ranks(outcome: Outcome) -> list[Row]:
    """Invoices that no reminder was needed for, then those paid after the first one, the second…"""
    if not outcome.due:
        return []
    return [
        _step(_("Sans relance"), Step(0, outcome.due, outcome.unprompted)),
        *(_step(_rank(step.key), step) for step in outcome.by_rank),
    ]


def _rank(rank: int) -> str:
    return {
        1: _("Première relance"),
        2: _("Deuxième relance"),
        3: _("Troisième relance"),
        4: _("Quatrième relance"),
        5: _("Cinquième relance"),
        LAST_RANK: _("Sixième et suivantes"),
    }[rank]


def _level(level: int) -> str:
    return {
        0: _("Prérelance, échéance"),
        1: _("Rappel"),
        2: _("Relance 1"),
        3: _("Relance 2"),
        4: _("Dernier rappel"),
        5: _("Mise en demeure"),
    }[level]


def _step(label: str, step: Step) -> Row:
    share = rounded(BAR * step.paid, step.reached) if step.reached else 0
    values = (str(step.reached), str(step.paid), _percent(step.paid, step.reached))
    return Row(label, values, share, _few(step.reached))


def _months(months: Months, today: date) -> list[Row]:
    """The latest month first; the longest bar is the best one."""
    most = max((cents for _month, cents in months.months), default=0)
    return [
        Row(
            _("{mois} (en cours)", mois=_month_name(month)) if month == today.replace(day=1) else _month_name(month),
            (filters.amount(cents, months.currency),),
            rounded(BAR * cents, most) if most else 0,
        )
        for month, cents in reversed(months.months)
    ]


def _month_name(month: date) -> str:
    """« nov. 2026 »."""
    return str(filters.short_date(month).striptags()).replace("\u00a0", " ").split(" ", 1)[1]


def _few(count: int) -> str:
    return _n("une facture seulement", "{n} factures seulement", count) if 0 < count < FEW else ""


def _days(days: int) -> str:
    return _("{n} j", n=days)


def _percent(part: int, whole: int) -> str:
    return _("{n} %", n=rounded(100 * part, whole)) if whole else "–"
