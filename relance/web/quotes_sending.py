"""The composer of a quote: the message that recalls it, to read, change and send by hand."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.documents import Document
from relance.models.quotes import Quote
from relance.services import chasing, quoting_by_hand, quoting_nudges
from relance.services.carrying import Post
from relance.services.composing import Composed
from relance.services.quoting_by_hand import Draft
from relance.services.writing import WritingError
from relance.web import names, posting, quotes_page, scope
from relance.web.composer import words_of
from relance.web.forms.quotes import NudgeForm
from relance.web.htmx import go_to, respond
from relance.web.i18n import _
from relance.web.scope import current_account, current_user, quote_or_404

blueprint = Blueprint("quotes_sending", __name__)


@blueprint.get("/devis/<int:id>/relancer")
def new(id: int) -> ResponseReturnValue:
    """The composer, filled with the text of « Prérelance de devis »."""
    quote, now = quote_or_404(id), clock.now()
    draft = quoting_by_hand.first_draft(quote)
    form = NudgeForm.of(draft)
    reason = quoting_by_hand.refusal(quote, now)
    if reason:
        return _page(_context(quote, form, draft, None, now, reason))
    composed = quoting_by_hand.compose(quote, draft, now)
    words = words_of(composed)
    form.fill(words, words)
    return _page(_context(quote, form, draft, composed, now))


@blueprint.post("/devis/<int:id>/relancer/apercu")
def preview(id: int) -> ResponseReturnValue:
    """The form and its preview after a choice or a word changed; nothing is saved."""
    quote = quote_or_404(id)
    context = _reading(quote, NudgeForm(), clock.now())
    if context["refusal"]:  # it was accepted, say, while the words were typed: the page tells it
        return go_to(url_for("quotes_sending.new", id=quote.id))
    return respond("quotes/compose.html", "quotes/_composer.html", **context)


@blueprint.post("/devis/<int:id>/relancer/test")
def test(id: int) -> ResponseReturnValue:
    """Send the message as it stands to the user alone, now; nothing is saved."""
    context = _reading(quote_or_404(id), NudgeForm(), clock.now())
    composed = context["composed"]
    if composed is None:
        answer, is_sent = context["problem"], False
    else:
        answer, is_sent = posting.send_test(composed)
    context |= {"test_answer": answer, "is_test_sent": is_sent}
    return respond("quotes/compose.html", "chases/_test.html", status=200 if is_sent else 422, **context)


@blueprint.post("/devis/<int:id>/relancer")
def create(id: int) -> ResponseReturnValue:
    """Queue the message: it leaves after a minute, during which it can be undone."""
    quote, form, now = quote_or_404(id), NudgeForm(), clock.now()
    context = _reading(quote, form, now)
    if form.all_errors() or context["refusal"]:
        return _page(context, 422)
    key, domain = form.form_key.data or "", Post.of(scope.settings()).carrier_of(current_account()).domain
    try:
        message = quoting_by_hand.send(quote, context["draft"], key=key, by=current_user(), now=now, domain=domain)
    except WritingError as error:
        _refuse(form, error)
        return _page(context, 422)
    scope.ring()
    return go_to(url_for("quotes_messages.show", id=quote.id, message_id=message.id))


def _reading(quote: Quote, form: NudgeForm, now: datetime) -> dict[str, Any]:
    """The page from what was sent; problems are written in the form."""
    draft = form.draft()
    reason = quoting_by_hand.refusal(quote, now)
    if reason:
        return _context(quote, form, draft, None, now, reason)
    form.validate()
    try:
        plain = quoting_by_hand.compose(quote, draft, now)
        generated = words_of(plain)
        own = form.own_words()
        own = None if own == generated else own
        form.fill(own or generated, generated)
        draft = replace(draft, words=own)
        composed = quoting_by_hand.compose(quote, draft, now) if own else plain
    except WritingError as error:
        _refuse(form, error)
        return _context(quote, form, draft, None, now)
    return _context(quote, form, draft, composed, now)


def _refuse(form: NudgeForm, error: WritingError) -> None:
    name = error.field if error.field in form else ""
    if not name or not form[name].errors:
        form.refuse(name, str(error))


def _page(context: dict[str, Any], status: int = 200) -> ResponseReturnValue:
    return make_response(render_template("quotes/compose.html", **context), status)


def _context(
    quote: Quote, form: NudgeForm, draft: Draft, composed: Composed | None, now: datetime, reason: str = ""
) -> dict[str, Any]:
    account = current_account()
    today = chasing.today_of(account, now)
    errors = form.all_errors()
    ids = list(composed.document_ids) if composed is not None else []
    last_on = quoting_nudges.last_on([quote.client_id], today).get(quote.client_id)
    is_near = last_on is not None and (today - last_on).days < max(account.min_gap_days, 1)
    return {
        "quote": quote,
        "form": form,
        "draft": draft,
        "composed": composed,
        "documents": list(Document.select().where(Document.id.in_(ids), Document.account == account)),
        "statement_name": "",
        "refusal": reason,
        "problem": errors[0][1] if errors else _(reason),
        "contacts": quoting_by_hand.usable(quote),
        "last_on": last_on if is_near else None,
        "delay": quotes_page.delay_of(quote, today),
        "template_name": names.template,
        "from_address": Post.of(scope.settings()).carrier_of(account).from_address,
        "today": today,
    }
