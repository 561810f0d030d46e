"""What to say on the telephone about an invoice: who calls, which invoice, how much, since when, one open question."""

from dataclasses import dataclass
from datetime import date

from relance.rules import money, wording
from relance.rules.labels import plural, translate

# Days after the due date from which one speaks more plainly: the distances of the reminders (requirements, tones).
DIRECT, FIRM = 10, 30
TONES = ("before", "gentle", "direct", "firm")


@dataclass(frozen=True)
class CallFacts:
    """What the words are made of. ``balance_cents`` of ``currency`` are left since ``due_on``; ``person`` may be ''."""

    caller: str
    business: str
    person: str
    number: str
    balance_cents: int
    currency: str
    due_on: date
    days_late: int


@dataclass(frozen=True)
class Script:
    """The sentences in their order, in ``language``; the last one is the question."""

    language: str
    tone: str
    lines: tuple[str, ...]


def tone_of(offset_days: int) -> str:
    """How plainly to speak ``offset_days`` after the due date: of the step that asks for the call, else of today.

    Until the day of the last reminder forgetfulness is presumed, and no tone ever threatens.
    """
    if offset_days <= 0:
        return "before"
    if offset_days < DIRECT:
        return "gentle"
    return "direct" if offset_days < FIRM else "firm"


def script(facts: CallFacts, tone: str, language: str = "fr") -> Script:
    """The words of a call in the ``language`` of the client (fr or en)."""
    amount = money.format_amount(facts.balance_cents, facts.currency, language)
    values = {"montant": amount, "date": wording.long_date(facts.due_on, language)}
    who = {"prénom": facts.caller, "entreprise": facts.business}
    hello = translate("Bonjour, {prénom}, {entreprise}.", language, **who)
    if facts.business in ("", facts.caller):
        hello = translate("Bonjour, {prénom} à l’appareil.", language, **who)
    asked = translate("Je souhaite parler à la personne qui suit vos factures.", language)
    if facts.person:
        asked = translate("Je souhaite parler à {personne}.", language, personne=facts.person)
    about = translate("Je vous appelle au sujet de la facture {numéro}.", language, numéro=facts.number)
    late = plural("un jour", "{n} jours", facts.days_late, language)
    body = {
        "before": "Elle est de {montant}, à régler pour le {date}. Je vérifie que vous l’avez bien reçue.",
        "gentle": "Sauf erreur de ma part, {montant} restent à régler depuis le {date}. C’est peut-être un oubli.",
        "direct": "{montant} restent à régler depuis le {date}, cela fait {retard}.",
        "firm": "{montant} restent à régler depuis le {date}, cela fait {retard}. Il me faut une date aujourd’hui.",
    }[tone]
    question = {
        "before": "De quoi avez-vous besoin pour la régler à cette date ?",
        "gentle": "Quand pensez-vous pouvoir la régler ?",
        "direct": "Qu’est-ce qui retarde ce règlement ?",
        "firm": "Quel jour le paiement partira-t-il ?",
    }[tone]
    lines = (hello, asked, about, translate(body, language, **values, retard=late), translate(question, language))
    return Script(language, tone, lines)
