"""The outbox: what will leave, what left, and what a person decides about a message."""

from datetime import timedelta

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.messages import Message
from relance.services import chasing, deciding, forecasting, outbox, sending_by_hand, telling
from relance.web import agenda, names, scope
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, message_or_404

blueprint = Blueprint("sends", __name__)

AHEAD = timedelta(60)


@blueprint.get("/envois")
def index() -> ResponseReturnValue:
    """What will leave in the next sixty days, or what left (?vue=envoyes), newest first."""
    account, now = current_account(), clock.now()
    context = {"waiting": outbox.waiting(account), "now": now, "template_name": names.template}
    if request.args.get("vue") == "envoyes":
        before = request.args.get("avant", "")
        page = outbox.page(account, row_id(before))
        return make_response(render_template("sends/sent.html", page=page, is_first=not before, **context))
    today = chasing.today_of(account, now)
    coming = agenda.days(forecasting.for_account(account, now, today + AHEAD), today)
    return make_response(render_template("sends/index.html", days=coming, **context))


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
    if sending_by_hand.undo(message, by=current_user(), now=clock.now()):
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
    return make_response(render_template("sends/resume.html", today=chasing.today_of(account, now), problem=""))


@blueprint.post("/envois/reprise")
def resume() -> ResponseReturnValue:
    """Let mail leave again."""
    account, now = current_account(), clock.now()
    choice = request.form.get("passees", "")
    if choice not in ("sauter", "envoyer"):
        problem = _("Choisissez ce que deviennent les relances déjà datées.")
        today = chasing.today_of(account, now)
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
    if came_from == "message" and about:
        return url_for("messages.show", id=about[0], message_id=message.id)
    if came_from == "tableau":
        return url_for("dashboard.index")
    return url_for("sends.index", vue="envoyes") if came_from == "envoyes" else url_for("sends.index")
