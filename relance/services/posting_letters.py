"""What becomes of a letter once it is printed: posted by a person, then received, not collected or refused.

ready → posted → received | unclaimed | refused. Every step can be corrected, or undone, and each is told in the
history of every invoice of the letter: what was noted before stays there. Nothing is ever posted by Relance.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from relance.db import transaction
from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.models.letters import ABANDONED, MODES, Letter, LetterInvoice
from relance.rules.calendar import local_date
from relance.rules.letter_deadlines import deadline_of, presumed_receipt
from relance.services import letter_pauses, letter_proofs, printing, tasking
from relance.services.letter_proofs import File, PostingError

__all__ = ["OUTCOMES", "REGISTERED", "File", "PostingError", "StaleError", "add_proof", "post", "receive", "undo"]

REGISTERED = ("lrar_counter", "lrar_online", "lre")  # somebody signs for it, or refuses to
OUTCOMES = ("received", "unclaimed", "refused")
SENT = ("posted", *OUTCOMES)
MAX_NUMBER = 40  # characters of a tracking number
_NOTHING: dict[str, Any] = {"received_on": None, "presented_on": None}
_DAY = dt.timedelta(1)


class StaleError(Exception):
    """Somebody else changed the posting of this letter since the form was shown."""


@dataclass(frozen=True)
class _Turn:
    """A letter read again once its client is locked, with the account's day."""

    letter: Letter
    today: dt.date


def tidy_number(typed: str) -> str:
    """A tracking number without what people put between its groups, in capitals."""
    return "".join(character for character in typed if character.isalnum()).upper()


def post(
    letter: Letter,
    *,
    on: dt.date,
    mode: str,
    tracking_number: str = "",
    proof: File | None = None,
    version: int | None = None,
    by: User | None,
    now: dt.datetime,
) -> Letter:
    """Write down that a person posted the letter on ``on`` (a civil day of the account), or correct it.

    E-mail reminders are then held: for a formal notice until the end of the time it allows, for an amicable letter
    as long as the account's minimum gap. ``version`` is the one the form was shown with (None: whatever it is).
    PostingError names the field and says in French what is wrong; StaleError when somebody changed it meanwhile.
    """
    number = tidy_number(tracking_number)
    with transaction():
        turn = _turn(letter, now)
        letter = turn.letter
        if proof is None and letter.state in SENT and _is_posted_so(letter, on, mode, number):
            return letter  # the same form sent twice
        _check_version(letter, version)
        _check_posting(turn, on, mode, number)
        changed: dict[str, Any] = {"posted_on": on, "mode": mode, "tracking_number": number}
        changed |= _receipt_after_posting(letter, on, mode)
        was = {"was_posted_on": letter.posted_on} if letter.state in SENT else {}
        slot = "receipt" if mode == "by_hand" else "deposit"  # what is signed when it is handed over is the receipt
        kept = letter_proofs.keep(letter, slot, proof, now) if proof else None
        changed |= {f"{slot}_proof": kept} if kept else {}
        letter = _change(turn, changed, by, now)
        facts = {"posted_on": on, "mode": mode, "tracking_number": number, "deadline_on": letter.deadline_on}
        printing.tell("letter_posted", letter, now, by, **facts, **letter_proofs.facts_of(kept), **was)
        if not was:
            tasking.close_by_letter(letter, by=by, now=now)
        return letter


def receive(
    letter: Letter,
    *,
    outcome: str,
    on: dt.date,
    proof: File | None = None,
    version: int | None = None,
    by: User | None,
    now: dt.datetime,
) -> Letter:
    """Write down what became of a posted letter, or correct it: received on ``on``, or presented then and not taken.

    The time it allows counts from that day (rules.letter_deadlines). Errors as for ``post``.
    """
    with transaction():
        turn = _turn(letter, now)
        letter = turn.letter
        if proof is None and letter.state == outcome and on == (letter.received_on or letter.presented_on):
            return letter
        _check_version(letter, version)
        _check_receipt(turn, outcome, on)
        day = {"received_on": on} if outcome == "received" else {"presented_on": on}
        kept = letter_proofs.keep(letter, "receipt", proof, now) if proof else None
        changed: dict[str, Any] = {"state": outcome, **_NOTHING, **day}
        changed |= {"receipt_proof": kept} if kept else {}
        before = letter.received_on or letter.presented_on
        was = {"was_state": letter.state, "was_on": before} if letter.state in OUTCOMES else {}
        letter = _change(turn, changed, by, now)
        facts = {**day, "deadline_on": letter.deadline_on, **letter_proofs.facts_of(kept)}
        printing.tell(f"letter_{outcome}", letter, now, by, **facts, **was)
        return letter


