"""The text of a formal notice, paragraph by paragraph: what is delivered, and what a person may write instead.

Amounts, dates and numbers are {variables}: a person moves them, and never types them. The table of what is owed
and the bank details are blocks of the page, between « opening » and « grounds » and after « demand ».

What a person may write is checked by ``notice_errors``.
"""

import re
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from relance.letters.facts import NoticeFacts
from relance.letters.words import join, join_dates, whole
from relance.rules import texts
from relance.rules.money import format_amount, format_rate
from relance.rules.wording import NBSP, french, long_date

KEYS = ("object", "opening", "grounds", "demand", "consequence", "courtesy", "closing")
NUMBERS = {8: "huit", 15: "quinze"}
MAX_DATES = 6  # beyond, « mes 9 relances, la dernière le … »
MAX_NUMBERS = 3
STRONG = ("total", "délai")


@dataclass(frozen=True)
class Paragraph:
    """One part of the letter. ``is_optional``: it may be left empty. Blank lines in ``text`` part paragraphs."""

    key: str
    text: str
    is_optional: bool


def delivered(facts: NoticeFacts) -> tuple[Paragraph, ...]:
    """The text for this debtor and these invoices, with {variables}, in French typography, in the order of KEYS."""
    parts = {
        "object": "mise en demeure de payer, {factures}",
        "opening": f"Madame, Monsieur,\n\nSauf erreur de ma part, {_facts_of_the_case(facts)}",
        "grounds": _grounds(facts),
        "demand": "En conséquence, je vous mets en demeure de me régler la somme de {total} dans un délai de {délai} "
        "à compter de la réception de la présente lettre, "
        + ("par virement sur le compte suivant :" if facts.bank.iban else "en rappelant la référence {référence}."),
        "consequence": "À défaut de règlement dans ce délai, je me réserve la possibilité de saisir "
        f"{'la juridiction compétente' if facts.debtor == 'public' else 'le tribunal compétent'}, sans autre avis. "
        "La présente lettre constitue une mise en demeure au sens des articles 1344 et suivants du code civil, "
        "avec tous les effets qui s'y attachent.",
        "courtesy": "Si votre règlement a croisé ce courrier, je vous prie de ne pas en tenir compte. "
        "Je reste disponible pour convenir d'un échéancier.",
        "closing": "Veuillez agréer, Madame, Monsieur, mes salutations distinguées.",
    }
    return tuple(Paragraph(key, french(parts[key]), _may_be_empty(key, facts)) for key in KEYS)


def written(facts: NoticeFacts) -> tuple[Paragraph, ...]:
    """The same with the person's words in place; words of a key that does not exist are ignored."""
    words = dict(facts.words)
    return tuple(replace(part, text=words[part.key]) if part.key in words else part for part in delivered(facts))


def filled(facts: NoticeFacts) -> tuple[Paragraph, ...]:
    """What is printed, as plain text. TextError when the person's words cannot be filled (see ``notice_errors``)."""
    known = variables(facts)
    return tuple(replace(part, text=texts.fill(french(part.text), known).strip()) for part in written(facts))


def printed(facts: NoticeFacts) -> dict[str, tuple[Markup, ...]]:
    """The same as HTML, by key: paragraphs, their lines parted by <br>. Every word is escaped."""
    numbers = [whole(invoice.number) for invoice in facts.invoices]
    known = {name: str(escape(value)) for name, value in variables(facts).items()}
    known["factures"] = _invoices([str(number) for number in numbers])
    for name in STRONG:
        known[name] = f"<strong>{known[name]}</strong>"
    return {part.key: _paragraphs(texts.fill(str(escape(french(part.text))), known)) for part in written(facts)}


def variables(facts: NoticeFacts) -> dict[str, str]:
    """What each {variable} stands for in this letter; an empty one has nothing to say here."""
    days = [reminder.on for reminder in facts.reminders]
    return {
        "factures": _invoices([invoice.number for invoice in facts.invoices]),
        "échéances": join_dates([day for invoice in facts.invoices for day in invoice.due_on]),
        "relances": join_dates(days) if days else "",
        "dernière_relance": long_date(max(days)) if days else "",
        "principal": format_amount(facts.principal_cents, facts.currency),
        "intérêts": format_amount(facts.interest_cents, facts.currency) if facts.interest_cents else "",
        "indemnité": format_amount(facts.fee_cents, facts.currency) if facts.fee_cents else "",
        "total": format_amount(facts.total_cents, facts.currency),
        "par_jour": format_amount(facts.daily_cents, facts.currency) if facts.interest_cents else "",
        "taux": join([format_rate(rate) for rate in sorted(_rates(facts))]),
        "délai": f"{NUMBERS[facts.delay_days]}{NBSP}jours",
        "date": long_date(facts.dated_on),
        "référence": facts.bank.reference,
    }


def _may_be_empty(key: str, facts: NoticeFacts) -> bool:
    return key == "courtesy" or (key == "grounds" and facts.debtor != "individual" and not _claims_more(facts))


