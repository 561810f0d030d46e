"""The ways out when reminders did not help: which ones apply to an invoice, before which court, with what.

Pure: who owes, who is owed, how much. Facts and their sources are in ``exit_facts``. A way is « open », « check » (it
may apply, something is to be verified first) or « closed » (it does not apply, and why). Neutral: nothing is advised.
"""

from dataclasses import dataclass

from relance.rules import exit_facts as facts
from relance.rules.exit_facts import Fact, Source

CREDITORS = ("merchant", "liberal", "unknown")
# By their form alone (C. com., art. L210-1); the others depend on what the business does.
_COMPANIES = frozenset(("SARL", "EURL", "SAS", "SASU", "SA", "SNC", "SCA"))
_LIBERAL = frozenset(("SELARL", "SELARLU", "SELAS", "SELASU", "SELAFA", "SCP"))


@dataclass(frozen=True)
class Court:
    """Which judge, by kind of parties; ``forms``: the numbers of the request for an injunction, without version."""

    name: str
    note: str = ""
    forms: tuple[str, ...] = ()
    is_to_check: bool = False


@dataclass(frozen=True)
class Route:
    """One way out. ``why`` says what is to be checked, or why it does not apply; ``pieces`` is what it asks for."""

    key: str
    title: str
    summary: str
    facts: tuple[Fact, ...] = ()
    pieces: tuple[str, ...] = ()
    state: str = "open"
    why: str = ""
    court: Court | None = None
    page: Source | None = None


def creditor_of(legal_form: str) -> str:
    """What the legal form says of the business: merchant, liberal, or unknown (EI, micro-entreprise, artisan…)."""
    form = legal_form.strip().upper().replace(".", "")
    return "merchant" if form in _COMPANIES else "liberal" if form in _LIBERAL else "unknown"


def court_of(debtor: str, creditor: str) -> Court:
    """The judge of a claim against ``debtor`` (organisation, individual, public)."""
    if debtor == "public":
        return Court(
            "Juge administratif, en principe",
            "Certains contrats d'organismes publics relèvent du juge judiciaire.",
            is_to_check=True,
        )
    if debtor == "individual":
        return Court("Tribunal judiciaire de votre client", forms=(facts.CIVIL_FORM,))
    if creditor == "liberal":
        return Court("Tribunal judiciaire de votre client", forms=(facts.CIVIL_FORM,))
    commerce = "Tribunal de commerce de votre client, ou tribunal des activités économiques"
    if creditor == "merchant":
        note = "Si votre client est commerçant ou société commerciale ; sinon, le tribunal judiciaire."
        return Court(commerce, note, (facts.COMMERCE_FORM,))
    note = "Entre commerçants ; pour une activité libérale, le tribunal judiciaire."
    return Court(commerce, note, (facts.COMMERCE_FORM, facts.CIVIL_FORM), is_to_check=True)


def routes(debtor: str, creditor: str, amount_cents: int, currency: str, *, country: str = "FR") -> tuple[Route, ...]:
    """The ways out for a claim of ``amount_cents`` (principal and interest), the most amicable first.

    ``debtor``: organisation, individual or public; ``creditor``: one of CREDITORS; ``country``: of the debtor.
    """
    court = court_of(debtor, creditor)
    abroad = "" if country == "FR" else "Votre client est à l'étranger : une autre procédure peut s'appliquer."
    found = [_plan(), _notice()]
    if debtor == "organisation":
        found.append(_insolvency())
    found += [
        _mediation(debtor),
        _checked(_injunction(debtor, court), abroad),
        _checked(_officer(debtor, creditor, amount_cents, currency), abroad),
    ]
    if debtor == "organisation":
        found.append(_checked(_uncontested(creditor), abroad))
    return (*found, _firm(), _checked(_lawsuit(debtor, court, amount_cents, currency), abroad))


def _checked(route: Route, why: str) -> Route:
    """The way, to be checked first when there is a reason; one that does not apply stays so."""
    if not why or route.state == "closed":
        return route
    return Route(**{**route.__dict__, "state": "check", "why": why})


def _plan() -> Route:
    return Route(
        "plan",
        "Échéancier de paiement",
        "Des dates et des montants convenus avec votre client ; les relances les suivent.",
        facts.PLAN,
        (facts.AGREEMENT,),
    )


def _notice() -> Route:
    return Route(
        "notice",
        "Mise en demeure",
        "Une lettre qui demande le paiement dans un délai ; elle est attendue avant un tribunal.",
        facts.NOTICE,
        (facts.INVOICES, facts.EXCHANGES),
    )


def _insolvency() -> Route:
    return Route(
        "insolvency",
        "Vérifier la situation du client",
        "Si une procédure collective est ouverte, la créance se déclare, elle ne se poursuit plus.",
        facts.INSOLVENCY,
        (facts.BREAKDOWN, facts.INVOICES, facts.ORIGIN),
    )


