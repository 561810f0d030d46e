"""Numbers that identify a business or a bank account: checked by their keys, shown by groups."""

import re

from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum.eu import vat as stdnum_vat
from stdnum.exceptions import ValidationError
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

MAX_ADDRESS_LINES = 6
MAX_LINE_LENGTH = 38  # AFNOR XP Z10-011


def read_siret(text: str) -> str:
    """The 14 digits of a SIRET, without spaces. ValueError in French otherwise."""
    digits = _compact(text)
    if not digits.isdigit() or len(digits) != 14:
        count = sum(character.isdigit() for character in digits)
        raise ValueError(f"Un SIRET compte 14 chiffres, vous en avez saisi {count}.")
    if not stdnum_siret.is_valid(digits):
        raise ValueError("Ce SIRET n'existe pas : sa clé de contrôle ne correspond pas. Vérifiez chaque chiffre.")
    return digits


def read_siren(text: str) -> str:
    """The 9 digits of a SIREN, or the 14 of a SIRET. ValueError in French otherwise."""
    digits = _compact(text)
    if len(digits) == 14:
        return read_siret(digits)
    if not stdnum_siren.is_valid(digits):
        raise ValueError("Un SIREN compte 9 chiffres, un SIRET 14 : vérifiez ce numéro.")
    return digits


def read_vat(text: str) -> str:
    """A European VAT number, its country first, checked by its key. ValueError in French otherwise."""
    number = _compact(text).upper()
    try:
        return str(stdnum_vat.validate(number))
    except ValidationError:
        raise ValueError(
            "Ce numéro de TVA n'est pas valable. Il commence par le code du pays, par exemple FR 40 303265045."
        ) from None


def read_iban(text: str) -> str:
    """An IBAN without spaces, checked by its key. ValueError in French otherwise."""
    number = _compact(text).upper()
    try:
        return str(stdnum_iban.validate(number, check_country=False))
    except ValidationError:
        raise ValueError(
            "Cet IBAN n’est pas valide : la clé de contrôle ne correspond pas. Recopiez-le depuis votre RIB."
        ) from None


def read_bic(text: str) -> str:
    """A BIC of 8 or 11 characters. ValueError in French otherwise."""
    code = _compact(text).upper()
    if not stdnum_bic.is_valid(code):
        raise ValueError("Un BIC compte 8 ou 11 caractères, par exemple AGRIFRPP. Recopiez-le depuis votre RIB.")
    return code


def masked_iban(iban: str) -> str:
    """The ends of an IBAN: enough to recognise it, not to use it. « aucun » when empty."""
    return f"{iban[:4]} … {iban[-4:]}" if iban else "aucun"


def check_address(text: str) -> list[str]:
    """What does not fit in the window of an envelope, as French sentences; an empty list when all does."""
    lines = text.splitlines()
    problems = []
    if len(lines) > MAX_ADDRESS_LINES:
        problems.append(f"Une adresse tient sur {MAX_ADDRESS_LINES} lignes, vous en avez saisi {len(lines)}.")
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE_LENGTH:
            rest = line[MAX_LINE_LENGTH:]
            problems.append(f"La ligne {number} dépasse {MAX_LINE_LENGTH} caractères : « {rest} » ne tient pas.")
    return problems


def _compact(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f.\-]+", "", text)
