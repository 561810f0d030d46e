"""The life-cycle message of the French reform: CDAR, UN/CEFACT CrossDomainAcknowledgementAndResponse (D22B, D23B).

Names of elements are those of XP Z12-012 and of the specifications of the reform; they are found by local names,
whatever the prefix, and what a platform leaves out is left empty. Where the tables of the reform put one fact:

- the invoice: AcknowledgementDocument / ReferenceReferencedDocument, its number (IssuerAssignedID, BT-1), its date
  (FormattedIssueDateTime, BT-2) and its seller (IssuerTradeParty, BT-30);
- the status: ProcessConditionCode, of the reference or of its SpecifiedDocumentStatus;
- its day: IssueDateTime of the acknowledgement, else of the message;
- why: Reason, ReasonCode and the notes of each SpecifiedDocumentStatus;
- what was cashed: the SpecifiedDocumentCharacteristic of type MEN, one for each rate of VAT, taxes included.
"""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from relance.imports import statuses
from relance.imports.statuses import StatusRead
from relance.imports.values import RefusedError
from relance.imports.xml import child, children, local_name, parse, text, texts

ROOTS = ("CrossDomainAcknowledgementAndResponse", "CrossDomainApplicationResponse")
CASHED = "MEN"
SIREN = "0002"
NOT_CDAR = "Ce fichier XML n'est pas un message de cycle de vie (CDAR)."
BAD_AMOUNT = "Le montant encaissé de ce message ne se lit pas, ou annule un encaissement : notez-le à la main."
TWO_CURRENCIES = "Ce message donne des montants encaissés en plusieurs devises : notez-les à la main."

# The reasons of XP Z12-012, in words, for messages that give the code alone.
REASONS = {
    "ADR_ERR": "adresse de facturation erronée",
    "ART_ERR": "article facturé incorrect",
    "CALCUL_ERR": "erreur de calcul",
    "CMD_ERR": "numéro de commande incorrect ou absent",
    "CODE_ROUTAGE_ERR": "code de routage absent ou erroné",
    "CONTRAT_TERM": "contrat terminé",
    "COORD_BANC_ERR": "coordonnées bancaires erronées",
    "DEST_ERR": "erreur de destinataire",
    "DEST_INC": "destinataire inconnu",
    "DOUBLE_FACT": "déjà facturé",
    "DOUBLON": "facture en double",
    "EMMET_INC": "émetteur inconnu",
    "JUSTIF_ABS": "justificatif absent ou insuffisant",
    "LIVR_INCOMP": "problème de livraison",
    "MODPAI_ERR": "modalités de paiement incorrectes",
    "MONTANTTOTAL_ERR": "montant total erroné",
    "NON_CONFORME": "mention légale manquante",
    "NON_TRANSMISE": "facture non transmise",
    "PU_ERR": "prix unitaires incorrects",
    "QTE_ERR": "quantité facturée incorrecte",
    "QUALITE_ERR": "qualité incorrecte",
    "REF_CT_ABSENT": "référence du contrat absente",
    "REF_ERR": "référence incorrecte",
    "REM_ERR": "remise erronée",
    "ROUTAGE_ERR": "erreur de routage",
    "SIRET_ERR": "SIRET erroné ou absent",
    "TRANSAC_INC": "transaction inconnue",
    "TX_TVA_ERR": "taux de TVA erroné",
}

_NUMBER = re.compile(r"[+-]?\d{1,13}(?:\.\d{1,6})?")


def read(content: bytes) -> tuple[StatusRead, ...]:
    """Every status of a message, one for each invoice it names. RefusedError, in French, when it is none."""
    root = parse(content)
    if local_name(root) not in ROOTS:
        raise RefusedError(NOT_CDAR)
    sent_on = _day(child(root, "ExchangedDocument", "IssueDateTime"))
    found: list[StatusRead] = []
    for acknowledgement in children(root, "AcknowledgementDocument"):
        on = _day(child(acknowledgement, "IssueDateTime")) or sent_on
        for reference in children(acknowledgement, "ReferenceReferencedDocument|ReferencedReferencedDocument"):
            found += _statuses(reference, on, len(found))
            if len(found) > statuses.MAX_STATUSES:
                raise RefusedError(statuses.TOO_MANY)
    if not found:
        raise RefusedError(statuses.NO_STATUS)
    return tuple(found)


