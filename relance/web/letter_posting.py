"""The posting of a letter: its deposit, its receipt, what follows; in dialogs that are also pages."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.invoices import Invoice
from relance.models.letters import ABANDONED, Letter, LetterInvoice
from relance.rules.calendar import local_date
from relance.rules.letter_deadlines import is_over, presumed_receipt
from relance.services import letter_deadlines, posting_letters
from relance.services.conditions import is_owed
from relance.services.posting_letters import OUTCOMES, REGISTERED, SENT, PostingError, StaleError
from relance.web import filters, letter_words, scope
from relance.web.forms.letter_posting import DepositForm, ProofForm, ReceiptForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.letter_dialogs import dialog, page_of, said
from relance.web.letter_proofs import Slot, slots
from relance.web.scope import current_user, letter_or_404
from relance.web.security import takes_files

blueprint = Blueprint("letter_posting", __name__)

MODE_OF = {"registered": "lrar_counter", "by_hand": "by_hand", "none": "simple"}  # what the sheet announces


@dataclass(frozen=True)
class Posting:
    """What templates/letters/_posting.html says of a letter that is ready or gone."""

    mode: str
    number: str
    tracking_url: str
    outcome: str
    proofs: tuple[Slot, ...]
    warnings: tuple[str, ...]
    presumed_on: date | None
    is_over: bool
    is_settled: bool
    awaits_receipt: bool
    can_undo_receipt: bool
    waits_until: date | None


def context(letter: Letter) -> dict[str, Any]:
    """What the page of a letter needs to show its posting; two statements at most."""
    today = local_date(clock.now(), letter.account.time_zone)
    is_gone = letter.state in SENT
    expired = is_over(letter.deadline_on, today)
    presumes = letter.kind == "formal_notice" and letter.mode == "simple" and letter.state == "posted"
    region = letter.account.holiday_region
    posting = Posting(
        mode=letter_words.mode(letter.mode),
        number=letter_words.spaced(letter.tracking_number),
        tracking_url=letter_words.tracking_url(letter),
        outcome=letter_words.outcome(letter.state),
        proofs=slots(letter),
        warnings=tuple(_warnings(letter)) if is_gone else (),
        presumed_on=presumed_receipt(letter.posted_on, region) if presumes and letter.posted_on else None,
        is_over=expired,
        is_settled=letter.settled_at is not None,
        awaits_receipt=letter.state == "posted",
        can_undo_receipt=posting_letters.can_undo_receipt(letter),
        waits_until=letter.dated_on if _is_dated_ahead(letter) else None,
    )
    return {"posting": posting}


def _warnings(letter: Letter) -> list[str]:
    """What may weaken the proof; nothing is ever refused for it."""
    found = []
    if letter.tracking_number and not letter_words.is_usual(letter.tracking_number):
        found.append(_number_warning())
    other = posting_letters.same_number(letter)
    if other is not None:
        found.append(_same_number(other))
    if letter.mode == "lre":
        found.append(_("Seul un service de recommandé électronique qualifié vaut une lettre recommandée."))
        if letter.client.kind == "individual":
            found.append(_("Un particulier doit avoir accepté d'avance de recevoir un recommandé électronique."))
    if letter.kind == "formal_notice" and letter.mention == "registered" and letter.mode not in REGISTERED:
        found.append(_("La lettre porte la mention « recommandée » et n'est pas partie en recommandé."))
    return found


def _is_dated_ahead(letter: Letter) -> bool:
    """No day is both past and after the date of this letter: it cannot have left yet."""
    return letter.posted_on is None and letter.dated_on > local_date(clock.now(), letter.account.time_zone)


def _same_number(other: Letter) -> str:
    day = filters.long_date(other.dated_on)
    sentence = "Ce numéro de suivi est déjà celui d'une autre lettre, à {client} du {date} : relisez-le."
    return _(sentence, client=other.client.name, date=day.striptags())


def _number_warning() -> str:
    return _("Numéro inhabituel (11 à 15 chiffres ou majuscules d'ordinaire) : relisez-le sur la preuve de dépôt.")


@blueprint.get("/courriers/<int:letter_id>/postee")
def ask_deposit(letter_id: int) -> ResponseReturnValue:
    """When and how the letter left."""
    letter = letter_or_404(letter_id)
    if letter.document_id is not None and (letter.state == ABANDONED or _is_dated_ahead(letter)):
        return go_to(page_of(letter))  # its page says why; the form would have no valid answer
    form = DepositForm(_modes())
    form.version.data = str(letter.version)
    if letter.state in SENT:
        form.on.data, form.mode.data = letter.posted_on, letter.mode
        form.tracking_number.data = letter_words.spaced(letter.tracking_number)
    else:
        form.on.data = max(local_date(clock.now(), letter.account.time_zone), letter.dated_on)
        form.mode.data = MODE_OF[letter.mention] if letter.kind == "formal_notice" else "simple"
    return _deposit_dialog(letter, form)


@blueprint.post("/courriers/<int:letter_id>/postee")
@takes_files
def deposit(letter_id: int) -> ResponseReturnValue:
    """Write the deposit down, or correct it."""
    letter, form = letter_or_404(letter_id), DepositForm(_modes())
    if not form.validate() or form.on.data is None:
        return _deposit_dialog(letter, form, 422)
    try:
        posted = posting_letters.post(
            letter,
            on=form.on.data,
            mode=form.mode.data or "",
            tracking_number=form.tracking_number.data or "",
            proof=form.file(),
            version=form.shown_version(),
            by=current_user(),
            now=clock.now(),
        )
    except PostingError as error:
        form.refuse(error.field, str(error))
        return _deposit_dialog(letter, form, 422)
    except StaleError:
        return _deposit_dialog(letter_or_404(letter_id), _stale(form, letter), 409)
    scope.ring()
    number, other = posted.tracking_number, posting_letters.same_number(posted)
    if other is not None:
        return go_to(page_of(letter), f"{_('Dépôt enregistré.')} {_same_number(other)}", "warn")
    if number and not letter_words.is_usual(number):
        return go_to(page_of(letter), f"{_('Dépôt enregistré.')} {_number_warning()}", "warn")
    return go_to(page_of(letter), said(posted))


@blueprint.get("/courriers/<int:letter_id>/reception")
def ask_receipt(letter_id: int) -> ResponseReturnValue:
    """What became of the letter, and when."""
    letter = letter_or_404(letter_id)
    form = ReceiptForm(_outcomes(letter))
    form.version.data = str(letter.version)
    if letter.state in OUTCOMES:
        form.outcome.data, form.on.data = letter.state, letter.received_on or letter.presented_on
    return _receipt_dialog(letter, form)


@blueprint.post("/courriers/<int:letter_id>/reception")
@takes_files
def receipt(letter_id: int) -> ResponseReturnValue:
    """Write the receipt down, or correct it."""
    letter = letter_or_404(letter_id)
    form = ReceiptForm(_outcomes(letter))
    if not form.validate() or form.on.data is None:
        return _receipt_dialog(letter, form, 422)
    try:
        answered = posting_letters.receive(
            letter,
            outcome=form.outcome.data or "",
            on=form.on.data,
            proof=form.file(),
            version=form.shown_version(),
            by=current_user(),
            now=clock.now(),
        )
    except PostingError as error:
        form.refuse(error.field, str(error))
        return _receipt_dialog(letter, form, 422)
    except StaleError:
        return _receipt_dialog(letter_or_404(letter_id), _stale(form, letter), 409)
    scope.ring()
    return go_to(page_of(letter), said(answered))


@blueprint.get("/courriers/<int:letter_id>/depot-annule")
def ask_undo(letter_id: int) -> ResponseReturnValue:
    """What taking it back means: ``?quoi=reception`` for the receipt alone."""
    return _undo_dialog(letter_or_404(letter_id))


@blueprint.post("/courriers/<int:letter_id>/depot-annule")
def undo(letter_id: int) -> ResponseReturnValue:
    """Take back the posting, or the receipt alone."""
    letter = letter_or_404(letter_id)
    what = "receipt" if request.args.get("quoi") == "reception" else "deposit"
    posting_letters.undo(letter, what=what, by=current_user(), now=clock.now())
    scope.ring()
    words = _("Réception annulée : la lettre est de nouveau postée.") if what == "receipt" else ""
    return go_to(page_of(letter), words or _("Dépôt annulé : la lettre est de nouveau à poster."), "info")


@blueprint.get("/courriers/<int:letter_id>/et-maintenant")
def what_now(letter_id: int) -> ResponseReturnValue:
    """What can follow, on the page of the first invoice of the letter that is still owed."""
    letter = letter_or_404(letter_id)
    lines = LetterInvoice.select(LetterInvoice, Invoice).join(Invoice).where(LetterInvoice.letter == letter)
    line = lines.order_by(is_owed().desc(), LetterInvoice.id).first()
    return go_to(f"/factures/{line.invoice_id}/et-maintenant" if line is not None else page_of(letter))


@blueprint.post("/courriers/<int:letter_id>/suite")
def settle(letter_id: int) -> ResponseReturnValue:
    """« C'est réglé », « Je m'en occupe »: the deadline that is over leaves « À traiter »."""
    letter = letter_or_404(letter_id)
    letter_deadlines.settle(letter, by=current_user(), now=clock.now())
    place = url_for("dashboard.index") if request.form.get("depuis") == "tableau" else page_of(letter)
    return go_to(place, _("Noté : cette mise en demeure ne vous est plus signalée."))


def _modes() -> list[tuple[str, str]]:
    return [(key, _(words)) for key, words in letter_words.MODES.items()]


def _outcomes(letter: Letter) -> list[tuple[str, str]]:
    """Nobody refuses what nobody signs for."""
    keys = OUTCOMES if letter.mode in REGISTERED else OUTCOMES[:1]
    return [(key, letter_words.outcome(key)) for key in keys]


def _stale(form: Any, letter: Letter) -> Any:
    """What the person typed, with today's version: sending it again says that they have seen the change."""
    fresh = letter_or_404(letter.id)
    form.version.data = str(fresh.version)
    form.version.raw_data = [form.version.data]
    form.refuse("", "Cette lettre a changé pendant que vous l'aviez sous les yeux. Vérifiez, puis validez de nouveau.")
    return form


