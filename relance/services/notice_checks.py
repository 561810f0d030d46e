"""« Avant de poster »: what to know, and what to correct, before a formal notice leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.rules import rates
from relance.services import claiming, disputing

WANTED_REMINDERS = 2
KINDS = {
    "organisation": "Client professionnel : pénalités et indemnité applicables",
    "individual": "Client particulier : ni pénalités, ni indemnité, ni frais ; intérêts au taux légal dès réception",
    "public": "Organisme public : intérêts moratoires et indemnité applicables",
}


@dataclass(frozen=True)
class Check:
    """One line: a French sentence with {placeholders}, and their values (rates in hundredths of a percent).

    ``fix`` names where to correct it: client, company, bank, or nothing.
    """

    is_ok: bool
    sentence: str
    values: Mapping[str, int | str | date] = field(default_factory=dict)
    fix: str = ""


def before_posting(account: Account, client: Client, invoices: Sequence[Invoice]) -> list[Check]:
    """The lines of the panel, in French, for late invoices of one client."""
    checks = [_reminders(account, invoices), Check(True, KINDS[client.kind])]
    if any(disputing.current(invoice) is not None for invoice in invoices):
        checks.append(Check(False, "Litige en cours : répondez à votre client avant d'exiger le paiement"))
    checks += _rates(account, client, invoices)
    printed = claiming.recipient(client)
    if printed.problems:
        checks += [Check(False, problem, fix="client") for problem in printed.problems]
    else:
        checks.append(Check(True, "Adresse du client complète"))
    checks += [Check(False, sentence, fix=fix) for sentence, fix in own_gaps(account)]
    return checks


def is_early(account: Account, invoices: Sequence[Invoice]) -> bool:
    """True when one of the invoices was the object of fewer than two reminders: ask for a confirmation."""
    return _fewest(account, invoices) < WANTED_REMINDERS


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


def _rates(account: Account, client: Client, invoices: Sequence[Invoice]) -> list[Check]:
    if client.kind != "organisation":
        return []
    latest = rates.TABLE[-1]
    checks = []
    contractual = {claiming.contractual_rate(account, client, invoice) for invoice in invoices}
    for rate in sorted(rate for rate in contractual if rate is not None):
        checks.append(Check(False, "Vérifiez que {taux} est bien le taux porté sur la facture", {"taux": rate}))
        if rate < latest.floor_bp:
            checks.append(
                Check(
                    False,
                    "{taux} est sous le minimum légal du {semestre}, {plancher}",
                    {"taux": rate, "semestre": latest.label, "plancher": latest.floor_bp},
                )
            )
    if None in contractual:
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
