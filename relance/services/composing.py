"""From instalments and a step to the text of a reminder: the one path of preview, test and sending."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from relance.mail import delivered, reminders
from relance.mail.phrases import Line
from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message
from relance.rules import penalties
from relance.rules.calendar import local_date
from relance.rules.texts import Wording
from relance.services import attaching, charging, composing_ahead, gathering, templating

SHARED_NAMES = frozenset(
    "service comptabilité compta comptable direction facturation accueil secrétariat administration contact "
    "mairie fournisseurs achats finances gestion bureau équipe m. mme mr dr me monsieur madame".split()
)


@dataclass(frozen=True)
class Part:
    """One instalment of a reminder. ``granted_on``: the date of an extension, of which the text speaks instead."""

    invoice: Invoice
    instalment: Instalment
    granted_on: dt.date | None = None
    of: int | None = None  # how many instalments the invoice has, when that is known already

    @property
    def due_on(self) -> dt.date:
        """The date the text speaks of."""
        return self.granted_on or self.instalment.due_on


@dataclass(frozen=True)
class Composed:
    """A reminder ready to be stored. ``facts`` changes when anything it says would change."""

    subject: str
    text: str
    html: str
    to: tuple[tuple[str, str], ...]
    cc: tuple[tuple[str, str], ...]
    from_name: str
    reply_to: str
    template: str
    language: str
    currency: str
    total_cents: int
    references: str
    document_ids: tuple[int, ...]
    facts: str
    empty: tuple[str, ...] = ()  # variables without a value where the sentence stays: to be told before sending


@dataclass(frozen=True)
class Own:
    """A text not saved yet, to be shown as it would be sent: its version and its firmness are those of the editor."""

    variant: str
    level: int
    one: Wording
    many: Wording


@dataclass(frozen=True)
class Prepared:
    """All that a reminder will say, before it is written. ``fingerprint`` changes when any of it does."""

    facts: reminders.ReminderFacts
    to: tuple[tuple[str, str], ...]
    cc: tuple[tuple[str, str], ...]
    from_name: str
    reply_to: str
    invoice_ids: tuple[int, ...]
    document_ids: tuple[int, ...]

    @property
    def fingerprint(self) -> str:
        """A hash of everything the message would show."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    def write(self) -> Composed:
        """Write it: the one place where a reminder's text is made."""
        text = reminders.build(self.facts)
        return Composed(
            subject=text.subject,
            text=text.text,
            html=text.html,
            to=self.to,
            cc=self.cc,
            from_name=self.from_name,
            reply_to=self.reply_to,
            template=self.facts.template,
            language=self.facts.language,
            currency=self.facts.lines[0].currency,
            total_cents=sum(line.balance_cents for line in self.facts.lines),
            references=thread_of(self.invoice_ids),
            document_ids=self.document_ids,
            facts=self.fingerprint,
            empty=empty_variables(self),
        )


def prepare(
    account: Account,
    client: Client,
    parts: Sequence[Part],
    contacts: Sequence[Contact],
    *,
    template: str,
    today: dt.date,
    copies_user: bool,
    attaches_invoice: bool,
    owner: User | None = None,
    previous_on: dt.date | None = None,
    claims_fees: bool = True,
    own: Own | None = None,
    copies: Sequence[Contact] = (),
    variant: str = "",
    files: Iterable[Document] = (),
) -> Prepared:
    """Gather what a reminder says. ``today`` is the account's day, ``copies`` who is in Cc, ``files`` those known.

    ``previous_on``: when the reminder before it leaves, for a preview; else the last one sent.
    ``claims_fees`` False: no penalties nor indemnity. ``own``: a text of the editor in place of the stored one.
    The language is the client's, « tu » only when every recipient says it, unless ``variant`` (vous, tu, en) is given.
    """
    owner = owner or owner_of(account)
    shared = attaching.share_out([part.invoice for part in parts if attaches_invoice], files)
    has_all = attaches_invoice and not shared.downloads and all(part.invoice.document_id for part in parts)
    facts = _addressed(_facts(account, client, parts, contacts, template, today, owner, previous_on), copies, variant)
    facts = replace(_worded(account, facts, own), has_attachment=has_all, downloads=shared.downloads)
    if claims_fees:
        interest, fee = _late_charges(account, client, parts, facts, today)
        facts = replace(facts, interest_cents=interest, fee_cents=fee)
    return Prepared(
        facts=facts,
        to=tuple((contact.name, contact.email) for contact in contacts),
        cc=_copied(contacts, copies, owner if copies_user else None),
        from_name=account.display_sender,
        reply_to=account.reply_to or owner.email,
        invoice_ids=tuple(dict.fromkeys(part.invoice.id for part in parts)),
        document_ids=shared.document_ids,
    )


def _addressed(facts: reminders.ReminderFacts, copies: Sequence[Contact], variant: str) -> reminders.ReminderFacts:
    """The facts in the version that was chosen; nobody in Cc reads a « tu » that is not theirs."""
    if variant:
        return replace(facts, language="en" if variant == "en" else "fr", register="tu" if variant == "tu" else "vous")
    is_familiar = all(contact.register == "tu" for contact in copies)
    return facts if is_familiar else replace(facts, register="vous")