def undo(letter: Letter, *, what: str = "deposit", by: User | None, now: dt.datetime) -> Letter:
    """Take back the receipt (``what`` = receipt), or the posting and all that followed it (deposit).

    Reminders go on at the first step dated today or later when the posting is taken back. The proofs leave the letter
    and stay in the storage; the history keeps their names and fingerprints.
    """
    with transaction():
        turn = _turn(letter, now)
        letter = turn.letter
        if letter.state not in SENT or (what == "receipt" and not can_undo_receipt(letter)):
            return letter
        facts = {
            "what": what,
            "was_state": letter.state,
            "posted_on": letter.posted_on,
            "received_on": letter.received_on,
            "presented_on": letter.presented_on,
            "tracking_number": letter.tracking_number,
        }
        changed: dict[str, Any] = {"state": "posted", **_NOTHING, "receipt_proof": None}
        if what == "deposit":
            changed |= {"state": "ready", "posted_on": None, "mode": "", "tracking_number": "", "deposit_proof": None}
        facts |= letter_proofs.names_of(letter, "receipt" if what == "receipt" else "")
        letter = _change(turn, changed, by, now)
        printing.tell("letter_posting_undone", letter, now, by, **facts)
        if what == "deposit":
            tasking.reopen_by_letter(letter, by=by, now=now)
        return letter


def can_undo_receipt(letter: Letter) -> bool:
    """True when somebody wrote the receipt down: one handed over is received by the very posting."""
    return letter.state in OUTCOMES and letter.mode != "by_hand"


def same_number(letter: Letter) -> Letter | None:
    """Another letter of the account with the same tracking number: each registered letter has its own."""
    if not letter.tracking_number:
        return None
    query = Letter.select(Letter, Client).join(Client).where(Letter.account == letter.account_id)
    query = query.where(Letter.tracking_number == letter.tracking_number, Letter.id != letter.id)
    found: Letter | None = query.order_by(Letter.id).first()
    return found


def add_proof(letter: Letter, which: str, proof: File, *, by: User | None, now: dt.datetime) -> Letter:
    """Join a proof (``which``: deposit or receipt) to a posted letter, or replace it; the one before stays stored."""
    with transaction():
        letter = _turn(letter, now).letter
        if letter.state not in SENT or (which == "receipt" and letter.state not in OUTCOMES):
            raise PostingError("Notez d'abord le dépôt de cette lettre, puis sa réception.")
        before: Document | None = getattr(letter, f"{which}_proof")
        kept = letter_proofs.keep(letter, which, proof, now)
        if before is not None and before.sha256 == kept.sha256:
            kept.delete_instance()
            return letter
        Letter.update({f"{which}_proof": kept, "version": Letter.version + 1}).where(Letter.id == letter.id).execute()
        replaced = {"replaces": before.name, "replaced_sha256": before.sha256} if before is not None else {}
        printing.tell("letter_proof_added", letter, now, by, which=which, **letter_proofs.facts_of(kept), **replaced)
        return _read(letter.id)


def _turn(letter: Letter, now: dt.datetime) -> _Turn:
    letter.client.take_turn()
    fresh = _read(letter.id)
    return _Turn(fresh, local_date(now, fresh.account.time_zone))


def _read(letter_id: int) -> Letter:
    letter: Letter = Letter.get_by_id(letter_id)
    return letter


def _check_version(letter: Letter, version: int | None) -> None:
    if version is not None and version != letter.version:
        raise StaleError


def _is_posted_so(letter: Letter, on: dt.date, mode: str, number: str) -> bool:
    return (letter.posted_on, letter.mode, letter.tracking_number) == (on, mode, number)