def _mediation(debtor: str) -> Route:
    said = {"organisation": (facts.MEDIATOR, facts.CONCILIATOR), "individual": (facts.CONCILIATOR,)}
    return Route(
        "mediation",
        "Médiation ou conciliation",
        "Un tiers neutre aide à trouver un accord, avant ou à la place du tribunal.",
        said.get(debtor, (facts.MEDIATOR,)),
        (facts.INVOICES, facts.EXCHANGES),
        page=facts.CONCILIATOR_PAGE if debtor == "individual" else facts.MEDIATOR_PAGE,
    )


def _injunction(debtor: str, court: Court) -> Route:
    why = ""
    if debtor == "public":
        why = "Contre un organisme public, vérifiez d'abord que cette procédure est possible."
    elif court.is_to_check:
        why = "Le tribunal dépend de votre activité."
    return Route(
        "injunction",
        "Injonction de payer",
        "Une demande écrite au tribunal, sans audience ; votre client peut ensuite s'y opposer.",
        (*facts.INJUNCTION, facts.PROTECTION) if debtor == "individual" else facts.INJUNCTION,
        (facts.PARTIES, facts.BREAKDOWN, facts.ORIGIN, facts.INVOICES, facts.NOTICE_PROOF, facts.SIGNED_LIST),
        "check" if why else "open",
        why,
        court,
        facts.INJUNCTION_PAGE,
    )


def _officer(debtor: str, creditor: str, amount_cents: int, currency: str) -> Route:
    state, why = "open", ""
    if currency == "EUR" and amount_cents > facts.SMALL_CLAIM_CENTS:
        state, why = "closed", "Elle s'arrête à 5 000 €, intérêts compris."
    elif debtor == "organisation" and creditor == "merchant":
        state, why = "closed", "Les factures entre commerçants en sont exclues depuis 2026, à vérifier."
    elif debtor == "organisation" and creditor == "unknown":
        state, why = "check", "Les factures entre commerçants en sont exclues depuis 2026."
    elif debtor == "public":
        state, why = "check", "Contre un organisme public, vérifiez d'abord que cette procédure est possible."
    elif currency != "EUR":
        state, why = "check", "Le plafond est en euros, votre facture ne l'est pas."
    return Route(
        "officer",
        "Petites créances, par un commissaire de justice",
        "Il propose un accord à votre client ; si votre client l'accepte, un titre exécutoire est établi.",
        facts.OFFICER,
        (facts.PARTIES, facts.BREAKDOWN, facts.ORIGIN, facts.INVOICES),
        state,
        why,
    )


def _uncontested(creditor: str) -> Route:
    state, why = "check", "Procédure récente : vérifiez qu'elle est déjà praticable."
    if creditor == "liberal":
        state, why = "closed", "Elle est réservée aux factures entre commerçants."
    elif creditor == "unknown":
        why = "Elle est réservée aux factures entre commerçants, et récente."
    return Route(
        "uncontested",
        "Facture commerciale non contestée",
        "Un commandement de payer signifié par un commissaire de justice, sans passer par un juge.",
        facts.UNCONTESTED,
        (facts.PARTIES, facts.BREAKDOWN, facts.INVOICES, facts.ORIGIN),
        state,
        why,
        page=facts.UNCONTESTED_PAGE,
    )


def _firm() -> Route:
    return Route(
        "firm",
        "Confier le dossier",
        "À une société de recouvrement, un commissaire de justice, un avocat : à qui vous voulez, quand vous voulez.",
        facts.FIRM,
        (facts.BREAKDOWN, facts.INVOICES, facts.ORIGIN, facts.PERFORMANCE, facts.EXCHANGES, facts.NOTICE_PROOF),
    )


def _lawsuit(debtor: str, court: Court, amount_cents: int, currency: str) -> Route:
    why = ""
    if court.is_to_check:
        why = "Le tribunal dépend de votre activité."
        if debtor == "public":
            why = "Le juge compétent et le délai pour agir sont à vérifier."
    said: tuple[Fact, ...] = (facts.PUBLIC_BODY,) if debtor == "public" else _lawyer(court)
    summary = "Une demande au juge, avec débat : la voie d'une facture contestée."
    if debtor != "public" and currency == "EUR" and amount_cents > facts.LAWYER_CENTS:
        summary = "Une demande au juge, avec débat ; au-dessus de 10 000 €, avec un avocat."
    pieces = (facts.PARTIES, facts.BREAKDOWN, facts.ORIGIN, facts.INVOICES, facts.PERFORMANCE, facts.NOTICE_PROOF)
    return Route("lawsuit", "Saisir le juge", summary, said, pieces, "check" if why else "open", why, court)


def _lawyer(court: Court) -> tuple[Fact, ...]:
    civil, commerce = facts.LAWYER
    before = {facts.CIVIL_FORM: civil, facts.COMMERCE_FORM: commerce}
    return tuple(before[form] for form in court.forms)
