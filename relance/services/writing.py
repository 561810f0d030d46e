"""A reminder written by hand: what is proposed, who receives it, what it says, what to know before sending."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from relance.mail import delivered, layout
from relance.mail.mail import encodable, one_line
from relance.models.accounts import Account
from relance.models.clients import Contact
from relance.models.invoices import Instalment, Invoice
from relance.rules import calendar as cal
from relance.rules import texts, variables
from relance.services import chasing, composing, desk, holds, proposing, situations, templating
from relance.services.composing import Composed, Part

MAX_SUBJECT = 200  # characters
MAX_BODY = 20_000
SUSPENDED = "Les envois de votre compte sont suspendus : reprenez-les d'abord, depuis le tableau de bord."
DISPUTED = "Un litige est en cours sur cette facture : clôturez-le d'abord."
NO_ADDRESS = "Ce client n'a aucune adresse e-mail utilisable : ajoutez-en une ou corrigez-la."


class WritingError(Exception):
    """The message cannot be sent like this; ``field`` names what to correct, the text is French."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class BalanceError(WritingError):
    """Something was paid, or added, since the page was opened: the person has another amount in mind."""

    def __init__(self) -> None:
        super().__init__("Le reste dû a changé pendant que vous écriviez : relisez le message, puis envoyez-le.")


@dataclass(frozen=True)
class Draft:
    """What a person chose. ``words`` are a subject and a body they wrote; None means those of the template.

    ``variant``: vous, tu or en, '' for that of the client. ``seen_cents``: what the page said is left to pay.
    """

    template: str
    contact_ids: tuple[int, ...]
    copies_user: bool = False
    attaches_invoice: bool = True
    replaces_next: bool = True
    words: tuple[str, str] | None = None
    copy_ids: tuple[int, ...] = ()
    variant: str = ""
    attaches_statement: bool = False
    seen_cents: int | None = None


@dataclass(frozen=True)
class Caution:
    """What to know before sending, without being stopped.

    ``last_on``: the day of the e-mail to the client that is nearest, within the gap; it may be one to come.
    ``closed``: the account does not send on this day (its name) or at this « hour »; '' when it does.
    """

    last_on: dt.date | None = None
    closed: str = ""


def refusal(invoice: Invoice) -> str:
    """The French reason why nothing can be sent by hand about this invoice, or ''."""
    if invoice.account.suspended_at is not None:
        return SUSPENDED
    reason = chasing.why_not(invoice)
    if reason:
        return reason
    found = desk.read(invoice)
    if found.holding[2]:
        return DISPUTED
    return "" if found.usable else NO_ADDRESS


def usable_contacts(invoice: Invoice) -> tuple[Contact, ...]:
    """The contacts of the client that can be written to, the main one first."""
    return desk.read(invoice).usable


def first_draft(invoice: Invoice, today: dt.date, template: str = "") -> Draft:
    """What the page opens with: the proposed template (or the one asked for) and the usual recipients."""
    found = desk.read(invoice)
    chase, usable = found.chase, found.usable
    chosen = tuple(contact.id for contact in usable if chase is not None and contact.id in found.chosen_ids)
    if not chosen:
        usual = next((c for c in usable if c.id == invoice.contact_id), usable[0] if usable else None)
        chosen = (usual.id,) if usual is not None else ()
    is_known = _is_offered(invoice.account, template)
    return Draft(
        template=template if is_known else proposing.of_invoice(invoice, today).template,
        contact_ids=chosen,
        copies_user=bool(chase is not None and chase.copies_user),
        attaches_invoice=found.chases[0].attaches_invoice if found.chases else True,
    )


def compose(invoice: Invoice, draft: Draft, at: dt.datetime) -> Composed:
    """The message as it would leave at the instant ``at`` (UTC). WritingError names what is missing."""
    contacts = _recipients(invoice, draft)
    account = invoice.account
    today = chasing.today_of(account, at)
    if not _is_offered(account, draft.template):
        raise WritingError("Choisissez un modèle de la liste.", "template")
    if draft.variant not in ("", *delivered.VARIANTS):
        raise WritingError("Choisissez une option de la liste.", "variant")
    parts = _parts(invoice, today, draft.template)
    if not parts:
        raise WritingError("Il ne reste rien à payer sur cette facture.")
    composed = composing.prepare(
        account,
        invoice.client,
        parts,
        contacts,
        template=draft.template,
        today=today,
        copies_user=draft.copies_user,
        attaches_invoice=draft.attaches_invoice,
        owner=desk.read(invoice).owner,
        copies=_copied(invoice, draft),
        variant=draft.variant,
        files=desk.read(invoice).files,
    ).write()
    if draft.words is None:
        return composed
    subject, body = draft.words
    check_words(subject, body)
    _check_variables(subject, body, composed)
    text = layout.typed(subject, body, composed.language)
    return composing.with_text(composed, text.subject, text.text, text.html)


