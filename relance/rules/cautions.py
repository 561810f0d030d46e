"""What deserves a second look in a text a user wrote, without stopping them: where to pay, threats, length."""

import re
from dataclasses import dataclass

from relance.rules.texts import Wording, names

LONG = 1_200  # characters a client still reads
LAST = 4  # the firmness of a last reminder: it may announce a formal notice

# Never in a reminder, whatever its tone: crime, publicity, third parties, the look of a court.
_NEVER = (
    r"plainte|pénale?ment|escro\w*|voleu\w*|police|gendarmerie|huissier|commissaires? de justice|saisie|sais\w* vos|"
    r"liste noire|mauvais payeur|votre banque|vos clients|votre employeur|vos partenaires|votre entourage|"
    r"réseaux sociaux|avis en ligne|nous publierons|je publierai|publier(?:ai|ons)? votre|dernière chance|"
    r"criminal|police|bailiffs?|blacklist\w*|your bank|your employer|your customers|social media|last chance|fraud\w*"
)
_BEFORE_LAST = (
    r"mise en demeure|tribuna\w*|contentieu\w*|avocate?s?|recouvrement judiciaire|poursuites?|justice|"
    r"formal notice|courts?|lawyers?|legal action|lawsuits?"
)


@dataclass(frozen=True)
class Caution:
    """One remark: a French sentence, and whether it is only a hint."""

    sentence: str
    is_hint: bool = False


def cautions(wording: Wording, category: str, level: int) -> list[Caution]:
    """The remarks about a text of this category and firmness (0 to 5)."""
    found = []
    text = f"{wording.subject}\n{wording.body}"
    asks_for_money = category in ("before", "reminder")
    if asks_for_money and not {"paiement", "iban"} & set(names(wording.body)):
        found.append(Caution("Votre client ne saura pas où payer : ajoutez {paiement} ou {iban}."))
    said = re.sub(r"\{[^{}]*\}", " ", text.replace("’", "'"))
    rules = [_NEVER] if level >= LAST else [_NEVER, _BEFORE_LAST]
    words = [word for rule in rules for word in re.findall(rf"\b(?:{rule})\b", said, re.IGNORECASE)]
    for word in dict.fromkeys(word.lower() for word in words):
        found.append(
            Caution(f"« {word} » : une relance de ce ton ne menace pas et ne mêle personne d’autre à la facture.")
        )
    if len(wording.body) > LONG:
        found.append(
            Caution(f"Ce texte compte {len(wording.body)} caractères : au-delà de {LONG}, on le lit moins.", True)
        )
    return found
