"""What the composer shows: the choices as they stand, the words, the cautions and the preview."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import request

from relance.mail.layout import unwrapped
from relance.models.invoices import Invoice
from relance.rules import calendar as cal
from relance.services import chasing, desk, enclosing, leaving, proposing, sending_by_hand, statements, writing
from relance.services.carrying import Post
from relance.services.composing import Composed
from relance.services.writing import Draft, WritingError
from relance.web import holds, invoice_history, names, reminding, scope
from relance.web.forms.messages import ComposeForm, Words, normal
from relance.web.i18n import _
from relance.web.scope import current_account

# The fields of the services' refusals, by their name in the form.
FIELDS = {"contacts": "contact", "copies": "copy"}
EXCHANGES = 5


def opening(invoice: Invoice, template: str, now: datetime) -> dict[str, Any]:
    """The page as it opens."""
    account = current_account()
    today = chasing.today_of(account, now)
    draft = writing.first_draft(invoice, today, template)
    planned = cal.local_datetime(leaving.next_hour(account, now), account.time_zone)
    form = ComposeForm.of(draft, leaving.usual(account, now), planned)
    form.seen.data = str(invoice.balance_cents)
    reason = writing.refusal(invoice)
    if reason:
        return _context(invoice, form, draft, None, now, reason=reason)
    leaves_at = leaving.instant(account, form.moment(), now)
    composed = writing.compose(invoice, draft, _told_at(form, leaves_at, now))
    words = words_of(composed)
    form.fill(words, words)
    return _context(invoice, form, draft, composed, now, leaves_at)


def reading(invoice: Invoice, form: ComposeForm, now: datetime) -> dict[str, Any]:
    """The page from what was sent; problems are written in the form."""
    draft = form.draft()
    reason = writing.refusal(invoice)
    if reason:
        return _context(invoice, form, draft, None, now, reason=reason)
    form.validate()
    form.seen.data = str(invoice.balance_cents)
    leaves_at = now + leaving.UNDO
    try:
        leaves_at = leaving.instant(current_account(), form.moment(), now)
    except WritingError as error:
        refuse(form, error)
    draft, composed = _written(invoice, form, draft, _told_at(form, leaves_at, now))
    return _context(invoice, form, draft, composed, now, leaves_at)


def _told_at(form: ComposeForm, leaves_at: datetime, now: datetime) -> datetime:
    """The instant whose facts the text tells: that of the click when it leaves at once, as the queue does."""
    return now if form.moment().when == leaving.NOW else leaves_at


def _written(invoice: Invoice, form: ComposeForm, draft: Draft, at: datetime) -> tuple[Draft, Composed | None]:
    """The message with the person's words, if they wrote any; None when it cannot be written."""
    try:
        plain = writing.compose(invoice, draft, at)
    except WritingError as error:
        refuse(form, error)
        return draft, None
    generated = words_of(plain)
    own = _own_words(form, generated)
    form.fill(own or generated, generated)
    if own is None:
        return draft, plain
    draft = replace(draft, words=own)
    try:
        return draft, writing.compose(invoice, draft, at)
    except WritingError as error:
        refuse(form, error)
        return draft, None


def _own_words(form: ComposeForm, generated: Words) -> Words | None:
    """The words a person wrote, if any. Another text replaces them, and keeps them at hand."""
    own, kept = form.own_words(), form.kept()
    if request.form.get("reprendre") and kept is not None:
        form.keep(None)
        return kept
    if form.shown_template.data and form.shown_template.data != form.source:
        form.keep(own or kept)
        return None
    return None if own == generated else own


def words_of(composed: Composed) -> Words:
    """The subject and the text of a message as they are edited."""
    return normal(composed.subject, unwrapped(composed.text))


def refuse(form: ComposeForm, error: WritingError) -> None:
    """Write a refusal of the service at its field, or above the form, unless the form already said it."""
    name = FIELDS.get(error.field, error.field)
    if name not in form:
        name = ""
    if not name or not form[name].errors:
        form.refuse(name, str(error))


def with_statement(invoice: Invoice, context: dict[str, Any], now: datetime) -> Composed:
    """The message with the statement it asks for, made now. PressError or StorageError when it cannot be."""
    composed: Composed = context["composed"]
    document = enclosing.of_draft(invoice, context["draft"], context["told_at"], now)
    if document is None:
        return composed
    return replace(composed, document_ids=(*composed.document_ids, document.id))


def _context(
    invoice: Invoice,
    form: ComposeForm,
    draft: Draft,
    composed: Composed | None,
    now: datetime,
    leaves_at: datetime | None = None,
    *,
    reason: str = "",
) -> dict[str, Any]:
    account = current_account()
    today = chasing.today_of(account, now)
    seen = draft.seen_cents
    context: dict[str, Any] = {
        "invoice": invoice,
        "form": form,
        "draft": draft,
        "composed": composed,
        "refusal": reason,
        "contacts": writing.usable_contacts(invoice),
        "template_name": names.template,
        "from_address": Post.of(scope.settings()).carrier_of(account).from_address,
        "today": today,
        "now": now,
        "leaves_at": leaves_at,
        "told_at": now if leaves_at is None else _told_at(form, leaves_at, now),
        "seen_before": seen if seen not in (None, invoice.balance_cents) else None,
        "mend": reminding.mend(invoice) if reason else ("", ""),
    }
    if leaves_at is not None:
        context |= _around(invoice, form, draft, composed, now, context["told_at"])
    errors = form.all_errors()
    return context | {"problem": errors[0][1] if errors else _(reason)}


def _around(
    invoice: Invoice, form: ComposeForm, draft: Draft, composed: Composed | None, now: datetime, at: datetime
) -> dict[str, Any]:
    """What stands beside the words of a message that leaves ``at``: why this one, the cautions, what came before."""
    account = current_account()
    today, day = chasing.today_of(account, now), chasing.today_of(account, at)
    found = desk.read(invoice)
    attached = composed.document_ids if composed is not None else ()
    proposal = proposing.of_invoice(invoice, day)
    form.propose(proposal.template)
    exchanges = invoice_history.exchanges_of(invoice.client)
    return {
        "documents": [file for file in found.files if file.id in attached],
        "statement_name": statements.file_name(invoice.client, day) if draft.attaches_statement else "",
        "proposal": proposal,
        "why": reminding.why(proposal),
        "caution": writing.caution(invoice, at),
        "closed": writing.caution(invoice, now).closed,
        "held": holds.inside(found.held(invoice, today)),
        "replaceable": sending_by_hand.replaceable(invoice, draft.template, now, at),
        "next_hour": leaving.next_hour(account, now),
        "leaves_on": day,
        "history": invoice_history.page_of(exchanges, account, family="echanges", size=EXCHANGES, is_shared=True).lines,
    }
