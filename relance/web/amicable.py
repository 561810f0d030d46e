"""The letter window of an amicable reminder: open it, see it, prepare it. Nothing leaves by itself."""

from flask import Blueprint, make_response, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.letters import amicable as paper
from relance.models.invoices import Invoice
from relance.services import amicable
from relance.web import amicable_drafts, amicable_page, notice_page
from relance.web.amicable_page import render
from relance.web.htmx import go_to, wants_fragment
from relance.web.numbers import row_id
from relance.web.scope import invoice_or_404, letter_or_404

blueprint = Blueprint("amicable", __name__)


@blueprint.get("/factures/<int:id>/relancer/courrier")
@blueprint.get("/courriers/amiable", endpoint="new_many")
def new(id: int | None = None) -> ResponseReturnValue:
    """The letter about one invoice, or about those of ``?factures=1,2``, with the text of ``?modele=``."""
    return opened(_asked(id, request.args.getlist("factures")))


def opened(asked: list[Invoice]) -> ResponseReturnValue:
    """The page for these invoices."""
    context = amicable_page.opening(asked, request.args.get("modele", ""), clock.now())
    return make_response(render(context))


@blueprint.post("/factures/<int:id>/relancer/courrier/apercu")
@blueprint.post("/courriers/amiable/apercu", endpoint="preview_many")
def preview(id: int | None = None) -> ResponseReturnValue:
    """The form and the paper after a choice or a word changed; nothing is saved."""
    asked = _posted(id)
    letter = letter_or_404(row_id(request.form["lettre"])) if request.form.get("lettre") else None
    context = amicable_page.reading(asked, clock.now(), letter)
    if context["is_refused"]:
        if wants_fragment():  # it was paid, say, while the words were typed: the page tells it
            return go_to(_address(asked))
        return make_response(render(context))
    if not wants_fragment() and context["draft"] is not None:
        context["length"] = notice_page.length_of(paper.page(context["draft"].facts))
    return make_response(render(context, is_fragment=wants_fragment()))


@blueprint.post("/factures/<int:id>/relancer/courrier/pages")
@blueprint.post("/courriers/amiable/pages", endpoint="pages_many")
def pages(id: int | None = None) -> ResponseReturnValue:
    """How long the letter is, in words: laid out apart, so that the preview does not wait for it."""
    draft = amicable_page.reading(_posted(id), clock.now()).get("draft")
    return notice_page.length_of(paper.page(draft.facts)) if draft is not None else ""


@blueprint.post("/factures/<int:id>/relancer/courrier")
@blueprint.post("/courriers/amiable", endpoint="create_many")
def create(id: int | None = None) -> ResponseReturnValue:
    """Freeze the letter at once, or with ``brouillon`` save a draft. The worker prints it; its page waits for it."""
    context = amicable_page.reading(_posted(id), clock.now())
    return amicable_drafts.written(context, None, freezes="brouillon" not in request.form)


def _posted(id: int | None) -> list[Invoice]:
    return _asked(id, request.form.getlist("factures"))


def _asked(id: int | None, given: list[str]) -> list[Invoice]:
    """The invoices named in the address or in the form, once each; 404 for one that is not the account's."""
    ids = [id] if id is not None else [row_id(text) for part in given for text in part.split(",") if text.strip()]
    return [invoice_or_404(key) for key in list(dict.fromkeys(ids))[: amicable.MOST + 1]]


def _address(asked: list[Invoice]) -> str:
    if len(asked) == 1:
        return url_for("amicable.new", id=asked[0].id)
    return url_for("amicable.new_many", factures=",".join(str(invoice.id) for invoice in asked))
