"""The backlog: where each invoice that waits for a choice begins, with dates and texts before anything leaves."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.invoices import Invoice
from relance.services import picking_up, simulating
from relance.services.picking_up import ChoiceError, Planned, StaleChoice
from relance.web import filters, history, names, scope
from relance.web.history_sentences import strong
from relance.web.htmx import go_to
from relance.web.i18n import _, _n
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, invoice_or_404
from relance.web.simulation import ICONS, task_name

blueprint = Blueprint("backlog", __name__)

STARTS = {
    "gently": "Commencer en douceur",
    "join": "Reprendre à l’étape de son âge",
    "next": "Attendre la prochaine étape",
    "leave": "Laisser sans relance",
}
HINTS = {
    "gently": "Le premier message de la séquence au prochain jour ouvré, puis son rythme.",
    "join": "Le message qui correspond à son retard au prochain jour ouvré, puis la suite.",
    "next": "Rien avant la prochaine date de la séquence.",
    "leave": "Cette facture ne sera pas relancée, quelle que soit la séquence du client.",
}


@blueprint.get("/relances/reprise")
def index() -> ResponseReturnValue:
    """What waits for a choice, the oldest first (?apres= goes on); with ?facture=, that invoice alone."""
    return _list(_asked(), {})


@blueprint.post("/relances/reprise/verification")
def check() -> ResponseReturnValue:
    """The dates and the exact texts of these choices, all together. Nothing is written."""
    choices = _choices()
    try:
        planned = picking_up.plan(current_account(), choices, clock.now())
    except ChoiceError as error:
        return _list(_asked(), choices, 422, _(str(error)), error.numbers)
    except StaleChoice as error:
        return _list(_asked(), choices, 409, _(str(error)))
    return _check(planned, choices)


@blueprint.post("/relances/reprise")
def confirm() -> ResponseReturnValue:
    """Begin as chosen, if what was shown is still what would leave."""
    account, choices, now = current_account(), _choices(), clock.now()
    try:
        mark = request.form.get("empreinte", "")
        planned = picking_up.confirm(account, choices, mark, by=current_user(), now=now)
    except ChoiceError as error:
        return _list(_asked(), choices, 422, _(str(error)), error.numbers)
    except StaleChoice as error:
        try:
            return _check(picking_up.plan(account, choices, now), choices, 409, _(str(error)))
        except (ChoiceError, StaleChoice) as other:
            return _list(_asked(), choices, 409, _(str(other)))
    scope.ring()
    invoice = _asked()
    if invoice is not None:
        return go_to(url_for("invoices.show", id=invoice.id), _told(planned, choices))
    has_more = bool(picking_up.waiting(account, now).rows)
    return go_to(url_for("backlog.index") if has_more else url_for("sends.index"), _told(planned, choices))


def _asked() -> Invoice | None:
    """The only invoice of the page, when the click came from it."""
    number = request.values.get("seule")
    return invoice_or_404(row_id(number)) if number else None


def _choices() -> dict[int, str]:
    """The choice of each row; else, for those that are ticked, the one made for all of them. 404 for a stranger's."""
    found = {row_id(key.removeprefix("choix-")): value for key, value in request.form.items() if _is_choice(key, value)}
    for_all = request.form.get("pour-toutes", "")
    for text in request.form.getlist("facture"):
        if for_all:
            found.setdefault(row_id(text), for_all)
    own = Invoice.select().where(Invoice.account == current_account(), Invoice.id.in_(list(found)))
    if own.count() != len(found):
        abort(404)
    return found


def _is_choice(key: str, value: str) -> bool:
    return key.startswith("choix-") and bool(value)


def _list(
    invoice: Invoice | None,
    choices: dict[int, str],
    status: int = 200,
    problem: str = "",
    numbers: tuple[str, ...] = (),
) -> ResponseReturnValue:
    account, now = current_account(), clock.now()
    page = picking_up.waiting(account, now, after=row_id(request.args.get("apres")), invoice=invoice)
    context: dict[str, Any] = {
        "page": page,
        "invoice": invoice,
        "choices": choices,
        "problem": problem,
        "numbers": numbers,
        "starts": [(key, _(words), _(HINTS[key])) for key, words in STARTS.items()],
        "option_words": _option_words,
    }
    return make_response(render_template("backlog/index.html", **context), status)


def _check(planned: Planned, choices: dict[int, str], status: int = 200, problem: str = "") -> ResponseReturnValue:
    context: dict[str, Any] = {
        "planned": planned,
        "choices": choices,
        "invoice": _asked(),
        "problem": problem,
        "until": simulating.last_day(current_account(), clock.now()),
        "count": sum(start != picking_up.LEAVE for start in choices.values()),
        "icons": ICONS,
        "strong": strong,
        "offset": history.offset,
        "template_name": names.template,
        "task_name": task_name,
    }
    return make_response(render_template("backlog/check.html", **context), status)


def _option_words(option: picking_up.Option) -> str:
    """« Reprendre à l'étape de son âge : Relance 1, dès le mardi 24 novembre »."""
    words = _(STARTS[option.start])
    if option.on is None:
        return words
    day = str(filters.weekday_date(option.on).striptags())
    return _("{choix} : {relance}, dès le {date}", choix=words, relance=names.template(option.template), date=day)


def _told(planned: Planned, choices: dict[int, str]) -> str:
    """« 3 factures reprises, premier e-mail le mardi 24 novembre. Une facture laissée sans relance. »"""
    begun = sum(start != picking_up.LEAVE for start in choices.values())
    days: list[date] = [event.on for _client, events in planned.clients for event in events if event.is_mail]
    parts = []
    if begun and days:
        day = str(filters.weekday_date(min(days)).striptags())
        one, many = "Une facture reprise, premier e-mail le {date}.", "{n} factures reprises, premier e-mail le {date}."
        parts.append(_n(one, many, begun, date=day))
    elif begun:
        parts.append(_n("Une facture reprise.", "{n} factures reprises.", begun))
    if planned.left:
        parts.append(_n("Une facture laissée sans relance.", "{n} factures laissées sans relance.", len(planned.left)))
    return " ".join(parts)