def _facts_of_the_case(facts: NoticeFacts) -> str:
    if len(facts.invoices) > 1:
        unpaid = "les factures ci-dessous restent impayées"
    else:
        article = "le" if len(facts.invoices[0].due_on) == 1 else "les"
        unpaid = f"la facture ci-dessous, échue {article} {{échéances}}, reste impayée"
    return f"{unpaid} {_despite(facts)}"


def _despite(facts: NoticeFacts) -> str:
    """« malgré » only when each invoice was the object of a reminder."""
    days = len({reminder.on for reminder in facts.reminders})
    if not facts.reminders:
        return "à ce jour."
    if not facts.every_invoice_was_chased:
        return "à ce jour. Les relances déjà adressées sont relevées en annexe."
    if days == 1:
        return "malgré ma relance du {relances}."
    if days <= MAX_DATES:
        return "malgré mes relances des {relances}."
    return f"malgré mes {len(facts.reminders)} relances, la dernière le {{dernière_relance}}."


def _grounds(facts: NoticeFacts) -> str:
    if facts.debtor == "individual":
        return _grounds_of_an_individual(facts)
    if not _claims_more(facts):
        return ""
    return _grounds_of_a_public_body(facts) if facts.debtor == "public" else _grounds_of_an_organisation(facts)


def _grounds_of_an_individual(facts: NoticeFacts) -> str:
    interest = (
        "À compter de la réception de la présente mise en demeure, cette somme portera intérêts au taux légal "
        "(articles 1231-6 et 1344-1 du code civil).\n\n"
    )
    if facts.interest_cents:  # an earlier notice was received: interest runs already
        which = "cette somme porte" if len(facts.invoices) == 1 else "les factures qu'elle visait portent"
        interest = (
            f"Depuis la réception de ma précédente mise en demeure, {which} intérêts au taux légal, selon le calcul "
            "en annexe (articles 1231-6 et 1344-1 du code civil).\n\n"
        )
    return (interest if facts.claims_interest else "") + (
        "Si vous contestez cette somme, écrivez-moi. Vous avez aussi le droit de recourir gratuitement à un médiateur "
        "de la consommation (article L. 612-1 du code de la consommation)."
    )


def _grounds_of_an_organisation(facts: NoticeFacts) -> str:
    if not facts.interest_cents:
        return "L'indemnité forfaitaire est due de plein droit (articles L. 441-10 et D. 441-5 du code de commerce)."
    plural = "la facture" if len(facts.invoices) == 1 else "les factures"
    if all(invoice.has_contractual_rate for invoice in facts.invoices):
        rate = f"au taux porté sur {plural}"
    elif any(invoice.has_contractual_rate for invoice in facts.invoices):
        rate = "aux taux indiqués en annexe"
    else:
        rate = "au taux de refinancement de la Banque centrale européenne majoré de dix points"
    fee, articles = ("", "article L. 441-10")
    if facts.fee_cents:
        fee, articles = "et l'indemnité ", "articles L. 441-10 et D. 441-5"
    return (
        f"Les pénalités, {rate}, {fee}sont dues de plein droit, sans rappel ({articles} du code de commerce). "
        "Les pénalités courent jusqu'au paiement complet, à raison de {par_jour} par jour."
    )


def _grounds_of_a_public_body(facts: NoticeFacts) -> str:
    if not facts.interest_cents:
        return (
            "L'indemnité forfaitaire est due de plein droit "
            "(articles L. 2192-13 et D. 2192-35 du code de la commande publique)."
        )
    fee, articles = ("", "L. 2192-13 et R. 2192-31")
    if facts.fee_cents:
        fee, articles = "et l'indemnité forfaitaire ", "L. 2192-13, D. 2192-35 et R. 2192-31"
    return (
        "Les intérêts moratoires, au taux de refinancement de la Banque centrale européenne majoré de huit points, "
        f"{fee}sont dus de plein droit (articles {articles} du code de la commande publique). "
        "Les intérêts courent jusqu'au paiement du principal, à raison de {par_jour} par jour."
    )


def _claims_more(facts: NoticeFacts) -> bool:
    return bool(facts.interest_cents or facts.fee_cents)


def _invoices(numbers: list[str]) -> str:
    if len(numbers) > MAX_NUMBERS:
        return f"{len(numbers)}{NBSP}factures"
    return f"facture{'s' if len(numbers) > 1 else ''} n°{NBSP}{join(numbers)}"


def _rates(facts: NoticeFacts) -> set[int]:
    return {period.rate_bp for invoice in facts.invoices for period in invoice.periods}


def _paragraphs(text: str) -> tuple[Markup, ...]:
    """Pieces of a text that is HTML already."""
    pieces = [piece.strip() for piece in re.split(r"\n\s*\n", text)]
    return tuple(Markup(piece.replace("\n", "<br>\n")) for piece in pieces if piece)  # noqa: S704 (escaped by caller)