def _parts(invoice: Invoice, today: dt.date, template: str) -> list[Part]:
    """What the message asks for; a delay granted since gives the date it speaks of."""
    found = desk.read(invoice)
    frame = holds.frames_of({invoice.id: invoice.client_id}, found.frames).get(invoice.id)
    granted_on = frame.granted_on if frame is not None else None
    return [
        Part(
            invoice,
            row,
            granted_on=granted_on if granted_on is not None and granted_on > row.due_on else None,
            of=len(found.instalments),
        )
        for row in asked_for(found.instalments, today, template)
    ]


def _is_offered(account: Account, template: str) -> bool:
    """True for a template that may be sent about an invoice to pay."""
    info = templating.find(account, template)
    return info is not None and info.archived_at is None and info.category in templating.REMINDERS


def spoken_of(invoice: Invoice, today: dt.date, template: str) -> list[Instalment]:
    """The instalments a message by hand asks for: those that are late, else the next one due.

    « standard », which sends the invoice itself, lists all that is open.
    """
    query = Instalment.select().where(Instalment.invoice == invoice, Instalment.balance_cents > 0)
    return asked_for(query.order_by(Instalment.due_on, Instalment.id), today, template)


def asked_for(instalments: Iterable[Instalment], today: dt.date, template: str) -> list[Instalment]:
    """The same among instalments that were read already, in their order."""
    rows = [row for row in instalments if row.balance_cents > 0]
    if template == "standard":
        return rows
    return [row for row in rows if row.due_on < today] or rows[:1]


def _recipients(invoice: Invoice, draft: Draft) -> tuple[Contact, ...]:
    chosen = [contact for contact in usable_contacts(invoice) if contact.id in draft.contact_ids]
    if len(chosen) != len(set(draft.contact_ids)):
        raise WritingError(
            "Un des contacts choisis n'a plus d'adresse utilisable : choisissez-en un autre.", "contacts"
        )
    if not chosen:
        raise WritingError("Choisissez au moins un destinataire.", "contacts")
    if invoice.client.kind == "individual" and len(chosen) > 1:
        raise WritingError("Un particulier n'a qu'un contact : choisissez-en un.", "contacts")
    return tuple(chosen)


def _copied(invoice: Invoice, draft: Draft) -> tuple[Contact, ...]:
    """The contacts in Cc, but those the message is addressed to."""
    wanted = set(draft.copy_ids)
    chosen = tuple(contact for contact in usable_contacts(invoice) if contact.id in wanted)
    if len(chosen) != len(wanted):
        raise WritingError("Un des contacts en copie n'a plus d'adresse utilisable : décochez-le.", "copies")
    if chosen and invoice.client.kind == "individual":
        raise WritingError("Un particulier n'a qu'un contact : personne d'autre ne reçoit copie.", "copies")
    return tuple(contact for contact in chosen if contact.id not in draft.contact_ids)


def check_words(subject: str, body: str) -> None:
    """Refuse words that no e-mail should carry: empty, too long, or with what breaks a header. WritingError."""
    if not subject.strip():
        raise WritingError("Indiquez l'objet de l'e-mail.", "subject")
    if len(subject) > MAX_SUBJECT:
        raise WritingError(f"Raccourcissez l'objet : {MAX_SUBJECT} caractères au plus.", "subject")
    if not body.strip():
        raise WritingError("Écrivez le texte de l'e-mail.", "body")
    if len(body) > MAX_BODY:
        raise WritingError(f"Raccourcissez le texte : {MAX_BODY} caractères au plus.", "body")
    try:
        one_line("L'objet", subject)
    except ValueError as error:
        raise WritingError(str(error), "subject") from error
    try:
        encodable("Le texte", body)
        for line in body.splitlines():
            one_line("Le texte", line.replace("\t", " "))
    except ValueError as error:
        raise WritingError(str(error), "body") from error


def _check_variables(subject: str, body: str, composed: Composed) -> None:
    """Words of this message only are sent as they are: a variable in them would be read as a brace."""
    known = {variable.name for variable in variables.ALL}
    for field, words, generated in (("subject", subject, composed.subject), ("body", body, composed.text)):
        for name in texts.names(words):
            if name in known and name not in texts.names(generated):
                written = f"{{{name}}}"
                raise WritingError(
                    f"Remplacez {written} par sa valeur : les variables ne servent que dans les modèles.", field
                )


def caution(invoice: Invoice, at: dt.datetime) -> Caution:
    """What deserves a warning about leaving ``at`` (UTC): an e-mail to this client within the gap, a closed moment."""
    account = invoice.account
    wall = cal.local_datetime(at, account.time_zone)
    day, minute = wall.date(), wall.hour * 60 + wall.minute
    closed = situations.policy_of(account).calendar.why_closed(day)
    if not closed and not account.send_from_minute <= minute < account.send_until_minute:
        closed = "hour"
    return Caution(_nearest_on(invoice, day, account), closed)


def _nearest_on(invoice: Invoice, day: dt.date, account: Account) -> dt.date | None:
    """The day of the e-mail to the client that is the nearest to ``day``, when it is less than the gap away."""
    gap = max(account.min_gap_days, 1)
    days = [found for found in desk.read(invoice).days if abs((found - day).days) < gap]
    return min(days, key=lambda found: (abs((found - day).days), found), default=None)
