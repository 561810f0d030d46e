"""« Avant de poster »: what to know, and what to correct, before a formal notice leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from relance.letters import scripts
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.holds import Promise
from relance.models.invoices import Invoice
from relance.models.letters import ASIDE, Letter, LetterInvoice
from relance.models.payment_plans import PaymentPlan, PlanInvoice
from relance.rules import limitation, rates
from relance.services import claiming, letter_parts, limiting, rating
from relance.services.appending import Apart

WANTED_REMINDERS = 2
KINDS = {
    "organisation": "Client professionnel : pénalités et indemnité applicables",
    "individual": "Client particulier : ni pénalités, ni indemnité, ni frais ; intérêts au taux légal dès réception",
    "public": "Organisme public : intérêts moratoires et indemnité applicables",
}


@dataclass(frozen=True)
class Check:
    """One line: a French sentence with {placeholders}, and their values (rates in hundredths of a percent).

    ``fix`` names where to correct or look: client, company, bank, plan, letter, insolvency, or nothing.
    ``is_urgent``: red.
    ``with_year``: its dates are shown with their year.
    """

    is_ok: bool
    sentence: str
    values: Mapping[str, int | str | date] = field(default_factory=dict)
    fix: str = ""
    is_urgent: bool = False
    with_year: bool = False


def before_posting(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    today: date,
    apart: Sequence[Apart] = (),
    but: Letter | None = None,
    dated_on: date | None = None,
) -> list[Check]:
    """The lines of the panel, in French, for late invoices of one client. ``today`` is the account's day.

    ``apart``: the files that cannot follow the letter. ``but``: the letter itself, once there is one.
    """
    checks = [*_earlier(invoices, but), *_dated_ahead(dated_on, today)]
    checks += [_reminders(account, invoices), Check(True, KINDS[client.kind])]
    if letter_parts.disputed(invoices):
        checks.append(Check(False, "Litige en cours : répondez à votre client avant d'exiger le paiement"))
    else:
        checks.append(Check(True, "Aucune contestation signalée"))
    checks += _agreed(invoices)
    checks += _rates(account, client, invoices, today)
    checks += _limitation(invoices, today)
    printed = claiming.recipient(client)
    if printed.problems:
        checks += [Check(False, problem, fix="client") for problem in printed.problems]
    else:
        checks.append(Check(True, "Adresse du client complète"))
    checks += rewritten(printed.lines, invoices)
    checks += [Check(False, sentence, fix=fix) for sentence, fix in own_gaps(account)]
    checks += [not_joined(one) for one in apart]
    if client.kind == "organisation":
        checks.append(
            Check(False, "Vérifiez qu'aucune procédure collective n'est ouverte contre ce client", fix="insolvency")
        )
    return checks


def rewritten(recipient: Sequence[str], invoices: Sequence[Invoice]) -> list[Check]:
    """What the letter writes in other letters, for want of a font: a name in Chinese, an emoji in an object."""
    sides = [(recipient, "client"), ([text for one in invoices for text in (one.object, one.order_reference)], "")]
    return [
        Check(
            False,
            "« {texte} » s'imprimera « {imprimé} » : nos polices n'ont pas ces caractères"
            if shown
            else "« {texte} » ne s'imprimera pas : nos polices n'ont pas ces caractères",
            {"texte": written, "imprimé": shown},
            fix=fix,
        )
        for texts, fix in sides
        for written, shown in scripts.rewritten(texts)
    ]


def not_joined(one: Apart) -> Check:
    """What to know of a file that cannot follow the letter."""
    if one.title:
        return Check(
            False, "La pièce « {titre} » n'est pas jointe : {raison}", {"titre": one.title, "raison": one.because}
        )
    return Check(
        False, "La facture {numéro} n'est pas jointe : {raison}", {"numéro": one.number, "raison": one.because}
    )


def reads(account: Account, client: Client, invoices: Sequence[Invoice]) -> tuple[Any, ...]:
    """What a notice and ``before_posting`` read about these invoices, to be read together before them."""
    ids = [invoice.id for invoice in invoices]
    return (
        *claiming.reads(account, client, invoices),
        letter_parts.disputes_read(ids),
        _notices(invoices),
        _promises(invoices),
        _plans(invoices),
        *limiting.reads(ids),
    )


def is_early(account: Account, invoices: Sequence[Invoice]) -> bool:
    """True when one of the invoices was the object of fewer than two reminders: ask for a confirmation."""
    return _fewest(account, invoices) < WANTED_REMINDERS


def doubts(invoices: Sequence[Invoice]) -> dict[int, list[str]]:
    """What a person should know before asking for a notice about each invoice, by id: French, to go on a sentence."""
    found: dict[int, list[str]] = {}
    notices = [(key, state) for _letter, state, _day, key in _notices(invoices)]
    sources = (
        ("un litige est en cours", letter_parts.disputed(invoices)),
        ("un échéancier est en cours", {key for key, _plan in _plans(invoices)}),
        ("un paiement est promis", {key for key, _day in _promises(invoices)}),
        ("une mise en demeure est déjà partie", {key for key, state in notices if state != "ready"}),
        ("une mise en demeure est déjà prête", {key for key, state in notices if state == "ready"}),
    )
    for words, ids in sources:
        for key in ids:
            found.setdefault(key, []).append(words)
    return found


def _fewest(account: Account, invoices: Sequence[Invoice]) -> int:
    sent = claiming.reminders(account, invoices)
    return min((sum(invoice.number in one.numbers for one in sent) for invoice in invoices), default=0)


def _reminders(account: Account, invoices: Sequence[Invoice]) -> Check:
    sent = claiming.reminders(account, invoices)
    fewest = _fewest(account, invoices)
    if fewest >= WANTED_REMINDERS:
        return Check(True, "{n} relances envoyées, la dernière le {date}", {"n": len(sent), "date": sent[-1].on})
    if len(invoices) == 1:
        sentence = (
            "Une seule relance envoyée : une mise en demeure aussi tôt est souvent mal reçue"
            if fewest
            else "Aucune relance envoyée : une mise en demeure sans avertissement est souvent mal reçue"
        )
    else:
        sentence = "Moins de deux relances envoyées pour l'une de ces factures : la lettre peut être mal reçue"
    return Check(False, sentence)


def _notices(invoices: Sequence[Invoice]) -> Any:
    ids = [invoice.id for invoice in invoices]
    query = Letter.select(Letter.id, Letter.state, Letter.dated_on, LetterInvoice.invoice).join(LetterInvoice)
    query = query.where(LetterInvoice.invoice.in_(ids), Letter.kind == "formal_notice", Letter.state.not_in(ASIDE))
    return query.order_by(Letter.id).tuples()


def _earlier(invoices: Sequence[Invoice], but: Letter | None) -> list[Check]:
    """The formal notice that one of these invoices already has: the one that went furthest, then the latest."""
    far = {"ready": 0, "posted": 1}
    found = [row for row in _notices(invoices) if but is None or row[0] != but.id]
    if not found:
        return []
    letter_id, state, day, _invoice = max(found, key=lambda row: (far.get(row[1], 2), row[0]))
    sentence = {
        "ready": "Une mise en demeure du {date} est déjà prête pour l'une de ces factures : postez-la ou abandonnez-la",
        "posted": "Une mise en demeure du {date} est déjà postée pour l'une de ces factures",
        "received": "Une mise en demeure du {date} a déjà été reçue pour l'une de ces factures",
    }.get(state, "Une mise en demeure du {date} a déjà été présentée pour l'une de ces factures")
    return [Check(False, sentence, {"date": day, "lettre": letter_id}, fix="letter")]


def _dated_ahead(dated_on: date | None, today: date) -> list[Check]:
    if dated_on is None or dated_on <= today:
        return []
    return [Check(False, "Lettre datée du {date} : à poster ce jour-là ou après", {"date": dated_on})]


def _promises(invoices: Sequence[Invoice]) -> Any:
    ids = [invoice.id for invoice in invoices]
    promises = Promise.select(Promise.invoice, Promise.promised_on)
    return promises.where(Promise.invoice.in_(ids), Promise.state == "open").order_by(Promise.id).tuples()


def _plans(invoices: Sequence[Invoice]) -> Any:
    ids = [invoice.id for invoice in invoices]
    plans = PlanInvoice.select(PlanInvoice.invoice, PaymentPlan.id).join(PaymentPlan)
    return plans.where(PlanInvoice.invoice.in_(ids), PaymentPlan.state == "open").order_by(PlanInvoice.id).tuples()


def _agreed(invoices: Sequence[Invoice]) -> list[Check]:
    """What was agreed with the client, which a formal notice would break."""
    numbers = {invoice.id: invoice.number for invoice in invoices}
    promised = "Facture {numéro} : un paiement est promis pour le {date}"
    planned = "Facture {numéro} : un échéancier est en cours"
    found = [Check(False, promised, {"numéro": numbers[key], "date": day}) for key, day in _promises(invoices)]
    return found + [
        Check(False, planned, {"numéro": numbers[key], "plan": plan}, fix="plan") for key, plan in _plans(invoices)
    ]


def _limitation(invoices: Sequence[Invoice], today: date) -> list[Check]:
    """The invoices that can soon be claimed no more: amber at six months, red at two."""
    found = []
    ends = limiting.of_invoices(invoices)
    for invoice in invoices:
        end = ends.get(invoice.id)
        level = limitation.level_of(end, today) if end is not None else ""
        if end is None or not level:
            continue
        sentence = (
            "Facture {numéro} : prescrite depuis le {date}, sauf acte qui a interrompu le délai"
            if level == "over"
            else "Facture {numéro} : prescription le {date}. Une mise en demeure n'interrompt pas ce délai"
        )
        values: dict[str, int | str | date] = {"numéro": invoice.number, "date": end}
        found.append(Check(False, sentence, values, is_urgent=level != "soon", with_year=True))
    return found


def _rates(account: Account, client: Client, invoices: Sequence[Invoice], today: date) -> list[Check]:
    if client.kind != "organisation":
        return []
    table = rating.table_of(account)
    latest, floor = table.get(*rates.half_of(today)) or table.rows[-1], table.latest_floor()
    checks = []
    contractual = {claiming.contractual_rate(account, client, invoice) for invoice in invoices}
    for rate in sorted(rate for rate in contractual if rate is not None):
        checks.append(Check(False, "Vérifiez que {taux} est bien le taux porté sur la facture", {"taux": rate}))
        if floor is not None and rate < floor.floor_bp:
            checks.append(
                Check(
                    False,
                    "{taux} est sous le minimum légal du {semestre}, {plancher}",
                    {"taux": rate, "semestre": floor.label, "plancher": floor.floor_bp},
                )
            )
    if None in contractual and latest.mro_bp is not None:
        checks.append(
            Check(
                False,
                "Taux légal par défaut, {taux} au {semestre} : vérifiez que la facture n'en porte pas un autre",
                {"taux": latest.business_bp, "semestre": latest.label},
            )
        )
    return checks


def own_gaps(account: Account) -> list[tuple[str, str]]:
    """What the account itself lacks on a letter, and where to add it: (sentence, fix)."""
    gaps = []
    if not account.address.strip():
        gaps.append(("Votre adresse manque en tête de la lettre", "company"))
    if not account.siret:
        gaps.append(("Votre SIRET manque en tête de la lettre", "company"))
    if not account.iban:
        gaps.append(("Votre IBAN manque : la lettre ne dit pas où payer", "bank"))
    return gaps
