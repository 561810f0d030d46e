"""Messages to a client: facts in, a subject, a text and an HTML out. The same for preview, test and sending."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from relance.mail import delivered, phrases
from relance.mail.layout import Block, Facts, Link, Table, Text, clean, letter, mark, without_marks
from relance.mail.phrases import Line
from relance.rules import texts
from relance.rules.plans import LEVELS
from relance.rules.texts import Wording
from relance.rules.wording import NBSP, short_date

TEMPLATES = tuple(delivered.KINDS)
NOTICE_DAYS = 8  # what the last reminder leaves before a formal notice
CHARGES_FROM = LEVELS["relance_2"]  # the tone that may name penalties
LAW_FROM = LEVELS["dernier_rappel"]  # the tone that may quote the law

Same = TypeVar("Same")

_WORDS = {
    "fr": {
        "hello": "Bonjour",
        "amount": "À régler",
        "holder": "Titulaire",
        "reference": "Référence",
        "head": ("Facture", "Échéance", "Reste dû"),
        "quotes": ("Devis", "Valable jusqu’au", "Montant"),
        "total": "Total",
    },
    "en": {
        "hello": "Hello",
        "amount": "Amount due",
        "holder": "Account holder",
        "reference": "Reference",
        "head": ("Invoice", "Due date", "Amount due"),
        "quotes": ("Quote", "Valid until", "Amount"),
        "total": "Total",
    },
}


@dataclass(frozen=True)
class ReminderFacts:
    """All a message may say. Every line has the same currency; ``today`` is the account's day.

    ``interest_cents`` and ``fee_cents`` are given only if the user claims them. ``wording`` is the user's
    own text with its firmness in ``level``; without one, the text is the one delivered as ``template``.
    """

    template: str
    language: str
    register: str
    lines: tuple[Line, ...]
    today: dt.date
    first_name: str
    signer_name: str
    business_name: str
    phone: str
    iban: str
    bic: str
    holder: str
    reference: str
    previous_on: dt.date | None
    interest_cents: int | None
    fee_cents: int | None
    client_kind: str
    has_attachment: bool = False
    downloads: tuple[tuple[str, str], ...] = ()  # (number, address) of files too heavy to be attached
    client_name: str = ""
    wording: Wording | None = None
    level: int | None = None

    @property
    def is_many(self) -> bool:
        """True when it bears on several instalments: they are a table."""
        return len(self.lines) > 1

    @property
    def words_language(self) -> str:
        """The language of dates, amounts and table heads."""
        return "en" if self.language == "en" else "fr"


def build(facts: ReminderFacts) -> Text:
    """Write the message. ValueError for an unknown template or no line: nothing is sent by mistake."""
    wording, values = wording_of(facts), values_of(facts)
    subject = " ".join(texts.fill(without_marks(wording.subject), values).split(" ")).strip()
    body = _completed(texts.fill(without_marks(wording.body), values), facts.is_many)
    if facts.downloads:
        body = _with_links(body)
    language = facts.words_language
    return letter(
        subject.replace("\n", " ") or _plain_subject(facts),
        body,
        {
            "tableau": _table(facts, language),
            "paiement": _payment(facts, language),
            "liens": tuple(_downloads(facts, language)),
        },
        signature=_signature(facts),
        language=language,
    )


def wording_of(facts: ReminderFacts) -> Wording:
    """The user's own text, or the delivered one. ValueError when there is neither, or nothing to speak of."""
    if facts.lines and facts.wording is not None:
        return facts.wording
    if facts.template not in delivered.KINDS or not facts.lines:
        raise ValueError(f"Aucun texte de relance ne correspond à « {facts.template} ».")
    return delivered.wording(facts.template, delivered.variant_of(facts.language, facts.register), facts.is_many)


