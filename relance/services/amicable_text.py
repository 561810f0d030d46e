"""From invoices and a reminder's text to the facts of an amicable letter: what is on the paper, word for word."""

import datetime as dt
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from relance.letters.amicable import AmicableFacts, Owed
from relance.letters.facts import Bank, Joined
from relance.mail import layout, phrases, reminders
from relance.mail.reminders import ReminderFacts
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Instalment, Invoice
from relance.rules import postal, texts
from relance.services import claiming, composing, writing
from relance.services.composing import Part

# How the text says that the invoice is enclosed: (one, several).
JOINED = {
    "fr": ("la facture jointe à ce courrier", "les factures jointes à ce courrier"),
    "en": ("the invoice enclosed with this letter", "the invoices enclosed with this letter"),
}
_KEPT = ("\n",)


@dataclass(frozen=True)
class Words:
    """The subject of a letter and its text: paragraphs parted by blank lines, « {tableau} » and « {paiement} »
    alone on their lines for the table and the bank details."""

    object: str
    body: str


def facts_of(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    template: str,
    dated_on: dt.date,
    joined: tuple[Joined, ...],
    words: Words | None,
) -> AmicableFacts:
    """The letter at ``dated_on`` (a local date). ``words`` are a person's; None: those of the template.

    ValueError for a template that does not exist or when nothing is left to pay.
    """
    invoices = claiming.ordered(invoices)
    parts = _parts(invoices, dated_on, template)
    if not parts:
        raise ValueError("nothing is left to pay")
    reminder = composing.prepare(
        account, client, parts, (), template=template, today=dated_on, copies_user=False, attaches_invoice=False
    ).facts
    is_whole = {one.number for one in joined} == {invoice.number for invoice in invoices}
    written = words or _words(replace(reminder, has_attachment=is_whole), is_whole)
    return AmicableFacts(
        template=template,
        language=reminder.words_language,
        dated_on=dated_on,
        currency=invoices[0].currency,
        sender=claiming.sender_of(account),
        recipient=claiming.recipient(client).lines,
        object=written.object,
        body=written.body,
        lines=tuple(_owed(line) for line in reminder.lines),
        bank=Bank(
            holder=account.iban_holder or account.business_name,
            iban=account.iban,
            bic=account.bic,
            reference=claiming.reference(account, invoices),
        ),
        joined=joined,
    )


def _parts(invoices: Sequence[Invoice], on: dt.date, template: str) -> list[Part]:
    """The instalments the letter asks for, by the rule of the e-mail (writing.asked_for), read in one query."""
    rows: dict[int, list[Instalment]] = defaultdict(list)
    query = Instalment.select().where(Instalment.invoice.in_([invoice.id for invoice in invoices]))
    for row in query.order_by(Instalment.due_on, Instalment.id):
        rows[row.invoice_id].append(row)
    return [
        Part(invoice, row, of=len(rows[invoice.id]))
        for invoice in invoices
        for row in writing.asked_for(rows[invoice.id], on, template)
    ]


def cleaned(words: Words) -> Words:
    """Words as they can be printed: no control character, single spaces, one line of subject."""
    lines = [_spaced(line) for line in _printable(words.body.replace("\r\n", "\n").replace("\t", " ")).split("\n")]
    subject = " ".join(_printable(words.object).split())
    return Words(subject, "\n".join(lines).strip("\n"))


def _spaced(line: str) -> str:
    return " ".join(word for word in line.split(" ") if word)  # a non-breaking space is part of a word


def _printable(text: str) -> str:
    return "".join(
        char if char in _KEPT or unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn") else " " for char in text
    )


def _words(facts: ReminderFacts, is_joined: bool) -> Words:
    """What the template says on paper about these invoices."""
    language = facts.words_language
    wording = postal.on_paper(reminders.wording_of(facts), language)
    values = reminders.values_of(facts) | {
        "salutation": postal.GREETING[language],
        "tableau": f"\n{postal.TABLE}\n",
        "paiement": f"\n{postal.PAYMENT}\n",
        "signature": "",  # the foot of the letter is signed by hand, above the name
        postal.ENCLOSED: _enclosed(facts, language) if is_joined else "",
    }
    subject = " ".join(texts.fill(layout.without_marks(wording.subject), values).split())
    if not subject or postal.names_a_notice(subject):
        name = phrases.plural(facts.lines, language)
        subject = f"{name} {', '.join(phrases.numbers(facts.lines))}"
    body = postal.completed(texts.fill(layout.without_marks(wording.body), values))
    return cleaned(Words(postal.heading(subject, language), body))


def _enclosed(facts: ReminderFacts, language: str) -> str:
    return JOINED[language][len(phrases.numbers(facts.lines)) > 1]


def _owed(line: phrases.Line) -> Owed:
    return Owed(
        number=line.number,
        position=f"{line.instalment[0]}/{line.instalment[1]}" if line.instalment else "",
        issued_on=line.issued_on,
        due_on=line.due_on,
        total_cents=line.total_cents,
        left_cents=line.balance_cents,
    )
