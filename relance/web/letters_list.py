"""The list of letters: its filters, its export, and its letters in one PDF to print."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import IO, Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.documents import Document
from relance.models.letters import ABANDONED, Letter
from relance.rules.calendar import local_date
from relance.services import letter_batches, letter_lists, merging_letters
from relance.services.letter_lists import LetterFilter, Row
from relance.web import batch_words, letter_words, nav, notice_page, rate_words
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.letter_words import MODES
from relance.web.numbers import row_id
from relance.web.scope import current_account
from relance.web.spreadsheet import csv_answer, xlsx_answer

blueprint = Blueprint("letters_list", __name__)

PER_PAGE = 50
LAST_PAGE = 1_000_000  # further, the offset fits no database
_PIECE_BYTES = 64 * 1024

KINDS = {"amiable": "amicable", "mise-en-demeure": "formal_notice"}
TYPES = {"": "Tous les types", "amiable": "Relance amiable", "mise-en-demeure": "Mise en demeure"}
STATES = {
    "": "Tous les statuts",
    "brouillon": "Brouillon",
    "preparation": "En préparation",
    "prete": "Prête",
    "postee": "Postée",
    "recue": "Reçue",
    "non-reclamee": "Non réclamée",
    "refusee": "Refusée",
    "echec": "Non préparée",
    "abandonnee": "Abandonnée",
}
STATE_KEYS = {
    "brouillon": "draft",
    "preparation": "preparing",
    "prete": "ready",
    "postee": "posted",
    "recue": "received",
    "non-reclamee": "unclaimed",
    "refusee": "refused",
    "echec": "failed",
    "abandonnee": "abandoned",
}
MODE_KEYS = {
    "guichet": "lrar_counter",
    "en-ligne": "lrar_online",
    "electronique": "lre",
    "simple": "simple",
    "main-propre": "by_hand",
}
PROOFS = {"": "Toutes", "manquante": "Preuve manquante"}
_CHOICES: dict[str, Mapping[str, str]] = {"type": KINDS, "statut": STATE_KEYS, "mode": MODE_KEYS, "preuve": PROOFS}


@blueprint.get("/courriers")
def index() -> ResponseReturnValue:
    """The letters of the filter, the latest first, by pages."""
    account = current_account()
    page = min(max(row_id(request.args.get("page")), 1), LAST_PAGE)
    query = letter_lists.query_of(account, wanted())
    total = query.count()
    letters = list(query.paginate(page, PER_PAGE))
    filters = kept(request.args)
    return make_response(
        render_template(
            "letters/index.html",
            letters=letters,
            invoices=letter_lists.invoices_of(letters),
            late_clients=notice_page.late_clients(),
            filters=filters,
            types=TYPES,
            states=STATES,
            modes={"": "Tous les modes"} | {key: MODES[mode] for key, mode in MODE_KEYS.items()},
            proofs=PROOFS,
            is_odd=unknown(request.args),
            words=letter_words,
            told=rate_words.told(account, nav.today()),
            most=merging_letters.MOST,
            batch=letter_batches.latest(account, clock.now()),
            moment=batch_words.moment,
            today=nav.today(),
            first=(page - 1) * PER_PAGE + 1,
            total=total,
            previous=page_url(page - 1, request.args) if page > 1 else "",
            following=page_url(page + 1, request.args) if page * PER_PAGE < total else "",
        )
    )


@blueprint.get("/courriers/exporter")
def export() -> ResponseReturnValue:
    """The letters of the filter, every page of them, as CSV or with ``?format=xlsx`` as a workbook."""
    head = [
        _("Date"), _("Client"), _("Factures"), _("Type"), _("Statut"), _("Mode d'envoi"), _("Numéro de suivi"),
        _("Postée le"), _("Reçue le"), _("Présentée le"), _("Délai jusqu'au"), _("Montant"), _("Devise"),
        _("Preuve de dépôt"), _("Preuve de réception"), _("Empreinte SHA-256"),
    ]  # fmt: skip
    answer = xlsx_answer if request.args.get("format") == "xlsx" else csv_answer
    return answer(_("courriers"), head, _cells(letter_lists.rows(current_account(), wanted())))


def _cells(rows: Iterator[Row]) -> Iterator[list[Any]]:
    for row in rows:
        letter = row.letter
        yield [
            letter.dated_on,
            letter.client.name,
            ", ".join(row.numbers),
            letter_words.full_title(letter.kind, letter.template),
            letter_words.state_name(letter),
            letter_words.mode(letter.mode),
            letter.tracking_number,
            letter.posted_on,
            letter.received_on,
            letter.presented_on,
            letter.deadline_on,
            (letter.total_cents,),
            letter.currency,
            row.deposit_proof,
            row.receipt_proof,
            letter.sha256,
        ]


@blueprint.get("/courriers/pdf")
def merged() -> ResponseReturnValue:
    """One PDF of the ticked letters (``ids``), or of those of the filter: the first two hundred at most."""
    query = letter_lists.query_of(current_account(), wanted())
    ids = [row_id(text) for text in request.args.getlist("ids")]
    if ids:
        query = query.where(Letter.id.in_(ids[: letter_lists.PIECE]))
    elif wanted().state != ABANDONED:
        query = query.where(Letter.state != ABANDONED)  # not to be printed with the others unless asked for
    printed = query.select_extend(Document).join_from(Letter, Document)
    total = printed.count()
    letters = merging_letters.fitting(list(printed.limit(merging_letters.MOST)))
    back = url_for("letters_list.index", **kept(request.args))
    if not letters:
        return go_to(back, _("Aucune de ces lettres n'est imprimée : il n'y a rien à télécharger."), "warn")
    with ExitStack() as stack:
        book = stack.enter_context(tempfile.TemporaryFile())
        try:
            merging_letters.write(letters, book)
        except merging_letters.MergeError as error:
            return go_to(back, _(str(error)), "warn")
        size = book.tell()
        book.seek(0)
        sent = stack.pop_all()  # the file is closed once it has left, or when nobody waits for it any more
    answer = Response(_pieces(book, sent), mimetype="application/pdf")
    answer.call_on_close(sent.close)
    answer.content_length = size
    answer.headers.set("Content-Disposition", "attachment", filename=_file_name(len(letters), total))
    return answer


def _pieces(book: IO[bytes], sent: ExitStack) -> Iterator[bytes]:
    with sent:
        while piece := book.read(_PIECE_BYTES):
            yield piece


def _file_name(count: int, total: int) -> str:
    """« courriers-2026-11-22.pdf »; « courriers-2026-11-22-200-sur-350.pdf » when some are left out."""
    today = local_date(clock.now(), current_account().time_zone).isoformat()
    return f"courriers-{today}-{count}-sur-{total}.pdf" if count < total else f"courriers-{today}.pdf"


def wanted() -> LetterFilter:
    """The filter of the address; a word that means nothing filters nothing."""
    asked = request.args
    return LetterFilter(
        kind=KINDS.get(asked.get("type", ""), ""),
        state=STATE_KEYS.get(asked.get("statut", ""), ""),
        mode=MODE_KEYS.get(asked.get("mode", ""), ""),
        client=asked.get("client", ""),
        lacks_proof=asked.get("preuve") == "manquante",
        batch_id=row_id(asked.get("lot")),
    )


def kept(asked: Mapping[str, str]) -> dict[str, Any]:
    """The filters of the address that mean something, for the other pages of the list."""
    found: dict[str, Any] = {name: asked[name] for name in _CHOICES if asked.get(name) in [*_CHOICES[name]]}
    found = {name: value for name, value in found.items() if value}
    if words := " ".join(asked.get("client", "").split()):
        found["client"] = words
    return found | ({"lot": batch} if (batch := row_id(asked.get("lot"))) else {})


def unknown(asked: Mapping[str, str]) -> bool:
    """True when the address asks for a filter that does not exist: the list says so."""
    return {name for name in _CHOICES if asked.get(name)} != set(kept(asked)) & set(_CHOICES)


def page_url(page: int, asked: Mapping[str, str]) -> str:
    """Another page of the same list."""
    return url_for("letters_list.index", page=page, **kept(asked))
