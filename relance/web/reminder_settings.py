"""« Relances par défaut » : the sequence of new clients, and how every sequence writes."""

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from relance import clock
from relance.db import transaction
from relance.models.clients import Client
from relance.models.sequences import Sequence
from relance.services import configuring, enrolling, sequencing
from relance.services.enrolling import EnrolmentConflict, EnrolmentError, EntryReport
from relance.services.sequencing import SequenceError
from relance.web import scope, topics
from relance.web.forms.reminder_settings import COLUMNS, ReminderSettingsForm
from relance.web.i18n import _, _n
from relance.web.scope import current_account, current_user

blueprint = Blueprint("reminder_settings", __name__)


@blueprint.get("/reglages/relances")
def edit() -> ResponseReturnValue:
    """What is chosen today."""
    account = current_account()
    default = sequencing.default_of(account)
    values = {name: getattr(account, name) for name in COLUMNS}
    form = ReminderSettingsForm(account=account, sequence=str(default.id) if default else "", **values)
    return _page(form)


@blueprint.post("/reglages/relances")
def update() -> ResponseReturnValue:
    """Save; enrolling the clients without a sequence shows first which invoices enter."""
    account = current_account()
    form = ReminderSettingsForm(account=account)
    if not form.validate():
        return _page(form)
    chosen = form.chosen(account)
    others = sequencing.without_choice(account, chosen)
    # What was confirmed is what was shown: another sequence chosen since is shown first too.
    if others and request.form.get("confirme") != (str(chosen.id) if chosen is not None else "aucune"):
        entry = enrolling.report_of(chosen, others, clock.now()) if chosen is not None else None
        return _page(form, entry=entry, concerned=others, chosen=chosen)
    try:
        _save(form, chosen, others)
    except SequenceError as error:
        form.refuse("sequence", str(error))
        return _page(form)
    except EnrolmentError as error:
        form.refuse("sequence", str(error))
        return _page(form)
    except EnrolmentConflict as error:
        form.refuse("", str(error))
        return _page(form, status=409)
    notice = _("C'est enregistré.")
    if others:
        scope.ring()
        notice += " "
        notice += (
            _n("Un client la suit désormais.", "{n} clients la suivent désormais.", len(others))
            if chosen is not None
            else _n("Un client ne suit plus de séquence.", "{n} clients ne suivent plus de séquence.", len(others))
        )
    return topics.saved("reminder_settings.edit", notice)


def _save(form: ReminderSettingsForm, chosen: Sequence | None, others: list[Client]) -> None:
    """Everything or nothing."""
    account, user, now = current_account(), current_user(), clock.now()
    with transaction():
        configuring.save(account, "relances", {name: form[name].data for name in COLUMNS}, by=user, now=now)
        sequencing.make_default(account, chosen, by=user, now=now)
        shown: dict[int, int | None] = {client.id: client.sequence_id for client in others}
        sequencing.follow(others, chosen, shown=shown, is_chosen=False, by=user, now=now)


def _page(
    form: ReminderSettingsForm,
    *,
    entry: EntryReport | None = None,
    concerned: list[Client] | None = None,
    chosen: Sequence | None = None,
    status: int = 0,
) -> Response:
    context: dict[str, Any] = {
        "entry": entry,
        "concerned": concerned or [],
        "chosen": chosen,
    }
    return topics.page("settings/reminders.html", form, status=status, **context)
