"""« Me demander avant chaque envoi » : what waits for a yes, with its exact text, and the answer to it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock, db
from relance.models.accounts import Account
from relance.models.messages import Message
from relance.services import asking, gathering, outbox, rechecking
from relance.services.asking import Answer
from relance.services.outbox import Parcel
from relance.web import filters, names, scope
from relance.web.history_words import REASONS
from relance.web.htmx import go_to
from relance.web.i18n import _, _n
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, message_or_404

blueprint = Blueprint("proposals", __name__)

PREFIX = "lu-"  # the mark of a text that was read travels under the id of its message


@dataclass(frozen=True)
class Proposal:
    """A message as it is read before it is approved. ``mark`` tells its text from any other."""

    message: Message
    invoices: tuple[tuple[int, str], ...]
    mark: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    documents: tuple[str, ...]
    is_changed: bool = False
    quote: tuple[int, str] | None = None

    @property
    def field(self) -> str:
        """The name under which the mark is sent back."""
        return f"{PREFIX}{self.message.id}"


def proposals_of(parcels: Iterable[Parcel], changed: Iterable[int] = ()) -> list[Proposal]:
    """The proposals of these messages, ``changed`` being those whose text is not what was read."""
    new = set(changed)
    return [
        Proposal(
            parcel.message,
            parcel.invoices,
            asking.mark_of(parcel.message),
            tuple(f"{name} <{email}>" if name else email for name, email in json.loads(parcel.message.to_json)),
            tuple(email for _name, email in json.loads(parcel.message.cc_json)),
            tuple(row.document.name for row in parcel.message.attachments),
            parcel.message.id in new,
            parcel.quote,
        )
        for parcel in parcels
    ]


def read_ahead(messages: Iterable[Message]) -> None:
    """Read in one statement the files of a few messages, in a page that is shown."""
    if db.is_remembering():
        rows = list(messages)
        gathering.read(*(row.attachments for row in rows), *(rechecking.files_of(row) for row in rows))


@blueprint.get("/envois/a-valider")
def index() -> ResponseReturnValue:
    """All that waits for a yes."""
    return _page(current_account())


@blueprint.post("/envois/a-valider")
def approve_all() -> ResponseReturnValue:
    """Send all that was read; what says something else by now is shown again, and not sent."""
    account = current_account()
    sent = {row_id(name.removeprefix(PREFIX)): mark for name, mark in request.form.items() if name.startswith(PREFIX)}
    read = {number: mark for number, mark in sent.items() if number}
    answers = asking.approve_all(account, read, by=current_user(), now=clock.now())
    scope.ring()
    changed = [answer.message_id for answer in answers if answer.state == asking.CHANGED]
    if changed:
        return _page(account, changed, _told(answers), 409)
    return go_to(_back(), _told(answers), _family(answers))


@blueprint.post("/envois/<int:message_id>/accord")
def approve(message_id: int) -> ResponseReturnValue:
    """Send one of them, as it was read."""
    message = _reminder_or_404(message_id)
    read = request.form.get(f"{PREFIX}{message_id}", "")
    answer = asking.approve(message, read=read, by=current_user(), now=clock.now())
    scope.ring()
    if answer.state == asking.CHANGED:
        return _page(current_account(), [message_id], "", 409)
    return go_to(_back(), _told([answer]), _family([answer]))


@blueprint.post("/envois/<int:message_id>/refus")
def decline(message_id: int) -> ResponseReturnValue:
    """Do not send it: its step is passed, the next ones keep their dates."""
    message = _reminder_or_404(message_id)
    if asking.decline(message, by=current_user(), now=clock.now()):
        scope.ring()
        return go_to(_back(), _("Relance passée : elle ne partira pas. Les suivantes gardent leurs dates."), "info")
    return go_to(_back(), _("Cet e-mail n'attend plus votre accord."), "info")


def _reminder_or_404(message_id: int) -> Message:
    message = message_or_404(message_id)
    if message.client_id is None or message.kind not in outbox.REMINDERS:
        abort(404)
    return message


def _page(account: Account, changed: Iterable[int] = (), notice: str = "", status: int = 200) -> ResponseReturnValue:
    found = proposals_of(outbox.proposed(account), changed)
    now = clock.now()
    leaves_at = asking.leaving_at(account, now)
    page = render_template(
        "proposals/index.html",
        proposals=found,
        has_changed=any(one.is_changed for one in found),
        notice_text=notice,
        leaves=_when(leaves_at) if leaves_at > now else "",
        template_name=names.template,
    )
    return make_response(page, status)


def _back() -> str:
    """Where the click came from."""
    if request.form.get("depuis") == "tableau":
        return url_for("dashboard.index")
    return url_for("proposals.index") if asking.proposed(current_account()).exists() else url_for("sends.index")


def _told(answers: list[Answer]) -> str:
    """What became of a click, in words: how many leave and when, what no longer had to."""
    found = []
    leaving = [answer.leaves_at for answer in answers if answer.leaves_at is not None]
    if leaving:
        if min(leaving) > clock.now():
            found.append(
                _n(
                    "Accord donné : l'e-mail part {date}.",
                    "Accord donné : {n} e-mails partent {date}.",
                    len(leaving),
                    date=_when(min(leaving)),
                )
            )
        else:
            found.append(
                _n(
                    "Accord donné : l'e-mail part dans un instant.",
                    "Accord donné : {n} e-mails partent dans un instant.",
                    len(leaving),
                )
            )
    if any(answer.state == asking.SUSPENDED for answer in answers):
        found.append(_("Les envois sont suspendus : rien n'est parti."))
    for because in dict.fromkeys(answer.because for answer in answers if answer.state == asking.GONE):
        if because in REASONS:
            found.append(_("Rien n'est parti : {raison}.", raison=_(REASONS[because])))
        else:
            found.append(_("Cet e-mail n'attend plus votre accord."))
    return " ".join(found) or _("Rien n'attend votre accord.")


def _family(answers: list[Answer]) -> str:
    return "paid" if any(answer.state == asking.APPROVED for answer in answers) else "info"


def _when(instant: datetime) -> str:
    """« lundi 30 novembre à 9 h »."""
    day, hour = filters.weekday_date(filters.local_day(instant)), filters.local_time(instant)
    return _("{date} à {heure}", date=day, heure=hour)