def _copied(contacts: Sequence[Contact], copies: Sequence[Contact], owner: User | None) -> tuple[tuple[str, str], ...]:
    """Who is in Cc, once each, without those the message is addressed to."""
    found = {contact.email: contact.name for contact in copies}
    if owner is not None:
        found[owner.email] = owner.full_name
    addressed = {contact.email for contact in contacts}
    return tuple((name, email) for email, name in found.items() if email not in addressed)


def _worded(account: Account, facts: reminders.ReminderFacts, own: Own | None) -> reminders.ReminderFacts:
    """The facts with their text and its firmness; without, when no such template exists: ``write`` refuses it."""
    if own is not None:
        language, register = ("en", facts.register) if own.variant == "en" else ("fr", own.variant)
        wording = own.many if facts.is_many else own.one
        return replace(facts, wording=wording, level=own.level, language=language, register=register)
    variant = delivered.variant_of(facts.language, facts.register)
    found = templating.resolve(account, facts.template, variant, facts.is_many)
    return replace(facts, wording=found[0], level=found[1]) if found is not None else facts


def empty_variables(prepared: Prepared) -> tuple[str, ...]:
    """The variables used outside brackets whose value is empty: the sentence around them would read badly."""
    return reminders.empty_variables(prepared.facts)


def owner_of(account: Account) -> User:
    """The user replies and alerts go to: the first of the account."""
    owner: User = composing_ahead.owner_read(account).get()
    return owner


def _facts(
    account: Account,
    client: Client,
    parts: Sequence[Part],
    contacts: Sequence[Contact],
    template: str,
    today: dt.date,
    owner: User,
    previous_on: dt.date | None,
) -> reminders.ReminderFacts:
    lines = tuple(_line(part, today) for part in sorted(parts, key=lambda p: (p.due_on, p.instalment.id)))
    numbers = dict.fromkeys(line.number for line in lines)
    return reminders.ReminderFacts(
        template=template,
        language=client.language if client.language in ("fr", "en") else "fr",
        register="tu" if contacts and all(contact.register == "tu" for contact in contacts) else "vous",
        lines=lines,
        today=today,
        first_name=first_name(contacts),
        signer_name=account.owner_name or owner.full_name,
        business_name=account.business_name,
        phone=account.phone,
        iban=account.iban,
        bic=account.bic,
        holder=account.iban_holder or account.business_name,
        reference=" ".join(numbers),
        previous_on=previous_on or last_message_on([part.invoice for part in parts], account),
        interest_cents=None,
        fee_cents=None,
        client_kind=client.kind,
        client_name=client.name,
    )


def _line(part: Part, today: dt.date) -> Line:
    count = part.of or int(gathering.read(composing_ahead.count_read(part.invoice.id))[0][0][0])
    return Line(
        number=part.invoice.number,
        object=part.invoice.object,
        kind=part.invoice.kind,
        issued_on=part.invoice.issued_on,
        due_on=part.due_on,
        balance_cents=part.instalment.balance_cents,
        total_cents=part.invoice.total_cents,
        currency=part.invoice.currency,
        days_late=max(0, (today - part.due_on).days),
        instalment=(part.instalment.position, count) if count > 1 else None,
    )


def first_name(contacts: Sequence[Contact]) -> str:
    """The first name of the only recipient, or '' when there are several or the name is a service's."""
    if len(contacts) != 1:
        return ""
    words = contacts[0].name.split()
    if len(words) < 2 or words[0].casefold() in SHARED_NAMES:
        return ""
    return words[0] if words[0][:1].isupper() and words[1][:1].isupper() else ""


def last_message_on(invoices: Sequence[Invoice], account: Account) -> dt.date | None:
    """The account's day on which the last reminder about one of these invoices left."""
    message = _last_sent([invoice.id for invoice in invoices], but="thanks")
    return local_date(message.sent_at, account.time_zone) if message is not None and message.sent_at else None


def thread_of(invoice_ids: Sequence[int]) -> str:
    """The References of the next reminder: the Message-IDs of the thread, oldest first."""
    message = _last_sent(invoice_ids)
    if message is None:
        return ""
    return " ".join([*message.references.split()[-9:], message.message_id])


def _last_sent(invoice_ids: Sequence[int], but: str = "") -> Message | None:
    """The last message that left about one of these invoices; both that are ever asked for come in one statement."""
    reads = composing_ahead.last_sent_reads(invoice_ids)
    last: Message | None = gathering.first(gathering.read(*reads)[bool(but)])
    return last


def _late_charges(
    account: Account, client: Client, parts: Sequence[Part], facts: reminders.ReminderFacts, today: dt.date
) -> tuple[int | None, int | None]:
    """Late interest and recovery fees in cents, when the user claims them and the tone has come to it.

    Never for a consumer, never in another currency than the euro; an unknown half-year claims nothing.
    They count from the legal due date, whatever delay was granted.
    """
    is_claimed = account.claims_penalties and reminders.level_of(facts) >= reminders.CHARGES_FROM
    if not is_claimed or client.kind == "individual" or parts[0].invoice.currency != "EUR":
        return None, None
    late = {part.invoice.id: part.invoice for part in parts if today > part.instalment.due_on}
    interest = charging.interest_of(late.values(), today)
    if not late or interest is None:
        return None, None
    return interest, penalties.recovery_fee(client.kind, len(late))


def with_text(composed: Composed, subject: str, text: str, html: str) -> Composed:
    """The same reminder with words a person wrote for this message only; its facts stay those of the invoice."""
    return replace(composed, subject=subject, text=text, html=html)
