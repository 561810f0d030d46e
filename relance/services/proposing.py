"""The text proposed for each invoice chased by hand: one function for one reminder, for a list, for a batch."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from relance.mail import delivered
from relance.models.accounts import Account
from relance.models.holds import Extension
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.models.messages import Message, MessageItem
from relance.models.templates import Template
from relance.rules import proposal
from relance.rules.proposal import Delays, Proposal, Sent
from relance.services import gathering

# What is on its way counts as sent: two forms filled within a minute do not propose the same text twice.
GONE = ("queued", "sending", "sent")
POSTED = ("posted", "received", "unclaimed", "refused")


def delays_of(account: Account) -> Delays:
    """How long the account lets each text work before the next one is proposed."""
    return Delays(account.relance_1_days, account.relance_2_days, account.last_reminder_days, account.notice_days)


def of_invoice(invoice: Invoice, today: dt.date) -> Proposal:
    """The template that fits the invoice's lateness and what was already sent about it; ``today`` is the account's."""
    return of_invoices(invoice.account, [invoice], today)[invoice.id]


def of_invoices(account: Account, invoices: Iterable[Invoice], today: dt.date) -> dict[int, Proposal]:
    """The same for invoices of one account, by their id, in one query. ``today`` is the account's day."""
    rows = {invoice.id: invoice for invoice in invoices}
    if not rows:
        return {}
    sent, granted = _read(account, list(rows))
    delays = delays_of(account)
    return {
        key: proposal.propose(
            max(invoice.next_due_on, granted.get(key, dt.date.min)),
            sent[key],
            today,
            was_issued=invoice.state not in ("draft", "to_process"),
            delays=delays,
        )
        for key, invoice in rows.items()
    }


def _read(account: Account, invoice_ids: list[int]) -> tuple[dict[int, list[Sent]], dict[int, dt.date]]:
    """What left about each invoice, by e-mail or by post, and the date an extension gives: texts count from it."""
    mails, letters, own, extensions = gathering.read(
        MessageItem.select(MessageItem.invoice, MessageItem.template, Message.day_on, Message.id)
        .join(Message)
        .where(MessageItem.invoice.in_(invoice_ids), Message.state.in_(GONE))
        .order_by(Message.id)
        .tuples(),
        LetterInvoice.select(LetterInvoice.invoice, Letter.template, Letter.posted_on, Letter.id)
        .join(Letter)
        .where(LetterInvoice.invoice.in_(invoice_ids), Letter.kind == "amicable", Letter.state.in_(POSTED))
        .order_by(Letter.id)
        .tuples(),
        Template.select(Template.ref, Template.category, Template.level).where(Template.account == account).tuples(),
        Extension.select(Extension.invoice, Extension.granted_on)
        .where(Extension.invoice.in_(invoice_ids), Extension.ended_at.is_null())
        .order_by(Extension.id)
        .tuples(),
    )
    firmness = {ref: (category, int(level)) for ref, category, level in own}
    sent: dict[int, list[Sent]] = defaultdict(list)
    # A message about several instalments of an invoice is one reminder.
    seen: set[tuple[str, int, int]] = set()
    for kind, rows in (("mail", mails), ("letter", letters)):
        for invoice_id, template, day, row_id in rows:
            if day is not None and (kind, row_id, invoice_id) not in seen:
                seen.add((kind, row_id, invoice_id))
                sent[invoice_id].append(Sent(_nearest(template, firmness), day))
    return sent, {invoice_id: day for invoice_id, day in extensions}  # noqa: C416 typed rows


def _nearest(template: str, firmness: dict[str, tuple[str, int]]) -> str:
    """A text of the user's own counts as the delivered one of its firmness."""
    if template in delivered.KINDS or template not in firmness:
        return template
    return delivered.nearest(*firmness[template])
