"""« Avant de poster », for an amicable letter: what to know, and what to correct, before it is printed."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from relance.letters.amicable import AmicableFacts
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.holds import Promise
from relance.models.invoices import Invoice
from relance.models.letters import ABANDONED, Letter, LetterInvoice
from relance.rules import postal
from relance.services import claiming, notice_checks
from relance.services.amicable_text import JOINED
from relance.services.appending import Apart
from relance.services.notice_checks import Check


def before_posting(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    facts: AmicableFacts | None = None,
    apart: Sequence[Apart] = (),
    but: Letter | None = None,
) -> list[Check]:
    """The lines of the panel, in French, for invoices of one client. ``but``: the letter they are about, if it exists.

    ``facts`` and ``apart``: the letter as it would be, and the invoices whose file cannot follow it.
    """
    found = _promised(invoices)
    earlier = _earlier(invoices, but)
    if earlier is not None:
        found.append(Check(False, "Une relance amiable a déjà été préparée le {date}", {"date": earlier}))
    if facts is not None:
        found += _about_text(facts)
        found += _about_files(invoices, facts, apart)
    printed = claiming.recipient(client)
    if printed.problems:
        found += [Check(False, problem, fix="client") for problem in printed.problems]
    else:
        found.append(Check(True, "Adresse du client complète"))
    found += notice_checks.rewritten(printed.lines, invoices)
    return found + [Check(False, sentence, fix=fix) for sentence, fix in notice_checks.own_gaps(account)]


def reads(client: Client, invoices: Sequence[Invoice]) -> tuple[Any, ...]:
    """What ``before_posting`` reads about a letter that does not exist yet."""
    return _promises(invoices), _letters(invoices).limit(1), claiming.main_contact(client).paginate(1, 1)


def _promised(invoices: Sequence[Invoice]) -> list[Check]:
    numbers = {invoice.id: invoice.number for invoice in invoices}
    sentence = "Facture {numéro} : un paiement est promis pour le {date}"
    return [Check(False, sentence, {"numéro": numbers[key], "date": day}) for key, day in _promises(invoices)]


def _promises(invoices: Sequence[Invoice]) -> Any:
    ids = [invoice.id for invoice in invoices]
    promises = Promise.select(Promise.invoice, Promise.promised_on)
    return promises.where(Promise.invoice.in_(ids), Promise.state == "open").tuples()


def _earlier(invoices: Sequence[Invoice], but: Letter | None) -> dt.date | None:
    """The date of the last amicable letter about one of these invoices."""
    query = _letters(invoices)
    if but is not None:
        query = query.where(Letter.id < but.id)
    row = query.first()
    return row.dated_on if row is not None else None


def _letters(invoices: Sequence[Invoice]) -> Any:
    return (
        Letter.select(Letter.dated_on)
        .join(LetterInvoice)
        .where(LetterInvoice.invoice.in_([invoice.id for invoice in invoices]), Letter.kind == "amicable")
        .where(Letter.state != ABANDONED)
        .order_by(Letter.dated_on.desc(), Letter.id.desc())
    )


def _about_text(facts: AmicableFacts) -> list[Check]:
    found = []
    lines = [line.strip() for line in facts.body.split("\n")]
    words = postal.words_of_an_email(facts.body)
    if words:
        found.append(Check(False, "Le texte parle d'un e-mail (« {mots} ») : relisez-le", {"mots": words[0]}))
    if postal.TABLE not in lines:
        found.append(Check(False, "Le tableau des factures n'est plus dans la lettre"))
    if postal.PAYMENT not in lines:
        found.append(Check(False, "Vos coordonnées bancaires ne sont plus dans la lettre"))
    if not facts.joined and any(said in facts.body for said in JOINED[facts.language]):
        found.append(Check(False, "Le texte annonce une facture jointe, et aucune ne l'est"))
    return found


def _about_files(invoices: Sequence[Invoice], facts: AmicableFacts, apart: Sequence[Apart]) -> list[Check]:
    found = [
        Check(False, "La facture {numéro} n'est pas jointe : {raison}", {"numéro": one.number, "raison": one.because})
        for one in apart
    ]
    if facts.joined:
        found += [
            Check(False, "La facture {numéro} n'a pas de PDF : joignez-en une copie", {"numéro": invoice.number})
            for invoice in invoices
            if not invoice.document_id
        ]
        pages = sum(one.pages for one in facts.joined)
        sentence = "Facture jointe, une page" if pages == 1 else "Factures jointes, {n} pages en tout"
        found.append(Check(True, sentence, {"n": pages}))
    return found
