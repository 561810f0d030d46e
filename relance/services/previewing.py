"""What a plan will send, shown before it is saved, and the test e-mail that proves it."""

import datetime as dt
from dataclasses import dataclass

from relance import storage
from relance.mail.mail import Address, Attachment, Mail, new_message_id, new_token
from relance.mail.outcome import Outcome
from relance.mail.post import Line
from relance.models.accounts import Account, User
from relance.models.documents import Document
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.rules.schedule import Decision
from relance.services import composing_ahead, forecasting, queueing, situations
from relance.services.carrying import Post
from relance.services.chasing import ChasePlan
from relance.services.composing import Composed
from relance.services.forecasting import PlannedSend
from relance.services.situations import Situation

TEST_PREFIX = "[TEST] "
TEST_TIMEOUT = 10  # seconds, for each network call


@dataclass(frozen=True)
class Preview:
    """The dates of a plan, and the message of one of them as it would leave."""

    sends: tuple[PlannedSend, ...]
    index: int
    composed: Composed | None
    documents: tuple[Document, ...] = ()


def preview(account: Account, invoice: Invoice, plan: ChasePlan, now: dt.datetime, index: int = 0) -> Preview:
    """The sends of a plan not yet saved and the text of the ``index``-th message. Writes nothing."""
    situation = forecasting.situation_of_plan(account, invoice, plan, now)
    decisions = forecasting.decisions_about(situation, invoice, now)
    sends = tuple(_send_about(situation, invoice, decision, now) for decision in decisions)
    if not decisions:
        return Preview((), 0, None)
    index = max(0, min(index, len(decisions) - 1))
    composed = _compose(situation, decisions, index)
    return Preview(sends, index, composed, _documents(composed))


def of_step(invoice: Invoice, step: int, now: dt.datetime) -> tuple[PlannedSend, Composed, tuple[Document, ...]] | None:
    """The message in which a step of the invoice is to leave, as it would leave; None when none is planned."""
    account = invoice.account
    today = local_date(now, account.time_zone)
    situation = situations.load(account, [invoice.client_id], today)[invoice.client_id]
    decisions = forecasting.decisions_about(situation, invoice, now)
    for index, decision in enumerate(decisions):
        for pick in decision.picks:
            if pick.step.index == step and situation.tracked[pick.item.key].invoice.id == invoice.id:
                composed = _compose(situation, decisions, index)
                return forecasting.planned_send(situation, pick, decision, now), composed, _documents(composed)
    return None


def _send_about(situation: Situation, invoice: Invoice, decision: Decision, now: dt.datetime) -> PlannedSend:
    """The invoice's most advanced instalment in a message."""
    picks = [pick for pick in decision.picks if situation.tracked[pick.item.key].invoice.id == invoice.id]
    lead = max(picks, key=lambda pick: (pick.step.level, pick.step.offset_days))
    return forecasting.planned_send(situation, lead, decision, now)


def _documents(composed: Composed) -> tuple[Document, ...]:
    ids = list(composed.document_ids)
    return tuple(Document.select().where(Document.id.in_(ids))) if ids else ()


def _compose(situation: Situation, decisions: list[Decision], index: int) -> Composed:
    decision = decisions[index]
    invoices = [situation.tracked[pick.item.key].invoice for pick in decision.picks]
    composing_ahead.of_messages(situation.account, [invoices])
    previous_on = decisions[index - 1].day if index else None
    return queueing.compose_picks(
        situation, decision.picks, decision.lead.step.template, decision.day, previous_on=previous_on
    )


def send_test(composed: Composed, account: Account, user: User, post: Post, now: dt.datetime) -> Outcome:
    """Send the text to the user alone, now, and return the server's answer. Nothing is stored or counted."""
    carrier = post.carrier_of(account)
    token = new_token()
    documents = Document.select().where(Document.account == account, Document.id.in_(list(composed.document_ids)))
    mail = Mail(
        subject=TEST_PREFIX + composed.subject,
        text=composed.text,
        html=composed.html,
        sender=Address(composed.from_name, carrier.from_address),
        reply_to=Address("", composed.reply_to),
        to=(Address(user.full_name if user.first_name else "", user.email),),
        message_id=new_message_id(token, carrier.domain),
        token=token,
        attachments=tuple(Attachment(row.name, row.mime, storage.get(row.sha256)) for row in documents),
    )
    with Line(carrier.smtp, timeout=min(post.timeout, TEST_TIMEOUT)) as line:
        return line.send(mail)