def empty_variables(facts: ReminderFacts) -> tuple[str, ...]:
    """The variables whose value is empty where the sentence stays without them: to be told before sending."""
    wording, values = wording_of(facts), values_of(facts)
    used = dict.fromkeys([*texts.needed(wording.subject), *texts.needed(wording.body)])
    return tuple(name for name in used if not values[name])


def values_of(facts: ReminderFacts) -> dict[str, str]:
    """The value of every variable (relance.rules.variables), cleaned: it can make neither a header nor a block."""
    language, lines, today = facts.words_language, facts.lines, facts.today
    first = lines[0]
    interest, fee = _late_charges(facts)
    shown_interest = phrases.amount(interest, first, language) if interest else ""
    shown_fee = phrases.amount(fee, first, language) if fee else ""
    totals = {(line.number, line.issued_on): line.total_cents for line in lines}
    late = max(line.days_late for line in lines)
    is_past = all(line.due_on < today for line in lines)
    issued = phrases.day(_common([line.issued_on for line in lines]), today, language)
    due = phrases.day(_common([line.due_on for line in lines]), today, language)
    about = clean(_common([line.object for line in lines]) or "")
    return {
        "salutation": " ".join(filter(None, (str(_WORDS[language]["hello"]), clean(facts.first_name)))) + ",",
        "prenom_contact": clean(facts.first_name),
        "client": clean(facts.client_name),
        "facture": phrases.named(lines, language),
        "numero": ", ".join(phrases.numbers(lines)),
        "type_facture": phrases.noun(first, language),
        "objet_facture": about,
        "objet_devis": about,
        "date_facture": issued,
        "date_devis": issued,
        "montant": phrases.amount(sum(totals.values()), first, language),
        "reste_du": phrases.amount(sum(line.balance_cents for line in lines), first, language),
        "d_un_montant": phrases.of_amount(lines, language),
        "nombre": str(len(lines) if len(phrases.numbers(lines)) == 1 else len(phrases.numbers(lines))),
        "factures": phrases.plural(lines, language),
        "tableau": mark("tableau"),
        "piece_jointe": phrases.attached(lines, language) if facts.has_attachment else "",
        "date_echeance": due,
        "date_validite": due,
        "echue": phrases.due(lines, today, language),
        "arrive_a_echeance": phrases.comes_due(lines, today, language),
        "en_retard_depuis": phrases.day(min(line.due_on for line in lines), today, language) if is_past else "",
        "jours_retard": str(late) if late else "",
        "retard": phrases.late_for(late, language),
        "encore": phrases.still(lines, language),
        "date_dernier_message": phrases.day(facts.previous_on, today, language),
        "date_limite": phrases.day(today + dt.timedelta(days=NOTICE_DAYS), today, language),
        "penalites": shown_interest,
        "indemnite": shown_fee,
        "frais_de_retard": phrases.charges(shown_interest, shown_fee, facts.client_kind, language),
        "articles_de_loi": _articles(facts, language) if interest or fee else "",
        "paiement": mark("paiement"),
        "iban": _grouped(facts.iban),
        "bic": clean(facts.bic),
        "titulaire": clean(facts.holder),
        "reference": clean(facts.reference),
        "signature": mark("signature") if _signature(facts) else "",
        "signataire": clean(facts.signer_name),
        "entreprise": clean(facts.business_name),
        "telephone": clean(facts.phone).replace(" ", NBSP),
    }


def _common(found: Sequence[Same]) -> Same | None:
    """What every line says, or None when they differ: a sentence about all must be true of all."""
    return found[0] if len(set(found)) == 1 else None


def _articles(facts: ReminderFacts, language: str) -> str:
    return phrases.articles(facts.client_kind, language) if level_of(facts) >= LAW_FROM else ""


def level_of(facts: ReminderFacts) -> int:
    """How firm the text is; a delivered one has its own firmness unless the user changed it."""
    if facts.level is not None:
        return facts.level
    kind = delivered.KINDS.get(facts.template)
    return kind.level if kind is not None else 0


