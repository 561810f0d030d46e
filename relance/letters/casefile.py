"""The two papers of a case file: the list of its pieces (bordereau), and the account with interest by period.

Amounts are cents of each claim's currency, taxes included; dates are civil days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from relance.casefile import verifier_sha256
from relance.letters import pages
from relance.letters.facts import NoticeFacts

GROUPS = {
    "P1": "Factures",
    "P2": "Devis, commande, contrat et conditions",
    "P3": "Preuve de la prestation",
    "P4": "Messages envoyés",
    "P5": "Courriers, preuves de dépôt et de réception",
    "P6": "Décompte",
    "P7": "Identité des parties",
    "P8": "Échanges, litiges et échéanciers",
}
STYLESHEET = Path(__file__).with_name("casefile.css")
KINDS = {"organisation": "Client professionnel", "individual": "Particulier", "public": "Organisme public"}


@dataclass(frozen=True)
class Listed:
    """A piece of the list: its number, its order (P1 to P8), what it is, its day and its file in the ZIP."""

    number: int
    order: str
    title: str
    on: date | None
    path: str


@dataclass(frozen=True)
class Party:
    """Who is who: a name in bold, an address, and labels with their values."""

    name: str
    lines: tuple[str, ...]
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CaseFacts:
    """One case file. ``claims``: one for each currency. ``lost``: files whose bytes are gone from the storage.

    ``anchor`` is the head of the journal at the export. ``is_rate_known`` is False when interest could not be counted.
    """

    made_on: date
    creditor: Party
    debtor: Party
    claims: tuple[NoticeFacts, ...]
    pieces: tuple[Listed, ...]
    gaps: tuple[str, ...]
    lost: tuple[str, ...]
    anchor: str
    is_rate_known: bool = True


def list_page(facts: CaseFacts) -> str:
    """The HTML of the bordereau."""
    groups: dict[str, list[Listed]] = {}
    for piece in facts.pieces:
        groups.setdefault(piece.order, []).append(piece)
    return _page("bordereau.html", facts, groups=groups, titles=GROUPS, verifier_sha256=verifier_sha256())


def account_page(facts: CaseFacts) -> str:
    """The HTML of the account: what was invoiced, received and is due, and the interest period by period."""
    return _page("decompte.html", facts)


def _page(template: str, facts: CaseFacts, **values: object) -> str:
    style = Markup("<style>{}</style>").format(Markup(STYLESHEET.read_text(encoding="utf-8")))  # noqa: S704 (ours)
    names = [line.number for claim in facts.claims for line in claim.invoices]
    return pages.raised(
        pages.render(
            template,
            facts=facts,
            style=style,
            anchor=pages.anchor_words(facts.anchor),
            numbers=_numbers(names),
            **values,
        )
    )


def _numbers(names: Sequence[str]) -> str:
    """« facture n° F-1 », « 12 factures »."""
    return f"facture n° {names[0]}" if len(names) == 1 else f"{len(names)} factures"
