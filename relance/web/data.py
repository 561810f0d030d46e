"""« Données »: everything out again, at once, in formats that others read."""

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack

from flask import Blueprint, Response, abort, render_template, stream_with_context
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.events import Event, record
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.messages import Message
from relance.models.payments import Payment
from relance.models.quotes import Quote
from relance.rules.calendar import local_date
from relance.rules.wording import french
from relance.services import export_tables, exporting_all, gathering, throttling
from relance.web import history, history_words, import_words
from relance.web.i18n import _, in_french
from relance.web.scope import current_account, current_user
from relance.web.spreadsheet import CSV, XLSX
from relance.web.topics import topics

blueprint = Blueprint("data", __name__)

WINDOW, PER_WINDOW = dt.timedelta(minutes=1), 5  # exports that one user may ask for
MOST = 10_000  # rows of a kind that the page counts
PIECE = 64 * 1024
COUNTED = {
    "Clients": Client,
    "Factures et avoirs": Invoice,
    "Paiements": Payment,
    "Devis": Quote,
    "Messages envoyés": Message,
    "Courriers": Letter,
    "Fichiers": Document,
    "Événements du journal": Event,
}


@blueprint.get("/reglages/donnees")
def index() -> ResponseReturnValue:
    """What there is to take away, and in what form."""
    account = current_account()
    reads = [export_tables.number_read(account, model) for model in COUNTED.values()]
    numbers = gathering.numbers(reads, MOST + 1)
    counts = [(_(title), _shown(number)) for title, number in zip(COUNTED, numbers, strict=True)]
    return render_template("settings/data.html", topics=topics(), back=False, counts=counts)


@blueprint.post("/reglages/donnees/tout.zip")
def everything() -> ResponseReturnValue:
    """The tables, the workbook, the JSON and the files, in one ZIP."""
    now = _asked("zip")
    content = exporting_all.archive(current_account(), now=now, tell=_told)
    return _answer(stream_with_context(content), "application/zip", ".zip", now)


@blueprint.post("/reglages/donnees/classeur.xlsx")
def workbook() -> ResponseReturnValue:
    """Every table as a sheet of one workbook, made before it leaves: its table of contents comes last."""
    now = _asked("xlsx")
    with ExitStack() as stack:
        book = stack.enter_context(tempfile.TemporaryFile())
        exporting_all.workbook(current_account(), book, tell=_told)
        size = book.tell()
        book.seek(0)
        sent = stack.pop_all()

    def pieces() -> Iterator[bytes]:
        with sent:
            while piece := book.read(PIECE):
                yield piece

    answer = _answer(pieces(), XLSX, ".xlsx", now)
    answer.call_on_close(sent.close)
    answer.content_length = size
    return answer


@blueprint.post("/reglages/donnees/donnees.json")
def as_json() -> ResponseReturnValue:
    """Everything as one JSON object."""
    now = _asked("json")
    return _answer(
        stream_with_context(exporting_all.as_json(current_account(), now=now)), "application/json", ".json", now
    )


@blueprint.post("/reglages/donnees/factures.csv")
def invoices() -> ResponseReturnValue:
    """The invoices in the canonical format, which importing reads back as it is."""
    now = _asked("csv")
    answer = _answer(stream_with_context(exporting_all.canonical(current_account())), CSV, ".csv", now)
    day = local_date(now, current_account().time_zone).isoformat()
    answer.headers.set("Content-Disposition", "attachment", filename=f"factures-{day}.csv")
    return answer


def _asked(form: str) -> dt.datetime:
    """Write in the journal who takes everything away; 429 for whoever asks without end."""
    now = clock.now()
    if throttling.count(f"export:{current_user().id}", window=WINDOW, now=now) > PER_WINDOW:
        abort(429)
    record("data_exported", account=current_account(), user=current_user(), at=now, format=form)
    return now


def _answer(content: Iterator[bytes], mimetype: str, ending: str, now: dt.datetime) -> Response:
    account = current_account()
    response = Response(content, mimetype=mimetype)
    name = exporting_all.file_name(account, local_date(now, account.time_zone), ending)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _told(event: Event) -> tuple[str, str]:
    """An event as the history says it, in French like the rest of the file, with the words that were noted."""
    with in_french():
        line = history.line_of(event)
        words = [str(line.sentence.striptags()), line.quote, str(line.detail)]
    return french(history_words.TITLES.get(event.kind, event.kind)), ", ".join(word for word in words if word)


def _shown(number: int) -> str:
    if number > MOST:
        return _("plus de 10 000")
    return import_words.number(number)