def _late_charges(facts: ReminderFacts) -> tuple[int, int]:
    """Interest and recovery fee in cents, 0 where they may not be claimed.

    A consumer is never asked for them (art. L. 111-8 CPCE), and the 40 € exist in euros only
    (art. D. 441-5 C. com.): the last word is here, whatever the facts say.
    """
    if facts.client_kind == "individual" or level_of(facts) < CHARGES_FROM:
        return 0, 0
    is_euro = facts.lines[0].currency == "EUR"
    return facts.interest_cents or 0, (facts.fee_cents or 0) if is_euro else 0


def _completed(body: str, is_many: bool) -> str:
    """The body with what every message has: the signature, and the table when there are several invoices."""
    if mark("signature") not in body:
        body = f"{body.rstrip()}\n\n{mark('signature')}"
    if not is_many or mark("tableau") in body:
        return body
    paragraphs = body.split("\n\n")
    before = [n for n, words in enumerate(paragraphs) if mark("paiement") in words]
    before += [n for n, words in enumerate(paragraphs) if mark("signature") in words]
    return "\n\n".join([*paragraphs[: before[0]], mark("tableau"), *paragraphs[before[0] :]])


def _with_links(body: str) -> str:
    """The body with the links to files before its last paragraph, which takes leave."""
    paragraphs = body.rstrip().split("\n\n")
    return "\n\n".join([*paragraphs[:-1], mark("liens"), paragraphs[-1]])


def _downloads(facts: ReminderFacts, language: str) -> Iterator[Link]:
    for number, url in facts.downloads:
        name = clean(number)
        yield Link("", f"Download invoice {name}" if language == "en" else f"Télécharger la facture {name}", url)


def _plain_subject(facts: ReminderFacts) -> str:
    """A subject for a text whose own came out empty: an e-mail without one is taken for junk."""
    name = phrases.plural(facts.lines, facts.words_language)
    return f"{name[:1].upper()}{name[1:]} {', '.join(phrases.numbers(facts.lines))}"


def _table(facts: ReminderFacts, language: str) -> Table:
    """Every instalment with its date and what is left."""
    words = _WORDS[language]
    rows = []
    for line in facts.lines:
        position = f" ({line.instalment[0]}/{line.instalment[1]})" if line.instalment else ""
        left = phrases.amount(line.balance_cents, line, language)
        rows.append((f"{clean(line.number)}{position}", short_date(line.due_on, language), left))
    total = phrases.amount(sum(line.balance_cents for line in facts.lines), facts.lines[0], language)
    head = words["quotes"] if facts.lines[0].kind == "quote" else words["head"]
    return Table(tuple(head), tuple(rows), (str(words["total"]), "", total))


def _payment(facts: ReminderFacts, language: str) -> Block:
    """What a transfer needs, as text."""
    words = _WORDS[language]
    left = phrases.amount(sum(line.balance_cents for line in facts.lines), facts.lines[0], language)
    rows = [(str(words["amount"]), left)]
    if facts.iban:
        rows.append((str(words["holder"]), clean(facts.holder)))
        rows.append(("IBAN", _grouped(facts.iban)))
    if facts.iban and facts.bic:
        rows.append(("BIC", clean(facts.bic)))
    rows.append((str(words["reference"]), clean(facts.reference)))
    return Facts(tuple((label, value) for label, value in rows if value))


def _grouped(iban: str) -> str:
    """The IBAN in groups of four with plain spaces, so that it can be pasted."""
    compact = "".join(iban.split())
    return clean(" ".join(compact[n : n + 4] for n in range(0, len(compact), 4)))


def _signature(facts: ReminderFacts) -> tuple[str, ...]:
    signer, business, phone = clean(facts.signer_name), clean(facts.business_name), clean(facts.phone)
    second = ", ".join(part for part in (business if business != signer else "", phone.replace(" ", NBSP)) if part)
    return tuple(line for line in (signer, second) if line)
