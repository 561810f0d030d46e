"""Recalling a quote by hand: whom it goes to, what it says, the minute in which it can be undone."""

import datetime as dt
from dataclasses import dataclass

from relance.db import transaction
from relance.mail import layout
from relance.models.accounts import User
from relance.models.clients import Client, Contact
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.rules import texts, variables
from relance.services import chasing, composing, queueing, quoting_nudges, quoting_texts, sending_by_hand, situations
from relance.services.composing import Composed
from relance.services.writing import NO_ADDRESS, SUSPENDED, WritingError, check_words

UNDO = dt.timedelta(minutes=1)
ANSWERED = "Ce devis a déjà sa réponse : il n'y a plus rien à demander."
EXPIRED = "La validité de ce devis est passée : modifiez sa date avant de le relancer."


@dataclass(frozen=True)
class Draft:
    """What a person chose. ``words`` are a subject and a text they wrote; None means those of the template."""

    contact_ids: tuple[int, ...]
    copies_user: bool = False
    attaches: bool = True
    words: tuple[str, str] | None = None


def refusal(quote: Quote, now: dt.datetime) -> str:
    """The French reason why nothing can be sent by hand about this quote, or ''."""
    if quote.account.suspended_at is not None:
        return SUSPENDED
    because = quoting_nudges.why_not(quote, chasing.today_of(quote.account, now))
    if because:
        return EXPIRED if because == "quote_expired" else ANSWERED
    return "" if usable(quote) else NO_ADDRESS


def usable(quote: Quote) -> tuple[Contact, ...]:
    """The contacts of the client that can be written to, the main one first."""
    return situations.usable(Contact.select().where(Contact.client == quote.client_id))


def first_draft(quote: Quote) -> Draft:
    """What the page opens with: the quote's contact, else the client's main one, and its PDF."""
    chosen = quoting_texts.recipients(quote) or usable(quote)[:1]
    return Draft(tuple(contact.id for contact in chosen))


def compose(quote: Quote, draft: Draft, now: dt.datetime) -> Composed:
    """The message as it would leave now. WritingError names what is missing."""
    contacts = tuple(contact for contact in usable(quote) if contact.id in draft.contact_ids)
    if len(contacts) != len(set(draft.contact_ids)):
        raise WritingError("Un des contacts choisis n'a plus d'adresse utilisable.", "contacts")
    if not contacts:
        raise WritingError("Choisissez au moins un destinataire.", "contacts")
    if quote.client.kind == "individual" and len(contacts) > 1:
        raise WritingError("Un particulier n'a qu'un contact : choisissez-en un.", "contacts")
    today = chasing.today_of(quote.account, now)
    prepared = quoting_texts.prepare(
        quote, contacts, today=today, copies_user=draft.copies_user, attaches=draft.attaches
    )
    composed = quoting_texts.write(quote, prepared)
    if draft.words is None:
        return composed
    check_words(*draft.words)
    for field, words in zip(("subject", "body"), draft.words, strict=True):
        _check_variables(field, words)
    text = layout.typed(*draft.words, composed.language)
    return composing.with_text(composed, text.subject, text.text, text.html)


def _check_variables(field: str, words: str) -> None:
    """Words of this message only are sent as they are: a variable in them would be read as a brace."""
    known = {variable.name for variable in variables.ALL}
    for name in texts.names(words):
        if name in known:
            written = f"{{{name}}}"
            raise WritingError(
                f"Remplacez {written} par sa valeur : les variables ne servent que dans les modèles.", field
            )


def token_of(account_id: int, key: str) -> str:
    """The token of the message a form makes: the same form, sent twice, is the same message."""
    return sending_by_hand.token_of(account_id, f"quote:{key}")


def send(quote: Quote, draft: Draft, *, key: str, by: User, now: dt.datetime, domain: str) -> Message:
    """Put the message in the queue; it leaves after a minute. ``key``: one per form shown.

    WritingError when it may not be sent. The same key gives the message it already made.
    """
    with transaction():
        Client.get_by_id(quote.client_id).take_turn()
        token = token_of(quote.account_id, key)
        known: Message | None = Message.get_or_none(Message.token == token)
        if known is not None:
            return known
        fresh: Quote | None = Quote.get_or_none(Quote.id == quote.id)
        reason = refusal(fresh, now) if fresh is not None else ANSWERED
        if fresh is None or reason:
            raise WritingError(reason)
        composed = compose(fresh, draft, now)
        message_id = queueing.insert_message(
            composed,
            account=fresh.account,
            client=fresh.client,
            kind="quote",
            slot=None,
            day=chasing.today_of(fresh.account, now),
            now=now,
            not_before=now + UNDO,
            domain=domain,
            user=by,
            token=token,
            quote=fresh,
        )
        if draft.words is not None:
            Message.update(is_edited=True).where(Message.id == message_id).execute()
        to = [email for _, email in composed.to]
        quoting_nudges.tell("nudge_queued", fresh, now, message=message_id, user=by, template=composed.template, to=to)
        chasing.schedule_check(fresh.client_id, now)
        message: Message = Message.get_by_id(message_id)
        return message


def undo(message: Message, *, by: User, now: dt.datetime) -> bool:
    """Cancel a message about a quote sent by hand while it still waits. False when it left, or left by itself."""
    with transaction():
        Client.get_by_id(message.client_id).take_turn()
        done = (
            Message.update(state="cancelled", slot=None, error="undone")
            .where(
                Message.id == message.id,
                Message.state == "queued",
                Message.kind == "quote",
                ~Message.is_automatic,
            )
            .execute()
        )
        if done and message.quote is not None:
            facts = {"because": "undone", "template": message.template}
            quoting_nudges.tell("nudge_cancelled", message.quote, now, message=message, user=by, **facts)
            chasing.schedule_check(message.client_id, now)
        return bool(done)
