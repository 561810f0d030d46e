"""The outbox: what will leave, what is held, what left, and what a person decides about a message."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.messages import Message
from relance.rules.calendar import local_date
from relance.services import (
    asking,
    batches,
    deciding,
    forecasting,
    gathering,
    outbox,
    quoting_by_hand,
    quoting_forecasts,
    sending_by_hand,
    situations,
    steps,
    telling,
    templating,
    upcoming,
)
from relance.web import agenda, batch_words, names, scope
from relance.web.history_words import REASONS
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, message_or_404

blueprint = Blueprint("sends", __name__)

AHEAD = timedelta(60)
LEVELS = {"0": "prerelance", "1": "rappel", "2": "relance_1", "3": "relance_2", "4": "dernier_rappel"}


@blueprint.get("/envois")
def index() -> ResponseReturnValue:
    """What will leave in the next sixty days; what is held (?vue=retenus); what left (?vue=envoyes), newest first."""
    account = current_account()
    view = request.args.get("vue", "")
    if view == "envoyes":
        return _sent(account)
    context = agenda_context("retenus" if view == "retenus" else "a-venir")
    return make_response(render_template("sends/index.html", **context))


def _sent(account: Account) -> ResponseReturnValue:
    before, asked = request.args.get("avant", ""), _asked(account)
    levels = templating.levels(account)
    templates = [ref for ref, level in levels.items() if str(level) == asked["niveau"]]
    page = outbox.page(account, row_id(before), client_id=row_id(asked["client"]), templates=templates)
    return make_response(
        render_template(
            "sends/sent.html",
            page=page,
            is_first=not before,
            now=clock.now(),
            template_name=names.template,
            batches=batches.recent(account, clock.now() - timedelta(7)) if not before else [],
            moment=batch_words.moment,
            view="envoyes",
            proposed_count=asking.proposed(account).count(),
            **_filters(account, asked),
        )
    )


def agenda_context(view: str) -> dict[str, Any]:
    """What the agenda shows: sixty days, or what is held, of one client or one level when the address says so."""
    account, now = current_account(), clock.now()
    asked = _asked(account)
    today = local_date(now, account.time_zone)
    until = today + AHEAD
    # One statement for what does not depend on the rest; the clients of the filter and the mails that wait find theirs.
    rows, chased, [(proposed_count,)], *_ahead = gathering.read(
        upcoming.held_rows(account),
        forecasting.chased_clients(account, now, until),
        gathering.number(asking.proposed(account)),
        steps.levels_read(account.id),
        outbox.waiting_query(account),
        _clients(account),
    )
    levels = templating.levels(account)
    wanted = {row.chase.client_id for row in rows}
    if view != "retenus" and account.suspended_at is None:
        wanted |= {client_id for (client_id,) in chased}
    loaded = situations.load(account, wanted, today)

    def is_asked(client_id: int, template: str) -> bool:
        level = str(levels.get(template, 1))
        return asked["client"] in ("", str(client_id)) and asked["niveau"] in ("", level)

    found = upcoming.held_of(rows, loaded, today)
    held = [one for one in found if is_asked(one.client_id, one.template)]
    sends = []
    if view != "retenus":
        if account.suspended_at is None:
            planned = forecasting.of_situations((loaded[one] for (one,) in chased), now, until)
            sends = [one for one in planned if is_asked(one.client_id, one.template)]
        held = [one for one in held if one.on <= until]
    asks = asking.asking_among(account, (send.invoice_id for send in sends))
    return {
        "view": view,
        "held_keys": [f"{one.invoice_id}:{one.step}" for one in held],
        "days": agenda.days(sends, today, held, asks),
        "waiting": outbox.waiting(account) if view != "retenus" and not any(asked.values()) else (),
        "nudges": _nudges(account, now, asked, today) if view != "retenus" else [],
        "reasons": REASONS,
        "proposed_count": proposed_count,
        "now": now,
        "template_name": names.template,
        "undo_back": "retenus" if view == "retenus" else "",
        **_filters(account, asked),
    }


def _nudges(account: Account, now: datetime, asked: dict[str, str], today: date) -> list[quoting_forecasts.Planned]:
    """The quotes that will be recalled, of one client when the address says so; they have no level but the first."""
    if asked["niveau"] not in ("", "0"):
        return []
    return quoting_forecasts.coming(account, now, today + AHEAD, client_id=int(asked["client"] or 0))


def _asked(account: Account) -> dict[str, str]:
    """What the filters hold; what they cannot hold is as if nothing was chosen."""
    client, level = row_id(request.values.get("client")), request.values.get("niveau", "")
    return {"client": str(client) if client else "", "niveau": level if level in LEVELS else ""}


def _filters(account: Account, asked: dict[str, str]) -> dict[str, Any]:
    """The fields of the filters: the clients to whom something was or will be sent."""
    return {
        "clients": list(_clients(account)),
        "levels": [(key, names.template(template)) for key, template in LEVELS.items()],
        "asked": asked,
        "kept": {key: value for key, value in asked.items() if value},
    }


def _clients(account: Account) -> Any:
    return (
        Client.select(Client.id, Client.name)
        .where(Client.account == account, Client.archived_at.is_null())
        .order_by(Client.name, Client.id)
        .limit(500)
    )


@blueprint.get("/envois/en-attente")
def waiting() -> ResponseReturnValue:
    """The messages that wait, alone: read again every ten seconds while one can be undone."""
    if not wants_fragment():
        return redirect(url_for("sends.index"), 303)
    found = outbox.waiting(current_account())
    return make_response(
        render_template("sends/_waiting.html", waiting=found, now=clock.now(), template_name=names.template)
    )


@blueprint.post("/envois/<int:message_id>/annulation")
def undo(message_id: int) -> ResponseReturnValue:
    """Cancel a message sent by hand within its minute."""
    message = _reminder_or_404(message_id)
    undo_it = quoting_by_hand.undo if message.quote_id is not None else sending_by_hand.undo
    if undo_it(message, by=current_user(), now=clock.now()):
        return go_to(_back(message), _("Envoi annulé : votre client ne recevra pas cet e-mail."))
    return go_to(_back(message), _("Trop tard : cet e-mail est déjà parti, ou ne peut plus être annulé."), "warn")


@blueprint.post("/envois/<int:message_id>/decision")
def decide(message_id: int) -> ResponseReturnValue:
    """What the person knows of an uncertain message (parti, pas-parti), or that a refusal was seen (vu)."""
    message, user, now = _reminder_or_404(message_id), current_user(), clock.now()
    outcome = request.form.get("issue", "")
    if outcome == "parti":
        done, notice = deciding.confirm(message, by=user, now=now), _("Noté : cet e-mail compte comme envoyé.")
    elif outcome == "vu":
        done, notice = deciding.see(message, by=user, now=now), _("Noté. Le refus reste dans l'historique.")
    elif outcome == "pas-parti":
        done = deciding.deny(message, by=user, now=now)
        notice = _("Noté : cet e-mail n'est pas parti. Il ne partira que si vous l'envoyez vous-même.")
        if done and message.quote_id is not None:
            return go_to(url_for("quotes_sending.new", id=message.quote_id), notice)
        about = telling.invoices_of(message)
        if done and len(about) == 1:
            return go_to(url_for("messages.new", id=about[0], modele=message.template), notice)
    else:
        abort(422)
    if not done:
        return go_to(url_for("dashboard.index"), _("Cet e-mail n'attend plus votre décision."), "info")
    return go_to(url_for("dashboard.index"), notice)


@blueprint.get("/envois/reprise")
def ask_resume() -> ResponseReturnValue:
    """What resuming does, before it is done."""
    account, now = current_account(), clock.now()
    if account.suspended_at is None:
        return redirect(url_for("sends.index"), 303)
    return make_response(render_template("sends/resume.html", today=local_date(now, account.time_zone), problem=""))


@blueprint.post("/envois/reprise")
def resume() -> ResponseReturnValue:
    """Let mail leave again."""
    account, now = current_account(), clock.now()
    choice = request.form.get("passees", "")
    if choice not in ("sauter", "envoyer"):
        problem = _("Choisissez ce que deviennent les relances déjà datées.")
        today = local_date(now, account.time_zone)
        return make_response(render_template("sends/resume.html", today=today, problem=problem), 422)
    deciding.resume(account, skips_past=choice == "sauter", by=current_user(), now=now)
    scope.ring()
    return go_to(url_for("dashboard.index"), _("Les envois reprennent."))


def _reminder_or_404(message_id: int) -> Message:
    """A message to a client; the mails to the user are nobody's decision."""
    message = message_or_404(message_id)
    if message.kind not in outbox.REMINDERS or message.client_id is None:
        abort(404)
    return message


def _back(message: Message) -> str:
    """Where the click came from."""
    about = telling.invoices_of(message)
    came_from = request.form.get("depuis", "")
    if came_from == "message" and message.quote_id is not None:
        return url_for("quotes_messages.show", id=message.quote_id, message_id=message.id)
    if came_from == "message" and about:
        return url_for("messages.show", id=about[0], message_id=message.id)
    if came_from == "tableau":
        return url_for("dashboard.index")
    return url_for("sends.index", vue="envoyes") if came_from == "envoyes" else url_for("sends.index")
