"""Drafts of letters: saved, frozen by a click, thrown away and put back, copied. Nothing leaves by itself."""

import json

from flask import Blueprint, abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.clients import Client
from relance.models.letters import Letter
from relance.services import amicable, drafting, letter_parts, notice_checks, noticing
from relance.services.amicable import AmicableChoices, AmicableError
from relance.services.drafting import StaleError
from relance.services.letter_parts import ChangedError
from relance.services.noticing import NoticeChoices, NoticeError
from relance.web import amicable_drafts, letter_leaving, notice_page
from relance.web.forms.letters import NoticeForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_account, current_user, letter_or_404

blueprint = Blueprint("letter_drafts", __name__)

EARLY = "Confirmez que vous voulez une mise en demeure avant deux relances."


@blueprint.post("/courriers/<int:letter_id>")
def save(letter_id: int) -> ResponseReturnValue:
    """Save what was changed in a draft."""
    letter = _open_or_404(letter_id)
    if letter.kind == amicable.KIND:
        return amicable_drafts.submit(letter, freezes=False)
    return submit(letter.client, letter, freezes=False)


@blueprint.post("/courriers/<int:letter_id>/figer")
def freeze(letter_id: int) -> ResponseReturnValue:
    """Fix the letter as it is on the page. The worker prints it; its page waits for it."""
    letter = letter_or_404(letter_id)
    if not drafting.is_open(letter):  # the same click twice
        return go_to(url_for("letters.show", letter_id=letter.id))
    if letter.kind == amicable.KIND:
        return amicable_drafts.submit(letter, freezes=True)
    return submit(letter.client, letter, freezes=True)


@blueprint.post("/courriers/<int:letter_id>/supprimer")
def discard(letter_id: int) -> ResponseReturnValue:
    """Throw a draft away, and offer to put it back: the page keeps all that it said."""
    letter = letter_or_404(letter_id)
    if not drafting.is_open(letter):
        said = _("Cette lettre est figée : elle est gardée.")
        return go_to(url_for("letters.show", letter_id=letter.id), said, "info")
    kept = _kept(letter)
    client = letter.client
    try:
        drafting.discard(letter, by=current_user(), now=clock.now())
    except StaleError:
        return go_to(url_for("letters.show", letter_id=letter_id))
    address = url_for("letters.create") if letter.kind != amicable.KIND else url_for("amicable.create_many")
    return make_response(render_template("letters/discarded.html", client=client, kept=kept, address=address))


@blueprint.post("/courriers/<int:letter_id>/dupliquer")
def copy(letter_id: int) -> ResponseReturnValue:
    """A new draft that says the same about what is still owed."""
    letter = letter_or_404(letter_id)
    if drafting.is_open(letter):
        abort(404)
    try:
        again = drafting.copy(letter, by=current_user(), now=clock.now())
    except (NoticeError, AmicableError) as error:
        said = next(iter(error.errors.values()))
        return go_to(url_for("letters.show", letter_id=letter.id), _(said), "warn")
    return go_to(url_for("letters.show", letter_id=again.id), _("Voici un nouveau brouillon, daté d’aujourd’hui."))


def submit(client: Client, letter: Letter | None, *, freezes: bool) -> ResponseReturnValue:
    """Save or freeze a formal notice as it was sent; ``letter`` is its draft, once it has one."""
    late = notice_page.late_invoices(client)
    form, gone = notice_page.reading(client, late, letter)
    is_valid, chosen = form.validate_on_submit(), form.chosen(late)

    def again(status: int, sentence: str = "") -> ResponseReturnValue:
        if sentence:
            form.refuse("", sentence)
        if status == 409:
            form.basis.data = ""
            notice_page.offered(form, client, late, letter)
        return notice_page.render(notice_page.context(client, late, form, letter), status)

    has_changed = bool(gone or (chosen and form.read_basis(chosen) != letter_parts.basis_of(chosen)))
    if freezes and has_changed:
        return again(409, notice_page.CHANGED)
    if is_valid and freezes and chosen and notice_checks.is_early(current_account(), chosen):
        is_valid = _confirmed(form)
    choices = form.choices(notice_page.words_of(letter, form))
    if not is_valid or choices is None:
        return again(422)
    try:
        written = _written(client, letter, form, choices, freezes)
    except NoticeError as error:
        notice_page.refuse(form, error)
        return again(422)
    except ChangedError:
        return again(409, notice_page.CHANGED)
    except StaleError:
        current = letter_leaving.current_of(letter)
        if current is None:
            return letter_leaving.gone(letter.id if letter is not None else None)
        form.version.data = str(current.version)
        return again(409, notice_page.STALE)
    return letter_leaving.done(written, freezes=freezes, has_changed=has_changed)


def _confirmed(form: NoticeForm) -> bool:
    """True once the box of an early notice is ticked; else the box says that it waits."""
    if not form.confirms_early.data:
        form.refuse("confirms_early", EARLY)
    return bool(form.confirms_early.data)


def _written(client: Client, letter: Letter | None, form: NoticeForm, choices: NoticeChoices, freezes: bool) -> Letter:
    chosen, by, now = form.chosen(notice_page.late_invoices(client)), current_user(), clock.now()
    if letter is None and freezes:
        account = current_account()
        return noticing.prepare(account, client, chosen, choices=choices, basis=form.read_basis(chosen), by=by, now=now)
    if letter is None:
        return drafting.save(current_account(), client, chosen, choices, by=by, now=now)
    version = form.read_version()
    if freezes:
        basis = form.read_basis(chosen)
        return drafting.freeze(letter, chosen, choices, version=version, basis=basis, by=by, now=now)
    return drafting.update(letter, chosen, choices, version=version, by=by, now=now)


def _open_or_404(letter_id: int) -> Letter:
    letter = letter_or_404(letter_id)
    if not drafting.is_open(letter):
        abort(404)
    return letter


def _kept(letter: Letter) -> list[tuple[str, str]]:
    """All that a draft says, as the fields of the form that would save it again."""
    choices, invoices = drafting.choices_of(letter), drafting.invoices_of(letter)
    fields = [("dated_on", choices.dated_on.isoformat()), ("enclosures", "\n".join(choices.enclosures))]
    fields += [("evidence", str(key)) for key in choices.evidence_ids]
    if letter_parts.is_owner(letter.signature, current_user()):
        fields += [("signs", "y"), ("signature", str(choices.signature_id))]
    if isinstance(choices, AmicableChoices):
        own = choices.words
        fields += [("factures", ",".join(str(invoice.id) for invoice in invoices)), ("template", choices.template)]
        fields += [("brouillon", "1"), ("joins_invoice", "y" if choices.joins_invoice else "")]
        return fields + ([("subject", own.object), ("body", own.body)] if own is not None else [])
    fields += [("client", str(letter.client_id)), *(("invoices", str(invoice.id)) for invoice in invoices)]
    fields += [(name, "y") for name in ("claims_interest", "claims_fee", "joins_invoices") if getattr(choices, name)]
    fields += [("delay_days", str(choices.delay_days)), ("imputation", choices.imputation)]
    return [*fields, ("mention", choices.mention), ("own_words", json.dumps(dict(choices.words)))]
