"""The invoice of examples, for a test e-mail or a preview before the first real invoice exists."""

import datetime as dt
from dataclasses import replace

from relance.mail.reminders import Line, ReminderFacts
from relance.rules.plans import LEVELS

_DAYS_LATE = {
    "standard": -30,
    "prerelance": -3,
    "echeance": 0,
    "rappel": 1,
    "relance_1": 8,
    "relance_2": 15,
    "dernier_rappel": 22,
}
_BUSINESS = ReminderFacts(
    template="rappel",
    language="fr",
    register="vous",
    lines=(),
    today=dt.date(2026, 1, 1),
    is_moved=False,
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
    business: ReminderFacts = _BUSINESS,
) -> ReminderFacts:
    """Example data (« données d’exemple ») as they would stand on the day the template usually leaves.

    ``business`` gives the sender's part (name, IBAN, phone) when the user already filled it in; the
    invoice and its client are always the example's.
    """
    late = _DAYS_LATE[template]
    due_on = today - dt.timedelta(days=late)
    line = Line(
        number="EXEMPLE-0042",
        object="work on the website" if language == "en" else "refonte du site",
        kind="invoice",
        issued_on=due_on - dt.timedelta(days=30),
        due_on=due_on,
        balance_cents=180_000,
        total_cents=180_000,
        currency="EUR",
        days_late=max(0, late),
    )
    return replace(
        business,
        template=template,
        language=language,
        register=register,
        lines=(line,),
        today=today,
        is_moved=False,
        first_name=_BUSINESS.first_name,
        reference=line.number,
        previous_on=today - dt.timedelta(days=7) if LEVELS[template] > LEVELS["rappel"] else None,
        interest_cents=None,
        fee_cents=None,
        client_kind="organisation",
        has_attachment=False,
    )
