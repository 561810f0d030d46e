"""Letters: a new formal notice, the page of any letter while it is printed and once it is ready."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.letters import pages
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.services import amicable_checks, drafting, notice_checks, printing
from relance.services.notice_checks import Check
from relance.web import (
    amicable,
    amicable_drafts,
    letter_drafts,
    letter_posting,
    letter_words,
    names,
    notice_page,
    scope,
)
from relance.web.htmx import go_to, wants_fragment
from relance.web.numbers import row_id
from relance.web.scope import (
    client_or_404,
    current_account,
    current_user,
    document_or_404,
    invoice_or_404,
    letter_or_404,
)
from relance.web.security import embeddable

blueprint = Blueprint("letters", __name__)


@blueprint.get("/courriers/nouveau")
def new() -> ResponseReturnValue:
    """The choices of a formal notice for ``?factures=1,2`` or every late invoice of ``?client=1``.

    With ``type=amiable``, the amicable letter about the same invoices.
    """
    client, ticked = _asked()
    if client is not None and request.args.get("type") == "amiable":
        return amicable.opened(ticked or notice_page.late_invoices(client))
    if client is None:
        return make_response(render_template("letters/choose.html", late_clients=notice_page.late_clients()))
    late = notice_page.late_invoices(client)
    aside = [(invoice, _why_aside(invoice, client)) for invoice in ticked if invoice not in late]
    if not late:
        return notice_page.nothing_late(client, aside)
    form = notice_page.opening(client, late, ticked)
    return notice_page.render(notice_page.context(client, late, form) | {"aside": aside})


@blueprint.post("/courriers/nouveau")
def create() -> ResponseReturnValue:
    """Save a new draft, or with ``figer`` freeze the letter at once: the worker prints it, its page waits for it."""
    client = client_or_404(row_id(request.form.get("client")))
    return letter_drafts.submit(client, None, freezes="figer" in request.form)


@blueprint.post("/courriers/nouveau/apercu")
def preview() -> ResponseReturnValue:
    """The amounts, the warnings and the letter itself for what is chosen; nothing is saved."""
    context = _read()
    if not wants_fragment():
        if context["facts"] is not None:
            context["length"] = notice_page.length_of(pages.formal_notice(context["facts"]))
        return notice_page.render(context)
    return make_response(render_template("letters/preview.htmx.html", **context))


@blueprint.post("/courriers/nouveau/pages")
def length() -> ResponseReturnValue:
    """How long the letter is, in words: laid out apart, so that the preview does not wait for it."""
    facts = _read()["facts"]
    return notice_page.length_of(pages.formal_notice(facts)) if facts is not None else ""


@blueprint.get("/courriers/<int:letter_id>")
def show(letter_id: int) -> ResponseReturnValue:
    """One letter: the editor of a draft; else what it claims, what to do with it, and the paper."""
    letter = letter_or_404(letter_id)
    if drafting.is_open(letter):
        return amicable_drafts.opened(letter) if letter.kind == "amicable" else _editor(letter)
    letter = _printed_if_alone(letter)
    notice_page.read_ahead(*drafting.reads(letter))
    lines = list(drafting.lines_read(letter))
    for line in lines:
        line.invoice.client = letter.client  # not read again for each of them
    checks = _checks(letter, [line.invoice for line in lines]) if letter.posted_on is None else []
    return make_response(
        render_template(
            "letters/show.html",
            letter=letter,
            is_amicable=letter.kind == "amicable",
            title=letter_words.title(letter.kind),
            text_name=names.template(letter.template),
            joined=printing.joined_to(letter),
            lines=lines,
            checks=[(check, notice_page.words_of_check(check)) for check in checks],
            is_outdated=printing.is_outdated(letter),
            **(letter_posting.context(letter) if letter.document_id else {}),
        )
    )


@blueprint.get("/courriers/<int:letter_id>/etat")
def status(letter_id: int) -> ResponseReturnValue:
    """Where the printing stands; the page asks every second while it waits."""
    letter = _printed_if_alone(letter_or_404(letter_id))
    if not wants_fragment():
        return go_to(url_for("letters.show", letter_id=letter.id))
    response = make_response(render_template("letters/_status.html", letter=letter))
    if letter.requested_at is None:
        response.headers["HX-Refresh"] = "true"  # printed, or failed: the whole page says so
    return response


@blueprint.post("/courriers/<int:letter_id>/impression")
def print_again(letter_id: int) -> ResponseReturnValue:
    """Ask again for a letter that could not be printed."""
    letter = letter_or_404(letter_id)
    printing.ask_again(letter, by=current_user(), now=clock.now())
    scope.ring()
    return go_to(url_for("letters.show", letter_id=letter.id))


@blueprint.get("/courriers/<int:letter_id>/apercu")
def paper(letter_id: int) -> ResponseReturnValue:
    """The letter as a page for a frame. A draft has none: its editor draws it."""
    letter = letter_or_404(letter_id)
    if drafting.is_open(letter):
        abort(404)
    return notice_page.paper(printing.page_of(letter))


@blueprint.get("/courriers/<int:letter_id>/pdf")
def pdf(letter_id: int) -> Response:
    """The frozen bytes: to keep, or with ``?imprimer=1`` to open and print."""
    letter = letter_or_404(letter_id)
    if letter.document_id is None:
        abort(404)
    document = document_or_404(letter.document_id)
    response = Response(storage.get(letter.sha256), mimetype="application/pdf")
    kind = "inline" if request.args.get("imprimer") else "attachment"
    response.headers.set("Content-Disposition", kind, filename=document.name)
    return embeddable(response)


def _asked() -> tuple[Client | None, list[Invoice]]:
    """The client a new letter is for, and the invoices named in the address."""
    ids = [row_id(text) for part in request.args.getlist("factures") for text in part.split(",") if text.strip()]
    invoices = [invoice_or_404(key) for key in dict.fromkeys(ids)]
    if invoices:
        return client_or_404(invoices[0].client_id), invoices
    asked = request.args.get("client", "")
    return (client_or_404(row_id(asked)) if asked else None), []


def _checks(letter: Letter, invoices: Sequence[Invoice]) -> list[Check]:
    if letter.kind == "amicable":
        return amicable_checks.before_posting(current_account(), letter.client, invoices, but=letter)
    account = current_account()
    notice_page.read_ahead(*notice_checks.reads(account, letter.client, invoices))
    return notice_checks.before_posting(account, letter.client, invoices, today=notice_page.today(), but=letter)


def _editor(letter: Letter) -> ResponseReturnValue:
    """The editor of the draft of a formal notice; nothing of it may be late any more."""
    client, late = letter.client, notice_page.late_invoices(letter.client)
    if not late:
        return notice_page.nothing_late(client, letter=letter)
    form = notice_page.reopening(letter, late)
    return notice_page.render(notice_page.context(client, late, form, letter))


def _read() -> dict[str, Any]:
    """The editor for what was sent: a new letter, or the draft it names."""
    letter = letter_or_404(row_id(request.form["lettre"])) if request.form.get("lettre") else None
    client = letter.client if letter is not None else client_or_404(row_id(request.form.get("client")))
    late = notice_page.late_invoices(client)
    form, _gone = notice_page.reading(client, late, letter)
    return notice_page.context(client, late, form, letter)


def _why_aside(invoice: Invoice, client: Client) -> str:
    if invoice.client_id != client.id:
        return "La facture {numéro} est à un autre client : elle n'est pas dans la lettre."
    return "La facture {numéro} n'est pas en retard : elle n'est pas dans la lettre."


def _printed_if_alone(letter: Letter) -> Letter:
    """Print here when no worker was seen for two minutes; otherwise leave it to the worker."""
    now = clock.now()
    if printing.needs_hand(letter, now):
        printing.render(letter.id, now)
        return letter_or_404(letter.id)
    return letter
