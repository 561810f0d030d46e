"""« Séquence suivie » : on the page of a client, and for several clients of the list at once."""

from typing import Any

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.clients import Client
from relance.models.sequences import Sequence
from relance.services import enrolling, sequencing
from relance.services.enrolling import EnrolmentConflict, EnrolmentError, EntryReport
from relance.web import client_page, followed, scope, sequence_members
from relance.web.clients import index as clients_list
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _, _n
from relance.web.numbers import row_id
from relance.web.scope import client_or_404, current_account, current_user
from relance.web.sequence_clients import told

blueprint = Blueprint("client_sequence", __name__)

MOST = 500  # clients moved in one go


@blueprint.post("/clients/<int:id>/sequence")
def update(id: int) -> ResponseReturnValue:
    """Save; the first time, say what becomes of the client's invoices. ?apercu=oui only says it."""
    client, user, now = client_or_404(id), current_user(), clock.now()
    chosen, problem = _chosen()
    if problem:
        return _panel(client, 422, sequence_problem=problem)
    is_chosen = request.form.get("sequence") != followed.AS_ACCOUNT
    if (chosen.id if chosen else None) == client.sequence_id:
        if not request.args.get("apercu"):
            Client.update(chooses_sequence=is_chosen).where(Client.id == client.id).execute()
        return _panel(client) if request.args.get("apercu") else _saved(client, _("Modifications enregistrées."))
    # What was confirmed is what was shown: another sequence chosen since is shown first too.
    is_confirmed = request.form.get("confirme") == (str(chosen.id) if chosen is not None else "aucune")
    if request.args.get("apercu") or not is_confirmed:
        return _panel(client, **_effect(client, chosen))
    shown = {client.id: row_id(request.form.get("suit")) or None}
    try:
        report = sequencing.follow([client], chosen, shown=shown, is_chosen=is_chosen, by=user, now=now)
    except EnrolmentConflict as error:
        return _panel(client, 409, **_effect(client, chosen), sequence_problem=_(str(error)))
    except EnrolmentError as error:
        return _panel(client, 422, sequence_problem=_(str(error)))
    scope.ring()
    if chosen is None:
        return _saved(client, _("Ce client ne suit plus de séquence. Ce qu'elle prévoyait est annulé."))
    return _saved(client, told(1, report))


@blueprint.post("/clients/sequence")
def update_several() -> ResponseReturnValue:
    """Move the clients ticked in the list; the first time, say what becomes of their invoices."""
    account, user, now = current_account(), current_user(), clock.now()
    ids = [row_id(text) for text in request.form.getlist("client")][:MOST]
    clients = list(
        Client.select()
        .where(Client.account == account, Client.id.in_(ids), Client.archived_at.is_null())
        .order_by(Client.name, Client.id)
    )
    chosen, problem = _chosen()
    if not clients or problem:
        flash(problem or _("Cochez au moins un client."), "warn")
        return make_response(clients_list(), 422)
    shown = {client.id: client.sequence_id for client in clients}
    status = 200
    if request.form.get("confirme"):
        expected = {client.id: row_id(request.form.get(f"suit-{client.id}")) or None for client in clients}
        try:
            report = sequencing.follow(clients, chosen, shown=expected, by=user, now=now)
        except EnrolmentConflict as error:
            problem, status = _(str(error)), 409
        except EnrolmentError as error:
            problem, status = _(str(error)), 422
        else:
            scope.ring()
            notice = (
                told(len(clients), report)
                if chosen
                else _n("Un client ne suit plus de séquence.", "{n} clients ne suivent plus de séquence.", len(clients))
            )
            return go_to(url_for("clients.index"), notice)
    entry = enrolling.report_of(chosen, clients, now) if chosen is not None else None
    values: dict[str, Any] = {"clients": clients, "chosen": chosen, "entry": entry, "shown": shown, "problem": problem}
    return make_response(render_template("clients/sequence.html", **values), status)


def _chosen() -> tuple[Sequence | None, str]:
    """The sequence that was selected (None: none), and what is wrong with the choice."""
    text = request.form.get("sequence", "")
    if text == followed.AS_ACCOUNT:
        return sequencing.default_of(current_account()), ""
    if not text:
        return None, ""
    found = Sequence.get_or_none(
        Sequence.id == row_id(text), Sequence.account == current_account(), Sequence.archived_at.is_null()
    )
    return found, "" if found is not None else _("Choisissez une séquence de la liste.")


def _effect(client: Client, chosen: Sequence | None) -> dict[str, Any]:
    """What choosing it does: the invoices that enter, those that change calendar, those that leave."""
    entry: EntryReport | None = None
    if chosen is not None:
        entry = enrolling.report_of(chosen, [client], clock.now())
    values: dict[str, Any] = {"entry": entry, "moved_rows": sequence_members.moved_rows(entry), "asks_again": True}
    return values | ({"chosen": chosen} if chosen is not None else {"is_none": True})


def _panel(client: Client, status: int = 200, **more: Any) -> ResponseReturnValue:
    fresh = Client.get_by_id(client.id)
    shown = followed.context(fresh, more.pop("chosen", None), **more)
    if not wants_fragment():
        return client_page.page(fresh, "reglages", status, **shown)
    return make_response(render_template("clients/_sequence.html", client=fresh, **shown), status)


def _saved(client: Client, notice: str) -> ResponseReturnValue:
    return go_to(url_for("clients.show", id=client.id, onglet="reglages"), notice)
