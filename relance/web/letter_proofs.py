"""The proofs of a letter: joined later, replaced, taken away. Its deposit and its receipt: web.letter_posting."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.models.documents import Document
from relance.models.letters import Letter
from relance.services import posting_letters
from relance.services.posting_letters import OUTCOMES, SENT, PostingError
from relance.web.forms.letter_posting import ProofForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.letter_dialogs import dialog, page_of
from relance.web.scope import current_user, document_or_404, letter_or_404
from relance.web.security import takes_files

blueprint = Blueprint("letter_proofs", __name__)

SLOTS = {"depot": "deposit", "reception": "receipt"}


@dataclass(frozen=True)
class Slot:
    """One of the two proofs: ``key`` in the address, its words, and its file or None."""

    key: str
    words: str
    document: Document | None

    @property
    def address(self) -> str:
        """The endpoint of its file."""
        return f"letter_proofs.{SLOTS[self.key]}"


def slots(letter: Letter) -> tuple[Slot, ...]:
    """The proofs that this letter may have by now, in one statement; none before its posting."""
    if letter.state not in SENT:
        return ()
    ids = [key for key in (letter.deposit_proof_id, letter.receipt_proof_id) if key]
    found = {row.id: row for row in Document.select().where(Document.id.in_(ids))} if ids else {}
    every = [Slot("depot", _("Preuve de dépôt"), found.get(letter.deposit_proof_id))]
    if letter.mode == "by_hand" and every[0].document is None:
        every = []  # nobody gives a slip for it
    if letter.state in OUTCOMES:
        every.append(Slot("reception", receipt_words(letter), found.get(letter.receipt_proof_id)))
    return tuple(every)


def receipt_words(letter: Letter) -> str:
    """What the second proof is: the signed receipt, or what shows that nobody took the letter."""
    if letter.mode == "by_hand":
        return _("Récépissé signé")
    return _("Avis de réception") if letter.state == "received" else _("Preuve de présentation")


@blueprint.get("/courriers/<int:letter_id>/preuve")
def ask_proof(letter_id: int) -> ResponseReturnValue:
    """A proof to join later: ``?quoi=depot`` or ``reception``."""
    letter = letter_or_404(letter_id)
    return _proof_dialog(letter, _slot(letter), ProofForm())


@blueprint.post("/courriers/<int:letter_id>/preuve")
@takes_files
def proof(letter_id: int) -> ResponseReturnValue:
    """Join a proof, or replace it."""
    letter, form = letter_or_404(letter_id), ProofForm()
    slot = _slot(letter)
    given = form.file()
    if given is None:
        form.refuse("proof", "Choisissez un fichier.")
        return _proof_dialog(letter, slot, form, 422)
    try:
        posting_letters.add_proof(letter, SLOTS[slot.key], given, by=current_user(), now=clock.now())
    except PostingError as error:
        form.refuse(error.field, str(error))
        return _proof_dialog(letter, slot, form, 422)
    return go_to(page_of(letter), _("Preuve jointe."))


@blueprint.get("/courriers/<int:letter_id>/preuves/depot")
def deposit(letter_id: int) -> Response:
    """The proof of deposit."""
    return _download(letter_or_404(letter_id).deposit_proof_id)


@blueprint.get("/courriers/<int:letter_id>/preuves/reception")
def receipt(letter_id: int) -> Response:
    """The signed receipt, or what shows that nobody took the letter."""
    return _download(letter_or_404(letter_id).receipt_proof_id)


def _download(document_id: int | None) -> Response:
    """Only ever to download: whoever sent it may have made it."""
    if document_id is None:
        abort(404)
    document = document_or_404(document_id)
    try:
        content = storage.get(document.sha256)
    except storage.StorageError:
        abort(404)
    response = Response(content, mimetype=document.mime)
    response.headers.set("Content-Disposition", "attachment", filename=document.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _slot(letter: Letter) -> Slot:
    """The slot that ``?quoi=`` names among those of the letter, the first one without it; 404 for another."""
    asked = request.args.get("quoi")
    found = next((slot for slot in slots(letter) if asked in (None, slot.key)), None)
    if found is None:
        abort(404)
    return found


def _proof_dialog(letter: Letter, slot: Slot, form: ProofForm, status: int = 200) -> ResponseReturnValue:
    words = (slot.words, _("Remplacer la preuve") if slot.document else _("Joindre la preuve"))
    action = url_for("letter_proofs.proof", letter_id=letter.id, quoi=slot.key)
    return dialog("proof", letter, form, status, words, action, slot=slot)
