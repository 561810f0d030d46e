"""The invoice of examples, for a test e-mail or a preview before the first real invoice exists."""

import datetime as dt
from dataclasses import replace

from relance.mail import delivered
from relance.mail.phrases import Line
from relance.mail.reminders import ReminderFacts
from relance.rules.plans import LEVELS

_DAYS_LATE = {
    "standard": -30,
    "prerelance": -3,
    "echeance": 0,
    "rappel": 1,
    "relance_1": 8,
    "relance_2": 15,
    "dernier_rappel": 22,
    "remerciement": 12,
    "devis_prerelance": -7,
}
MANY = 3  # invoices of the example in a text for several
INTEREST_CENTS = 1_184  # what the example's penalties show
FEE_CENTS = 4_000
_BUSINESS = ReminderFacts(
    template="rappel",
    language="fr",
    register="vous",
    lines=(),
    today=dt.date(2026, 1, 1),
    first_name="Nadia",
    signer_name="Camille Roussel",
    business_name="Atelier Roussel",
    phone="",
    iban="FR7630006000011234567890189",  # the specimen that banks print
    bic="",
    holder="Atelier Roussel",
    reference="EXEMPLE-0042",
    previous_on=None,
    interest_cents=None,
    fee_cents=None,
    client_kind="organisation",
)


def sample_facts(
    template: str,
    today: dt.date,
    *,
    language: str = "fr",
    register: str = "vous",
    is_many: bool = False,
    category: str = "",
    level: int | None = None,
    business: ReminderFacts = _BUSINESS,
) -> ReminderFacts:
    """Example data (« données d’exemple ») as they would stand on the day the template usually leaves.

    ``business`` gives the sender's part (name, IBAN, phone) when the user already filled it in; the
    invoice and its client are always the example's. A template of the user's own is as late as the delivered
    one of its ``category`` and ``level``.
    """
    model = template if template in delivered.KINDS else delivered.nearest(category or "reminder", level or 0)
    firmness = delivered.KINDS[model].level if level is None else level
    lines = _lines(model, today, language, is_many)
    return replace(
        business,
        template=template,
        language=language,
        register=register,
        lines=lines,
        today=today,
        first_name=_BUSINESS.first_name,
        client_name="Société Exemple",
        reference=" ".join(line.number for line in lines),
        previous_on=today - dt.timedelta(days=7) if firmness > LEVELS["rappel"] else None,
        interest_cents=None,
        fee_cents=None,
        client_kind="organisation",
        has_attachment=False,
        level=level,
    )


def full_facts(template: str, today: dt.date, category: str, level: int, language: str = "fr") -> ReminderFacts:
    """The same with everything a message may ever say, so that each variable has an example."""
    facts = sample_facts(template, today, category=category, level=level, language=language)
    return replace(
        facts,
        phone="04 65 71 20 20",
        bic="AGRIFRPP",
        previous_on=today - dt.timedelta(days=7),
        interest_cents=INTEREST_CENTS,
        fee_cents=FEE_CENTS,
        has_attachment=True,
        level=LEVELS["dernier_rappel"],
        lines=tuple(
            replace(line, due_on=today - dt.timedelta(days=22), days_late=22) if line.kind != "quote" else line
            for line in facts.lines
        ),
    )


def _lines(model: str, today: dt.date, language: str, is_many: bool) -> tuple[Line, ...]:
    """The example's invoice, or three of them; a quote for the texts about quotes."""
    late, is_quote = _DAYS_LATE[model], delivered.KINDS[model].category == "quote"
    objects = {
        "fr": ("refonte du site", "cartes de visite", "suivi mensuel"),
        "en": ("work on the website", "business cards", "monthly follow-up"),
    }
    lines = []
    count = MANY if is_many else 1
    for n in range(count):
        # A week apart: the first is the soonest due, or the last the least late.
        due_on = today - dt.timedelta(days=late - 7 * n if late <= 0 else late + 7 * (count - 1 - n))
        cents = (180_000, 42_000, 24_000)[n]
        lines.append(
            Line(
                number=f"EXEMPLE-{42 + n:04d}",
                object=objects[language][n],
                kind="quote" if is_quote else "invoice",
                issued_on=due_on - dt.timedelta(days=30),
                due_on=due_on,
                balance_cents=0 if delivered.KINDS[model].category == "thanks" else cents,
                total_cents=cents,
                currency="EUR",
                days_late=0 if is_quote else max(0, (today - due_on).days),
            )
        )
    return tuple(lines)
