"""An amicable letter: the words of a reminder on paper, with what is owed, where to pay and what is enclosed.

Amounts are cents of ``AmicableFacts.currency``, taxes included; dates are civil days.
"""

import dataclasses
import json
import re
from dataclasses import dataclass
from datetime import date

from relance.letters import pages
from relance.letters.facts import Bank, Joined, Sender, read
from relance.rules.money import format_amount
from relance.rules.postal import PAYMENT, TABLE
from relance.rules.wording import NBSP, short_date

_WORDS = {
    "fr": {
        "object": f"Objet{NBSP}: ",
        "head": ("Facture", "Émise le", "Échéance", "Montant TTC", "Reste dû"),
        "total": "Total à régler",
        "holder": f"Titulaire{NBSP}: ",
        "reference": f"Référence à rappeler{NBSP}: ",
        "enclosed": f"Pièces jointes{NBSP}: ",
        "enclosed_one": f"Pièce jointe{NBSP}: ",
        "invoice": f"facture n°{NBSP}",
        "signature": "Image de la signature de ",
    },
    "en": {
        "object": "Subject: ",
        "head": ("Invoice", "Issued on", "Due date", "Amount incl. VAT", "Left to pay"),
        "total": "Total to pay",
        "holder": "Account holder: ",
        "reference": "Payment reference: ",
        "enclosed": "Enclosures: ",
        "enclosed_one": "Enclosure: ",
        "invoice": f"invoice{NBSP}",
        "signature": "Picture of the signature of ",
    },
}


@dataclass(frozen=True)
class Owed:
    """An invoice, or one of its instalments (``position`` « 2/3 », else ''), with what is left of it."""

    number: str
    position: str
    issued_on: date
    due_on: date
    total_cents: int
    left_cents: int


@dataclass(frozen=True)
class AmicableFacts:
    """All that the letter says. ``body``: paragraphs parted by blank lines, as they are printed.

    A line that is only « {tableau} » or « {paiement} » stands for the table or the bank details.
    ``signature``, ``enclosures`` and ``anchor`` as in facts.NoticeFacts.
    """

    template: str
    language: str
    dated_on: date
    currency: str
    sender: Sender
    recipient: tuple[str, ...]
    object: str
    body: str
    lines: tuple[Owed, ...]
    bank: Bank
    joined: tuple[Joined, ...]
    signature: str = ""
    enclosures: tuple[str, ...] = ()
    anchor: str = ""

    @property
    def total_cents(self) -> int:
        """What is left of the invoices it names."""
        return sum(line.left_cents for line in self.lines)

    def to_json(self) -> str:
        """The same facts give the same text, byte for byte."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True, default=date.isoformat)

    @classmethod
    def from_json(cls, text: str) -> "AmicableFacts":
        """Read back what ``to_json`` wrote."""
        facts: AmicableFacts = read(cls, json.loads(text))
        return facts


def page(facts: AmicableFacts) -> str:
    """The HTML of the letter alone. Every word of a user is escaped. StorageError when its signature is gone."""
    words = _WORDS[facts.language]
    *parts, last = _parts(facts.body) or [("text", ())]
    if last[0] != "text":  # the leave was taken out: the signature stands by itself
        parts, last = [*parts, last], ("text", ())
    page = pages.render(
        "amicable.html",
        facts=facts,
        words=words,
        parts=parts,
        leave=last[1],
        place_and_date=pages.place_and_date(facts.sender.place, facts.dated_on, facts.language),
        window_class=pages.window_class(facts.recipient),
        signature=pages.signature_source(facts.signature),
        anchor=pages.anchor_words(facts.anchor),
        day=lambda on: short_date(on, facts.language),
        money=lambda cents: format_amount(cents, facts.currency, facts.language),
        enclosed=_enclosed(facts, str(words["invoice"])),
    )
    return pages.raised(page) if facts.language == "fr" else page


def _enclosed(facts: AmicableFacts, word: str) -> list[str]:
    return list(dict.fromkeys([*(one.title or f"{word}{one.number}" for one in facts.joined), *facts.enclosures]))


def _parts(body: str) -> list[tuple[str, tuple[str, ...]]]:
    """The letter in order: ("text", its lines), ("table", ()) or ("bank", ())."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for chunk in re.split(r"\n\s*\n", body):
        lines: list[str] = []
        for line in (piece.strip() for piece in chunk.split("\n")):
            if line in (TABLE, PAYMENT):
                found += [("text", tuple(lines))] if lines else []
                found.append(("table" if line == TABLE else "bank", ()))
                lines = []
            elif line:
                lines.append(line)
        found += [("text", tuple(lines))] if lines else []
    return found
