"""What the composer shows: the choices as they stand, the words, the cautions and the preview."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import request

from relance.mail.layout import unwrapped
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.services import chasing, proposing, sending_by_hand, writing
from relance.services.carrying import Post
from relance.services.composing import Composed
from relance.services.writing import Draft, WritingError
from relance.web import holds, names, scope
from relance.web.forms.messages import ComposeForm, Words, normal
from relance.web.i18n import _
from relance.web.scope import current_account

FIELDS = {"template": "template", "subject": "subject", "body": "body"}


def opening(invoice: Invoice, template: str, now: datetime) -> dict[str, Any]:
    """The page as it opens."""
    today = chasing.today_of(invoice.account, now)
    draft = writing.first_draft(invoice, today, template)
    form = ComposeForm.of(draft)
    reason = writing.refusal(invoice)
    if reason:
        return _context(invoice, form, draft, None, now, reason)
    composed = writing.compose(invoice, draft, now)
    words = words_of(composed)
    form.fill(words, words)
    return _context(invoice, form, draft, composed, now)


def reading(invoice: Invoice, form: ComposeForm, now: datetime) -> dict[str, Any]:
    """The page from what was sent; problems are written in the form."""
    draft = form.draft()
    reason = writing.refusal(invoice)
    if reason:
        return _context(invoice, form, draft, None, now, reason)
    form.validate()
    try:
        plain = writing.compose(invoice, draft, now)
    except WritingError as error:
        refuse(form, error)
        return _context(invoice, form, draft, None, now)
    generated = words_of(plain)
    own = _own_words(form, generated)
    form.fill(own or generated, generated)
    if own is None:
        return _context(invoice, form, draft, plain, now)
    draft = replace(draft, words=own)
    try:
        composed = writing.compose(invoice, draft, now)
    except WritingError as error:
        refuse(form, error)
        return _context(invoice, form, draft, None, now)
    return _context(invoice, form, draft, composed, now)


def _own_words(form: ComposeForm, generated: Words) -> Words | None:
    """The words a person wrote, if any. Another template replaces them, and keeps them at hand."""
    own, kept = form.own_words(), form.kept()
    if request.form.get("reprendre") and kept is not None:
        form.keep(None)
        return kept
    if form.shown_template.data and form.shown_template.data != form.template.data:
        form.keep(own or kept)
        return None
    return None if own == generated else own


def words_of(composed: Composed) -> Words:
    """The subject and the text of a message as they are edited."""
    return normal(composed.subject, unwrapped(composed.text))


def refuse(form: ComposeForm, error: WritingError) -> None:
    """Write a refusal of the service at its field, or above the form, unless the form already said it."""
    name = FIELDS.get(error.field, "")
    if not name or not form[name].errors:
        form.refuse(name, str(error))


def _context(
    invoice: Invoice, form: ComposeForm, draft: Draft, composed: Composed | None, now: datetime, reason: str = ""
) -> dict[str, Any]:
    account = current_account()
    errors = form.all_errors()
    documents: list[Document] = []
    if composed is not None:
        documents = list(Document.select().where(Document.id.in_(list(composed.document_ids))))
    is_possible = not reason
    today = chasing.today_of(account, now)
    return {
        "invoice": invoice,
        "form": form,
        "draft": draft,
        "composed": composed,
        "documents": documents,
        "refusal": reason,
        "problem": errors[0][1] if errors else _(reason),
        "contacts": writing.usable_contacts(invoice),
        "proposal": proposing.of_invoice(invoice, today) if is_possible else None,
        "caution": writing.caution(invoice, now) if is_possible else None,
        "held": holds.of(invoice, today) if is_possible else "",
        "replaceable": sending_by_hand.replaceable(invoice, draft.template, now) if is_possible else None,
        "template_name": names.template,
        "from_address": Post.of(scope.settings()).carrier_of(account).from_address,
        "today": today,
        "now": now,
    }
