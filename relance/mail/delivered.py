"""The texts Relance comes with: eight for invoices, one for quotes, each for « vous », « tu » and English."""

from dataclasses import dataclass
from functools import lru_cache

from relance.mail.layout import FOLDER
from relance.rules.plans import LEVELS
from relance.rules.texts import Wording
from relance.rules.wording import french

VARIANTS = ("vous", "tu", "en")


@dataclass(frozen=True)
class Kind:
    """Its name; where the list shows it (« before », « reminder », « thanks », « quote »); how firm it is, 0 to 5."""

    name: str
    category: str
    level: int


KINDS = {
    "standard": Kind("Envoi de la facture", "before", LEVELS["standard"]),
    "prerelance": Kind("Prérelance", "before", LEVELS["prerelance"]),
    "echeance": Kind("Relance à l'échéance", "before", LEVELS["echeance"]),
    "rappel": Kind("Rappel", "reminder", LEVELS["rappel"]),
    "relance_1": Kind("Relance 1", "reminder", LEVELS["relance_1"]),
    "relance_2": Kind("Relance 2", "reminder", LEVELS["relance_2"]),
    "dernier_rappel": Kind("Dernier rappel", "reminder", LEVELS["dernier_rappel"]),
    "remerciement": Kind("Remerciement", "thanks", 0),
    "devis_prerelance": Kind("Prérelance de devis", "quote", 0),
}


def nearest(category: str, level: int) -> str:
    """The delivered text of a category whose firmness is the closest from below."""
    refs = [ref for ref, kind in KINDS.items() if kind.category == category and kind.level <= level]
    if category == "before":
        return "prerelance"
    if refs:
        return refs[-1]
    return next((ref for ref, kind in KINDS.items() if kind.category == category), "prerelance")


def variant_of(language: str, register: str) -> str:
    """Which version is read: « en » in English, else « tu » or « vous »."""
    if language == "en":
        return "en"
    return "tu" if register == "tu" else "vous"


@lru_cache(maxsize=128)
def wording(ref: str, variant: str, is_many: bool) -> Wording:
    """The delivered text, for one invoice or for several. KeyError for a ref that is not delivered."""
    if ref not in KINDS:
        raise KeyError(ref)
    many = "_many" if is_many else ""
    source = (FOLDER / ref / f"{variant}{many}.txt").read_text(encoding="utf-8").strip("\n")
    subject, _, body = (source if variant == "en" else french(source)).partition("\n")
    return Wording(subject, body.strip("\n"))
