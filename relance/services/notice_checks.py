"""« Avant de poster »: what to know, and what to correct, before a formal notice leaves."""

from collections.abc import Sequence
from dataclasses import dataclass

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.rules import rates
from relance.rules.money import format_rate
from relance.rules.wording import long_date
from relance.services import claiming

WANTED_REMINDERS = 2
KINDS = {
    "organisation": "Client professionnel : pénalités et indemnité applicables",
    "individual": "Client particulier : ni pénalités, ni indemnité, ni frais ; intérêts au taux légal dès réception",
    "public": "Organisme public : intérêts moratoires et indemnité applicables",
}


@dataclass(frozen=True)
class Check:
    """One line. ``fix`` names where to correct it: client, company, bank, or nothing."""

    is_ok: bool
    sentence: str
    fix: str = ""


def before_posting(account: Account, client: Client, invoices: Sequence[Invoice]) -> list[Check]:
    """The lines of the panel, in French, for late invoices of one client."""
    checks = [_reminders(account, invoices), Check(True, KINDS[client.kind])]
    checks += _rates(account, client, invoices)
    printed = claiming.recipient(client)
    if printed.problems:
        checks += [Check(False, problem, "client") for problem in printed.problems]
    else:
        checks.append(Check(True, "Adresse du client complète"))
    checks += [Check(False, sentence, fix) for sentence, fix in _own_gaps(account)]
    return checks


def is_early(account: Account, invoices: Sequence[Invoice]) -> bool:
    """True when one of the invoices was the object of fewer than two reminders: ask for a confirmation."""
    return _fewest(account, invoices) < WANTED_REMINDERS


def _fewest(account: Account, invoices: Sequence[Invoice]) -> int:
    named = [ids for _, ids in claiming.reminders(account, invoices)]
    return min((sum(invoice.id in ids for ids in named) for invoice in invoices), default=0)


def _reminders(account: Account, invoices: Sequence[Invoice]) -> Check:
    sent = claiming.reminders(account, invoices)
    fewest = _fewest(account, invoices)
    if fewest >= WANTED_REMINDERS:
        return Check(True, f"{len(sent)} relances envoyées, la dernière le {long_date(sent[-1][0].on, year=False)}")
    count = "Aucune relance envoyée" if not fewest else "Une seule relance envoyée"
    about = "" if len(invoices) == 1 else " pour l'une de ces factures"
    return Check(False, f"{count}{about} : une mise en demeure sans avertissement est souvent mal reçue")


def _rates(account: Account, client: Client, invoices: Sequence[Invoice]) -> list[Check]:
    if client.kind != "organisation":
        return []
    latest = rates.TABLE[-1]
    checks = []
    contractual = {claiming.contractual_rate(account, client, invoice) for invoice in invoices}
    for rate in sorted(rate for rate in contractual if rate is not None):
        checks.append(Check(False, f"Vérifiez que {format_rate(rate)} est bien le taux porté sur la facture"))
        if rate < latest.floor_bp:
            checks.append(
                Check(
                    False,
                    f"{format_rate(rate)} est sous le minimum légal du {latest.label} ({format_rate(latest.floor_bp)})",
                )
            )
    if None in contractual:
        checks.append(
            Check(
                False,
                f"Taux légal par défaut, {format_rate(latest.business_bp)} au {latest.label} : "
                "vérifiez que la facture n'en porte pas un autre",
            )
        )
    return checks


def _own_gaps(account: Account) -> list[tuple[str, str]]:
    gaps = []
    if not account.address.strip():
        gaps.append(("Votre adresse manque en tête de la lettre", "company"))
    if not account.siret:
        gaps.append(("Votre SIRET manque en tête de la lettre", "company"))
    if not account.iban:
        gaps.append(("Votre IBAN manque : la lettre ne dit pas où payer", "bank"))
    return gaps