def _deposit_dialog(letter: Letter, form: DepositForm, status: int = 200) -> ResponseReturnValue:
    if letter.document_id is None:
        abort(404)
    words = (_("J'ai posté la lettre"), _("Enregistrer le dépôt"))
    if letter.state in SENT:
        words = (_("Corriger le dépôt"), _("Enregistrer le dépôt"))
    hints = {"lre": _("Service qualifié seulement.")}
    if letter.client.kind == "individual":
        hints["lre"] += " " + _("Un particulier doit avoir donné son accord avant.")
    return dialog("deposit", letter, form, status, words, url_for("letter_posting.deposit", letter_id=letter.id), hints)


def _receipt_dialog(letter: Letter, form: ReceiptForm, status: int = 200) -> ResponseReturnValue:
    if letter.state not in SENT:
        abort(404)
    words = (_("Noter la réception"), _("Enregistrer la réception"))
    if letter.state in OUTCOMES:
        words = (_("Corriger la réception"), _("Enregistrer la réception"))
    hints = {
        "unclaimed": _("Présentée, puis renvoyée sans que personne la retire."),
        "refused": _("Présentée au destinataire, qui n'en a pas voulu."),
    }
    return dialog("receipt", letter, form, status, words, url_for("letter_posting.receipt", letter_id=letter.id), hints)


def _undo_dialog(letter: Letter) -> ResponseReturnValue:
    is_receipt = request.args.get("quoi") == "reception"
    if letter.state not in SENT or (is_receipt and not posting_letters.can_undo_receipt(letter)):
        abort(404)
    words = (_("Annuler la réception ?"), _("Annuler la réception"))
    if not is_receipt:
        words = (_("Annuler le dépôt ?"), _("Annuler le dépôt"))
    action = url_for("letter_posting.undo", letter_id=letter.id, quoi="reception" if is_receipt else None)
    return dialog("undo", letter, ProofForm(), 200, words, action, is_receipt=is_receipt)
