"""Letters for a selection: formal notices, the doubtful ones only on a person's word, or reminders to post."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from relance import clock
from relance.rules.calendar import local_date
from relance.services import bulk_letters, letter_batches, signing
from relance.web import scope, selection_words, selections
from relance.web.forms.selections import LettersForm
from relance.web.htmx import go_to
from relance.web.i18n import _, _n
from relance.web.scope import current_account, current_user
from relance.web.selections import Selection

blueprint = Blueprint("bulk_letters", __name__)


@blueprint.route("/factures/selection/lettres", methods=["GET", "POST"])
def prepare() -> ResponseReturnValue:
    """The letters that the selection would make; with ``confirme``, they are prepared."""
    selection, form = selections.asked(), LettersForm()
    if "confirme" not in request.form:
        return _ask(selection, LettersForm(formdata=None))
    if not form.validate():
        return _ask(selection, form, 422)
    account, now = current_account(), clock.now()
    found, aside = bulk_letters.drafts(account, selection.invoices, kind=_kind(), now=now)
    anyway = frozenset(request.form.getlist("anyway"))
    wanted = [one for one in found if not one.doubts or one.key in anyway]
    refused = [_("{client} : {raison}", client=one.client.name, raison=_(one.problem)) for one in wanted if one.problem]
    if len(refused) == len(wanted):
        problem = _("Aucune lettre préparée : cochez « Préparer malgré tout », ou choisissez d’autres factures.")
        return _ask(selection, form, 422, " ".join(refused) or (problem if selection.invoices else ""))
    signature = signing.default_of(current_user()) if form.signs.data else None
    choices: dict[str, Any] = {"kind": _kind(), "delay_days": form.delay_days.data, "signature": signature}
    batch = letter_batches.ask(account, wanted, by=current_user(), now=now, **choices)
    scope.ring()
    count = len(wanted) - len(refused)
    done = _n("Une lettre en préparation.", "{n} lettres en préparation.", count)
    notice = selection_words.notice(done, aside, selection.gone, local_date(now, account.time_zone))
    to_list = Markup(' <a href="{}">{}</a>').format(selections.back(), _("Retour aux factures"))
    return go_to(url_for("letter_batches.show", lot_id=batch.id), notice + to_list)


def _kind() -> str:
    return bulk_letters.AMICABLE if request.args.get("type") == "amiable" else bulk_letters.NOTICE


def _ask(selection: Selection, form: LettersForm, status: int = 200, problem: str = "") -> ResponseReturnValue:
    account, now = current_account(), clock.now()
    found, aside = bulk_letters.drafts(account, selection.invoices, kind=_kind(), now=now)
    possible = [one for one in found if not one.problem]
    anyway = frozenset(request.form.getlist("anyway"))
    certain = [one for one in possible if not one.doubts or one.key in anyway]
    title = _n("Préparer une mise en demeure ?", "Préparer {n} mises en demeure ?", len(certain))
    if not certain:
        title = _("Quelles mises en demeure préparer ?")
    if _kind() == bulk_letters.AMICABLE:
        title = _n("Préparer une relance à poster ?", "Préparer {n} relances à poster ?", len(possible))
    return selections.ask(
        "letters",
        selection,
        title if possible else _("Aucune lettre à préparer"),
        _("Préparer les lettres"),
        action=url_for("bulk_letters.prepare", type=request.args.get("type") or None),
        aside=tuple(aside),
        status=status,
        problem=problem,
        is_possible=bool(possible),
        form=form,
        drafts=found,
        has_signature=signing.default_of(current_user()) is not None,
        is_notice=_kind() == bulk_letters.NOTICE,
        anyway=anyway,
    )
