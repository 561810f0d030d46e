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
    others = unfollowing(account.id) if chosen is not None and form.enrols_others.data else []
    if chosen is not None and others and not request.form.get("confirme"):
        return _page(form, entry=enrolling.report_of(chosen, others, clock.now()), entering=others, chosen=chosen)
    try:
        enrolled = _save(form, chosen, others)
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
    if enrolled:
        scope.ring()
        notice += " " + _n("Un client inscrit.", "{n} clients inscrits.", len(others))
    return topics.saved("reminder_settings.edit", notice)


def unfollowing(account_id: int) -> list[Client]:
    """The account's clients that follow no sequence, by name."""
    query = Client.select().where(
        Client.account == account_id, Client.sequence.is_null(), Client.archived_at.is_null(), ~Client.is_exempt
    )
    return sorted(query, key=lambda client: client.name.casefold())


def _save(form: ReminderSettingsForm, chosen: Sequence | None, others: list[Client]) -> EntryReport | None:
    """Everything or nothing."""
    account, user, now = current_account(), current_user(), clock.now()
    with transaction():
        configuring.save(account, "relances", {name: form[name].data for name in COLUMNS}, by=user, now=now)
        sequencing.make_default(account, chosen, by=user, now=now)
        if chosen is None or not others:
            return None
        expected: dict[int, int | None] = {client.id: None for client in others}
        return enrolling.enrol(chosen, list(expected), expected=expected, by=user, now=now)


def _page(
    form: ReminderSettingsForm,
    *,
    entry: EntryReport | None = None,
    entering: list[Client] | None = None,
    chosen: Sequence | None = None,
    status: int = 0,
) -> Response:
    context: dict[str, Any] = {
        "entry": entry,
        "entering": entering or [],
        "chosen": chosen,
        "unfollowing": len(unfollowing(current_account().id)),
    }
    return topics.page("settings/reminders.html", form, status=status, **context)
