"""Letters: a new formal notice, the page of any letter while it is printed and once it is ready."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.letters import pages
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.services import amicable_checks, notice_checks, noticing, printing
from relance.services.notice_checks import Check
from relance.services.noticing import NoticeError
from relance.web import amicable, letter_words, names, notice_page, scope
from relance.web.forms.letters import NoticeForm
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
    ids = [invoice.id for invoice in ticked if invoice in late] or [invoice.id for invoice in late]
    is_individual = client.kind == "individual"
    form = NoticeForm(
        client,
        late,
        invoices=ids,
        dated_on=notice_page.today(),
        claims_interest=True,
        **({} if is_individual else {"claims_fee": True}),
    )
    return _page(client, late, form, not_late=[invoice for invoice in ticked if invoice not in late])


@blueprint.post("/courriers/nouveau")
def create() -> ResponseReturnValue:
    """Prepare the letter. The worker prints it; its page waits for it."""
    account, now = current_account(), clock.now()
    client = client_or_404(row_id(request.form.get("client")))
    late = notice_page.late_invoices(client)
    form = NoticeForm(client, late)
    is_valid, chosen = form.validate_on_submit(), form.chosen(late)
    if is_valid and chosen and notice_checks.is_early(account, chosen) and not form.confirms_early.data:
        form.refuse("confirms_early", "Confirmez que vous voulez une mise en demeure avant deux relances.")
        is_valid = False
    if not is_valid:
        return _page(client, late, form, 422)
    choices = form.choices()
    if choices is None:
        return _page(client, late, form, 422)
    try:
        letter = noticing.prepare(account, client, chosen, choices=choices, by=current_user(), now=now)
    except NoticeError as error:
        notice_page.refuse(form, error)
        return _page(client, late, form, 422)
    scope.ring()
    return go_to(url_for("letters.show", letter_id=letter.id))


@blueprint.post("/courriers/nouveau/apercu")
def preview() -> ResponseReturnValue:
    """The amounts, the warnings and the letter itself for what is chosen; nothing is saved."""
    client = client_or_404(row_id(request.form.get("client")))
    late = notice_page.late_invoices(client)
    form = NoticeForm(client, late)
    if not wants_fragment():
        return _page(client, late, form)
    return make_response(render_template("letters/preview.htmx.html", **notice_page.context(client, late, form)))


@blueprint.get("/courriers/nouveau/lettre")
def draft() -> ResponseReturnValue:
    """The letter that would be made, to show in a frame."""
    client = client_or_404(row_id(request.args.get("client")))
    late = notice_page.late_invoices(client)
    form = NoticeForm(client, late, formdata=request.args, meta={"csrf": False})
    facts, _errors = notice_page.draft(client, late, form)
    if facts is None:
        abort(404)
    return notice_page.paper(pages.formal_notice(facts))


@blueprint.get("/courriers/<int:letter_id>")
def show(letter_id: int) -> ResponseReturnValue:
    """One letter: what it claims, what to do with it, and the paper."""
    letter = _printed_if_alone(letter_or_404(letter_id))
    query = LetterInvoice.select(LetterInvoice, Invoice).join(Invoice).where(LetterInvoice.letter == letter)
    lines = list(query.order_by(LetterInvoice.id))
    checks = _checks(letter, [line.invoice for line in lines])
    return make_response(
        render_template(
            "letters/show.html",
            letter=letter,
            is_amicable=letter.kind == "amicable",
            title=letter_words.title(letter.kind),
            text_name=names.template(letter.template),
            joined=printing.joined_to(letter),
            lines=lines,
            checks=[(check, notice_page.words(check)) for check in checks],
            is_outdated=printing.is_outdated(letter),
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
    """The letter as a page for a frame."""
    return notice_page.paper(printing.page_of(letter_or_404(letter_id)))


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
    return notice_checks.before_posting(current_account(), letter.client, invoices)


def _page(
    client: Client, late: Sequence[Invoice], form: NoticeForm, status: int = 200, not_late: Sequence[Invoice] = ()
) -> Response:
    context = notice_page.context(client, late, form) | {"not_late": not_late}
    return make_response(render_template("letters/new.html", **context), status)


def _printed_if_alone(letter: Letter) -> Letter:
    """Print here when no worker was seen for two minutes; otherwise leave it to the worker."""
    now = clock.now()
    if printing.needs_hand(letter, now):
        printing.render(letter.id, now)
        return letter_or_404(letter.id)
    return letter
