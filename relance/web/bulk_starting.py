"""« Activer les relances » and « Changer de séquence » for a selection."""

from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.rules.calendar import local_date
from relance.services import bulk_starting, listing
from relance.web import filters, names, scope, selection_words, selections
from relance.web.backlog import HINTS, STARTS
from relance.web.forms.reminder_settings import sequence_choices
from relance.web.htmx import go_to
from relance.web.i18n import _, _n
from relance.web.scope import current_account, current_user
from relance.web.selections import Selection

blueprint = Blueprint("bulk_starting", __name__)


@blueprint.route("/factures/selection/relances", methods=["GET", "POST"])
def start() -> ResponseReturnValue:
    """Where the reminders of the selection would begin; with ``confirme``, they do."""
    selection = selections.asked()
    if "confirme" not in request.form:
        return _ask_start(selection, {})
    account, now = current_account(), clock.now()
    found, aside = bulk_starting.startable(account, selection.invoices, now)
    choices = {one.invoice.id: _choice(one.invoice.id) for one in found if one.must_choose}
    missing = [key for key, choice in choices.items() if not choice]
    if missing or not found:
        problem = _("Choisissez par où commencer pour les factures déjà en retard.") if missing else ""
        return _ask_start(selection, choices, 422, problem)
    ready = [one.invoice for one in found]
    done = bulk_starting.start(account, ready, choices, by=current_user(), now=now)
    scope.ring()
    said = _n("Relances d’une facture activées.", "Relances de {n} factures activées.", len(done.invoices))
    today = local_date(now, account.time_zone)
    set_aside = [*aside, *done.aside]
    notice = selection_words.notice(said if done.invoices else "", set_aside, selection.gone, today)
    return go_to(selections.back(), notice, "paid" if done.invoices else "warn")


@blueprint.route("/factures/selection/sequence", methods=["GET", "POST"])
def sequence() -> ResponseReturnValue:
    """The sequence that the clients of the selection will follow; what changes is shown on the next page."""
    selection = selections.asked()
    clients = {invoice.client_id: invoice.client for invoice in selection.invoices}
    open_ones = [client for client in clients.values() if client.archived_at is None]
    choices = sequence_choices(current_account())
    is_possible = bool(open_ones) and len(choices) > 1
    title = _n("Changer la séquence d’un client ?", "Changer la séquence de {n} clients ?", len(open_ones))
    return selections.ask(
        "sequence",
        selection,
        title if is_possible else _("Aucune séquence à changer"),
        _("Continuer"),
        action=url_for("client_sequence.update_several"),
        is_possible=is_possible,
        clients=sorted(open_ones, key=lambda client: (client.name.casefold(), client.id)),
        choices=choices,
        titles={one.id: one.title for one in listing.sequences(current_account())},
        has_sequences=len(choices) > 1,
    )


def _choice(invoice_id: int) -> str:
    """Where this one begins: its own choice, else the one made for all of them."""
    return request.form.get(f"choix-{invoice_id}") or request.form.get("pour-toutes", "")


def _ask_start(
    selection: Selection, choices: dict[int, str], status: int = 200, problem: str = ""
) -> ResponseReturnValue:
    account, now = current_account(), clock.now()
    found, aside = bulk_starting.startable(account, selection.invoices, now)
    title = _n("Activer les relances d’une facture ?", "Activer les relances de {n} factures ?", len(found))
    return selections.ask(
        "start",
        selection,
        title if found else _("Aucune relance à activer"),
        _("Activer les relances"),
        action=url_for("bulk_starting.start"),
        aside=tuple(aside),
        status=status,
        problem=problem,
        is_possible=bool(found),
        **_starts(found, choices),
    )


def _starts(found: list[bulk_starting.Startable], choices: dict[int, str]) -> dict[str, Any]:
    return {
        "late": [one for one in found if one.must_choose],
        "others": [one for one in found if not one.must_choose],
        "choices": choices,
        "for_all": request.form.get("pour-toutes", ""),
        "starts": [(key, _(STARTS[key]), _(HINTS[key])) for key in ("gently", "join", "next")],
        "option_words": lambda option: _option(option.start, option.template, option.on),
        "first_words": lambda option: _first(option.template, option.on),
    }


def _first(template: str, on: date | None) -> str:
    """« Rappel, le mardi 24 novembre 2026 »."""
    day = filters.weekday_date(on).striptags() if on is not None else ""
    return _("{relance}, {jour}", relance=names.template(template), jour=str(day))


def _option(start: str, template: str, on: date | None) -> str:
    """« Commencer en douceur : rappel, dès le mardi 24 novembre »."""
    day = str(filters.weekday_date(on).striptags()) if on is not None else ""
    return _("{choix} : {relance}, dès le {date}", choix=_(STARTS[start]), relance=names.template(template), date=day)
