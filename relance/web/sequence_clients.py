"""« Clients concernés » : chosen one by one, shown with what changes, then enrolled together."""

from typing import Any

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.sequences import Sequence
from relance.services import enrolling
from relance.services.enrolling import EnrolmentConflict, EnrolmentError, EntryReport
from relance.web import scope, sequence_members, sequence_page
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _, _n
from relance.web.numbers import row_id
from relance.web.scope import client_or_404, current_user, sequence_or_404
from relance.web.sequence_members import Choice

blueprint = Blueprint("sequence_clients", __name__)


@blueprint.post("/sequences/<int:sequence_id>/clients/choix")
def choose(sequence_id: int) -> ResponseReturnValue:
    """Add a client to those about to be enrolled, or take one out; nothing is saved."""
    sequence = _open(sequence_id)
    ids, typed = list(Choice.sent().ids), " ".join(request.form.get("client", "").split())[:200]
    removed, added = row_id(request.form.get("oter")), row_id(request.form.get("ajouter"))
    problem, found = "", []
    if removed:
        ids, typed = [key for key in ids if key != removed], ""
    elif added:
        ids.append(added)
        typed = ""
    elif typed:
        found = sequence_members.search(typed, sequence)
        if len(found) == 1:
            problem = (
                _("{client} suit déjà cette séquence.", client=found[0].name) if _is_member(found, sequence) else ""
            )
            ids.append(found[0].id)
            found, typed = [], typed if problem else ""
        elif not found:
            problem = _("Aucun client ne s'appelle « {nom} ».", nom=typed)
    else:
        problem = _("Saisissez le nom d'un client.")
    more = {"found": found, "typed": typed, "clients_problem": problem}
    return _zone(sequence, tuple(dict.fromkeys(ids)), 422 if problem else 200, **more)


@blueprint.post("/sequences/<int:sequence_id>/clients")
def enrol(sequence_id: int) -> ResponseReturnValue:
    """Enrol those chosen; asks once more when invoices change calendar, unless that was just shown."""
    sequence, choice = _open(sequence_id), Choice.sent()
    pending = sequence_members.pending_of(choice.ids, sequence)
    if not pending:
        return _zone(sequence, (), 422, clients_problem=_("Choisissez au moins un client."))
    report = sequence_members.preview(sequence, pending)
    if sequence_members.moved_rows(report) and not request.form.get("confirme"):
        return _zone(sequence, choice.ids, asks_again=True)
    try:
        done = enrolling.enrol(sequence, choice.ids, expected=choice.expected, by=current_user(), now=clock.now())
    except EnrolmentConflict as error:
        return _zone(sequence, choice.ids, 409, clients_problem=_(str(error)))
    except EnrolmentError as error:
        return _zone(sequence, choice.ids, 422, clients_problem=_(str(error)))
    scope.ring()
    return _done(sequence, told(len(pending), done))


@blueprint.post("/sequences/<int:sequence_id>/clients/<int:client_id>/retrait")
def remove(sequence_id: int, client_id: int) -> ResponseReturnValue:
    """Take a client out: what the sequence had planned for it is cancelled."""
    sequence, client = sequence_or_404(sequence_id), client_or_404(client_id)
    if client.sequence_id == sequence.id:
        enrolling.unenrol(client, by=current_user(), now=clock.now())
    notice = _("{client} ne suit plus cette séquence. Ce qu'elle prévoyait est annulé.", client=client.name)
    return _done(sequence, notice, Choice.sent().ids)


def told(count: int, report: EntryReport) -> str:
    """« 3 clients inscrits. 2 factures entrent dans la séquence, 1 attend votre choix. »"""
    sentences = [_n("Un client inscrit.", "{n} clients inscrits.", count)]
    entering = len({row.invoice_id for row in report.rows if row.verdict != "out"})
    out = len({row.invoice_id for row in report.of("out")})
    if entering:
        sentences.append(_n("Une facture suit la séquence.", "{n} factures suivent la séquence.", entering))
    if out:
        sentences.append(
            _n(
                "Une facture déjà trop en retard attend votre choix.",
                "{n} factures déjà trop en retard attendent votre choix.",
                out,
            )
        )
    return " ".join(sentences)


def _is_member(found: list[Any], sequence: Sequence) -> bool:
    return bool(found[0].sequence_id == sequence.id)


def _open(sequence_id: int) -> Sequence:
    sequence = sequence_or_404(sequence_id)
    if sequence.archived_at is not None:
        abort(404)
    return sequence


def _zone(sequence: Sequence, ids: tuple[int, ...], status: int = 200, **more: Any) -> ResponseReturnValue:
    pending = sequence_members.pending_of(ids, sequence)
    shown = sequence_members.context(sequence, pending) | more
    if not wants_fragment():
        return sequence_page.page(sequence, status, **shown)
    context = {"sequence": sequence, "announcement": "", **shown}
    return make_response(render_template("sequences/_clients.html", **context), status)


def _done(sequence: Sequence, notice: str, ids: tuple[int, ...] = ()) -> ResponseReturnValue:
    if not wants_fragment():
        return go_to(url_for("sequences.show", sequence_id=sequence.id), notice)
    fresh = Sequence.get_by_id(sequence.id)
    shown = sequence_members.context(fresh, sequence_members.pending_of(ids, fresh))
    context = {"sequence": fresh, **shown, **sequence_page.effect_context(fresh), "announcement": notice}
    return make_response(render_template("sequences/clients.htmx.html", **context))
