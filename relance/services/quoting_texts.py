"""What a message about a quote says, and to whom: the one path of preview, test, nudge and sending by hand."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from relance.mail import delivered
from relance.mail.phrases import Line
from relance.mail.reminders import ReminderFacts
from relance.models.clients import Contact
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.rules.calendar import local_date
from relance.services import composing, situations, templating
from relance.services.composing import Composed, Prepared

TEMPLATE = "devis_prerelance"


def recipients(quote: Quote) -> tuple[Contact, ...]:
    """Whom a nudge goes to: the quote's contact, else the client's main one; nobody in their place."""
    known = Contact.select().where(Contact.client == quote.client_id)
    if quote.contact_id is not None:
        return situations.usable(known.where(Contact.id == quote.contact_id))
    return situations.main_recipients(known)


def prepare(
    quote: Quote, contacts: Sequence[Contact], *, today: dt.date, copies_user: bool = False, attaches: bool = True
) -> Prepared:
    """Gather what the message says. ``today`` is the account's day. Never an amount due, a penalty nor an IBAN block.

    The wording is the user's own when they changed it, in the language and register of its recipients.
    """
    account, client = quote.account, quote.client
    owner = composing.owner_of(account)
    language = client.language if client.language in ("fr", "en") else "fr"
    register = "tu" if contacts and all(contact.register == "tu" for contact in contacts) else "vous"
    found = templating.resolve(account, TEMPLATE, delivered.variant_of(language, register), False)
    has_file = attaches and quote.document_id is not None
    facts = ReminderFacts(
        template=TEMPLATE,
        language=language,
        register=register,
        lines=(_line(quote),),
        today=today,
        first_name=composing.first_name(contacts),
        signer_name=account.owner_name or owner.full_name,
        business_name=account.business_name,
        phone=account.phone,
        iban=account.iban,
        bic=account.bic,
        holder=account.iban_holder or account.business_name,
        reference=quote.number,
        previous_on=_previous_on(quote),
        interest_cents=None,
        fee_cents=None,
        client_kind=client.kind,
        has_attachment=has_file,
        client_name=client.name,
        wording=found[0] if found is not None else None,
        level=found[1] if found is not None else None,
    )
    return Prepared(
        facts=facts,
        to=tuple((contact.name, contact.email) for contact in contacts),
        cc=((owner.full_name, owner.email),) if copies_user else (),
        from_name=account.display_sender,
        reply_to=account.reply_to or owner.email,
        invoice_ids=(),
        document_ids=(quote.document_id,) if has_file else (),
    )


def write(quote: Quote, prepared: Prepared) -> Composed:
    """The message, in the thread of those that went before about the same quote."""
    return replace(prepared.write(), references=_thread_of(quote))


def _line(quote: Quote) -> Line:
    return Line(
        number=quote.number,
        object=quote.object,
        kind="quote",
        issued_on=quote.issued_on,
        due_on=quote.valid_until,
        balance_cents=quote.total_cents,
        total_cents=quote.total_cents,
        currency=quote.currency,
        days_late=0,
    )


def _last_sent(quote: Quote) -> Message | None:
    query = Message.select().where(Message.quote == quote, Message.state == "sent")
    found: Message | None = query.order_by(Message.sent_at.desc(), Message.id.desc()).first()
    return found


def _previous_on(quote: Quote) -> dt.date | None:
    message = _last_sent(quote)
    return local_date(message.sent_at, quote.account.time_zone) if message is not None and message.sent_at else None


def _thread_of(quote: Quote) -> str:
    message = _last_sent(quote)
    return "" if message is None else " ".join([*message.references.split()[-9:], message.message_id])
