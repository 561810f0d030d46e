"""Letters asked for together: how far they are, those that failed or could not be written, and the others to print."""

from datetime import datetime
from typing import Any

from babel.numbers import format_decimal
from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.accounts import Heartbeat
from relance.models.letters import LetterBatch
from relance.services import letter_batches, merging_letters, printing, printing_many
from relance.services.letter_batches import Progress
from relance.web import batch_words, scope
from relance.web.htmx import go_to, respond
from relance.web.i18n import _, _n, language
from relance.web.scope import current_user, letter_batch_or_404

blueprint = Blueprint("letter_batches", __name__)

A_HAND = 1.5  # seconds of work for each look at the page, when no worker does it
SHOWN = 50  # letters named one by one, of those that failed and of those that were refused


@blueprint.get("/courriers/lots/<int:lot_id>")
def show(lot_id: int) -> ResponseReturnValue:
    """How far the letters are; the page asks again every two seconds until all are printed."""
    batch = letter_batch_or_404(lot_id)
    if _lent_a_hand(batch, clock.now()):
        batch = letter_batch_or_404(lot_id)
    progress = letter_batches.progress(batch)
    context: dict[str, Any] = {
        "batch": batch,
        "progress": progress,
        "sentence": sentence(progress),
        "failures": letter_batches.failures(batch) if progress.failed else [],
        "refused": letter_batches.refused(batch),
        "shown": SHOWN,
        "pieces": _pieces(batch) if progress.is_over else [],
        "moment": batch_words.moment,
    }
    return respond("letter_batches/show.html", "letter_batches/_progress.html", **context)


@blueprint.post("/courriers/lots/<int:lot_id>/recommencer")
def print_again(lot_id: int) -> ResponseReturnValue:
    """Ask again for those that could not be printed."""
    batch = letter_batch_or_404(lot_id)
    count = letter_batches.ask_again(batch, by=current_user(), now=clock.now())
    scope.ring()
    notice = _n("Une lettre reprise.", "{n} lettres reprises.", count) if count else _("Il n’y avait rien à reprendre.")
    return go_to(url_for("letter_batches.show", lot_id=batch.id), notice, "info")


def sentence(progress: Progress) -> str:
    """« 312 lettres prêtes sur 1 000. »."""
    done, total = (format_decimal(n, locale=language()) for n in (progress.printed, progress.total))
    if not progress.total:
        return _("Aucune lettre dans ce lot.")
    if progress.printed == progress.total:
        return _n("La lettre est prête.", "Les {total} lettres sont prêtes.", progress.total, total=total)
    return _n(
        "{faites} lettre prête sur {total}.",
        "{faites} lettres prêtes sur {total}.",
        progress.printed,
        faites=done,
        total=total,
    )


def _pieces(batch: LetterBatch) -> list[tuple[int, int, str]]:
    """The files in which its PDFs are downloaded: first and last letter of each, and the address."""
    ids, most = letter_batches.printed(batch), merging_letters.MOST
    if len(ids) <= most:
        return [(1, len(ids), url_for("letters_list.merged", lot=batch.id))] if ids else []
    starts = range(0, len(ids), most)
    parts = [(start + 1, ids[start : start + most]) for start in starts]
    return [(first, first + len(part) - 1, url_for("letters_list.merged", ids=part)) for first, part in parts]


def _lent_a_hand(batch: LetterBatch, now: datetime) -> bool:
    """Write and print some here when no worker was seen for two minutes."""
    seen = Heartbeat.get_or_none(Heartbeat.name == "worker")
    if seen is not None and now - seen.seen_at <= printing.SILENCE:
        return False
    printing_many.print_waiting(now, scope.settings().data_dir, batch=batch, patience=A_HAND)
    return True