def _statuses(reference: Element, on: dt.date | None, before: int) -> list[StatusRead]:
    """The statuses of one invoice: its own, or, when only its details have codes, one for each code."""
    details = children(reference, "SpecifiedDocumentStatus")
    own = text(reference, "ProcessConditionCode")
    groups: dict[str, list[Element]] = {}
    for detail in details:
        groups.setdefault(own or text(detail, "ProcessConditionCode"), []).append(detail)
    if own or not groups:
        groups = {own: details}
    made: list[StatusRead] = []
    for code, some in groups.items():
        words = next((word for node in (reference, *some) for word in texts(node, "ProcessCondition")), "")
        made.append(_status(reference, code or words, some, on, before + len(made) + 1))
    return made


def _status(reference: Element, code: str, details: list[Element], on: dt.date | None, line: int) -> StatusRead:
    days = (_day(child(detail, "ReferenceDateTime")) for detail in details)
    stated_on = next((day for day in days if day), None)
    cents, currency, paid_on, error = _cashed(details)
    return statuses.checked(
        StatusRead(
            number=text(reference, "IssuerAssignedID")[: statuses.MAX_NUMBER],
            code=statuses.code_of(code) or code[:40],
            on=on or stated_on,
            issued_on=_day(child(reference, "FormattedIssueDateTime|IssueDateTime")),
            seller_siren=_siren(reference, "IssuerTradeParty", "SE", or_any=True),
            buyer_siren=_siren(reference, "RecipientTradeParty", "BY"),
            reason=_reason(details),
            amount_cents=cents,
            currency=currency,
            paid_on=paid_on or stated_on,
            line=line,
            error=error,
        )
    )


def _cashed(details: list[Element]) -> tuple[int | None, str, dt.date | None, str]:
    """What was cashed, in cents and currency, the day it came, and the problem with it."""
    total, currencies, paid_on, is_stated = Decimal(0), set(), None, False
    for cashed in (one for detail in details for one in children(detail, "SpecifiedDocumentCharacteristic")):
        amount = child(cashed, "ValueAmount")
        if text(cashed, "TypeCode") != CASHED or amount is None:
            continue
        value = (amount.text or "").strip()
        if not _NUMBER.fullmatch(value):
            return None, "", None, BAD_AMOUNT
        is_stated = True
        total += Decimal(value)
        currencies.add((amount.get("currencyID") or "").strip().upper())
        paid_on = paid_on or _day(child(cashed, "ValueDateTime"))
    if not is_stated:
        return None, "", None, ""
    if len(currencies - {""}) > 1:
        return None, "", None, TWO_CURRENCIES
    try:
        cents = int((total * 100).quantize(Decimal(1)))
    except InvalidOperation:
        return None, "", None, BAD_AMOUNT
    if cents <= 0:
        return None, "", None, BAD_AMOUNT
    return cents, next(iter(currencies - {""}), ""), paid_on, ""


def _reason(details: list[Element]) -> str:
    """Why, in words: what was written, else the word of the code, else the code."""
    found: list[str] = []
    for detail in details:
        words = [*texts(detail, "Reason"), *texts(detail, "IncludedNote", "Content")]
        words = words or [REASONS.get(code, code) for code in texts(detail, "ReasonCode") if code != "AUTRE"]
        found += [word for word in words if word not in found]
    return statuses.clean(" ; ".join(found))


def _siren(reference: Element, party: str, role: str, *, or_any: bool = False) -> str:
    """The SIREN of a party of the invoice in this role, else, when ``or_any``, in any other; empty when it has none.

    Who issued the invoice is taken whatever its role: without a seller, somebody else's status would pass for ours.
    """
    parties = [one for one in children(reference, party) if or_any or text(one, "RoleCode") == role]
    for one in sorted(parties, key=lambda one: text(one, "RoleCode") != role):
        for mark in (
            *children(one, "GlobalID"),
            *children(one, "ID"),
            *children(one, "SpecifiedLegalOrganization", "ID"),
        ):
            digits = "".join((mark.text or "")[:100].split())
            is_siren = mark.get("schemeID", SIREN) in (SIREN, "0009", "0225")
            if is_siren and re.fullmatch(r"[0-9]{9}(?:[0-9]{5})?(?:_.*)?", digits):
                return digits[:9]
    return ""


def _day(element: Element | None) -> dt.date | None:
    """The civil day of a date (formats 102, 203, 204, 205, or ISO 8601), or None."""
    if element is None:
        return None
    value = text(element, "DateTimeString|DateTime") or (element.text or "").strip()
    found = re.match(r"(\d{4})-?(\d{2})-?(\d{2})", value)
    if found is None:
        return None
    try:
        day = dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None