def _check_posting(turn: _Turn, on: dt.date, mode: str, number: str) -> None:
    letter = turn.letter
    if letter.document_id is None or letter.state == "draft":
        raise PostingError("Cette lettre n'est pas encore prête : préparez-la d'abord.")
    if letter.state == ABANDONED:
        raise PostingError("Cette lettre est abandonnée : reprenez-la d'abord.")
    if mode not in MODES:
        raise PostingError("Choisissez comment la lettre est partie.", "mode")
    if len(number) > MAX_NUMBER:
        raise PostingError("Raccourcissez ce numéro : 40 caractères au plus.", "tracking_number")
    if on > turn.today:
        raise PostingError("Une lettre ne se poste pas dans l'avenir : indiquez aujourd'hui ou un jour passé.", "on")
    if on < letter.dated_on:
        raise PostingError("La lettre porte une date plus récente : elle ne peut pas être partie avant.", "on")
    if on < local_date(letter.frozen_at or letter.created_at, letter.account.time_zone):
        raise PostingError("La lettre n'existait pas encore ce jour-là : indiquez le jour de son dépôt.", "on")
    answered = letter.received_on or letter.presented_on
    if letter.mode != "by_hand" and mode != "by_hand" and answered is not None and on > answered:
        raise PostingError("La réception notée est plus ancienne : corrigez-la d'abord.", "on")


def _receipt_after_posting(letter: Letter, on: dt.date, mode: str) -> dict[str, Any]:
    """A letter handed over is received at once; a receipt that somebody wrote down stays when the posting changes."""
    if mode == "by_hand":
        return {"state": "received", **_NOTHING, "received_on": on}
    if letter.state not in OUTCOMES or letter.mode == "by_hand":
        return {"state": "posted", **_NOTHING}
    return {}


def _check_receipt(turn: _Turn, outcome: str, on: dt.date) -> None:
    letter = turn.letter
    if letter.state not in SENT or letter.posted_on is None:
        raise PostingError("Notez d'abord le dépôt de cette lettre.")
    if letter.mode == "by_hand":
        raise PostingError("Une lettre remise en main propre est reçue le jour même : corrigez le dépôt.")
    if outcome not in OUTCOMES or (outcome != "received" and letter.mode not in REGISTERED):
        raise PostingError("Choisissez ce qu'est devenue la lettre.", "outcome")
    if on > turn.today:
        raise PostingError("Cette date est à venir : indiquez aujourd'hui ou un jour passé.", "on")
    if on < letter.posted_on:
        raise PostingError("La lettre n'était pas encore postée ce jour-là.", "on")


def _change(turn: _Turn, changed: dict[str, Any], by: User | None, now: dt.datetime) -> Letter:
    """Write the new state with its deadline, and hold the reminders accordingly."""
    letter = turn.letter
    for name, value in changed.items():
        setattr(letter, name, value)
    deadline = _deadline(letter)
    changed = {**changed, "deadline_on": deadline, "version": Letter.version + 1}
    if deadline != letter.deadline_on and (deadline is None or deadline >= turn.today):
        changed |= {"deadline_told_at": None, "settled_at": None}  # it is not over any more
    Letter.update(changed).where(Letter.id == letter.id).execute()
    letter = _read(letter.id)
    _hold(letter, by, now)
    return letter


def _deadline(letter: Letter) -> dt.date | None:
    """The last day that a posted formal notice allows; None while nobody can know."""
    if letter.kind != "formal_notice" or letter.posted_on is None:
        return None
    region = letter.account.holiday_region
    arrived = letter.received_on or letter.presented_on
    if arrived is None and letter.mode == "simple":
        arrived = presumed_receipt(letter.posted_on, region)
    return deadline_of(arrived, letter.delay_days, region) if arrived is not None else None


def _hold(letter: Letter, by: User | None, now: dt.datetime) -> None:
    """E-mail reminders wait for what the letter asks; an amicable letter counts as a reminder of the day it left."""
    until = letter.deadline_on
    if letter.kind == "amicable" and letter.posted_on is not None:
        until = letter.posted_on + dt.timedelta(letter.account.min_gap_days) - _DAY
    is_gone = letter.posted_on is None or (until is not None and until < letter.posted_on)
    if is_gone:
        letter_pauses.release(letter=letter, by=by, now=now)
        return
    invoices = Invoice.select().join(LetterInvoice).where(LetterInvoice.letter == letter, Invoice.state == "sent")
    letter_pauses.hold(list(invoices.order_by(Invoice.id)), letter=letter, until_on=until, by=by, now=now)
