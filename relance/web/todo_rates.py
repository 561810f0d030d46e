"""« À traiter », the rates: a half-year that comes, or has begun, without its rates."""

from collections.abc import Callable
from typing import Any

from flask import url_for

from relance.services import waiting_rates
from relance.web import filters, rate_words
from relance.web.i18n import _
from relance.web.todo_lines import Action, Context, Line


def _rates(row: tuple[str], context: Context) -> Line:
    told = rate_words.of_half_year(*waiting_rates.parsed(row[0]), context.today)
    enter = Action(_("Saisir les taux"), url_for("rates.index", semestre=row[0]) + "#saisie")
    if not told.may_wait:
        detail = _(
            "Aucune lettre ne peut réclamer d'intérêts au-delà du {date}.", date=filters.long_date(told.starts_on)
        )
        return Line("percent", "late", _("Taux du {semestre} à saisir", semestre=told.label), detail, (enter,))
    day = filters.long_date(told.starts_on)
    later = Action(
        _("Vu, me le rappeler le {date}", date=told.day),
        url_for("rates.acknowledge"),
        is_quiet=True,
        values={"semestre": row[0]},
        stays=True,
    )
    detail = _("Relance en a besoin pour compter les intérêts à partir du {date}.", date=day)
    return Line("percent", "warn", _("Taux du {semestre} à venir", semestre=told.label), detail, (enter, later))


WRITERS: dict[str, Callable[[Any, Context], Line]] = {"rates": _rates}
