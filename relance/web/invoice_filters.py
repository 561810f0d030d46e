"""The filter of the list, in its address and in words."""

from typing import Any
from urllib.parse import urlencode

from flask import request

from relance.rules.money import parse_amount
from relance.services.listing import Filter, Page
from relance.web.i18n import _
from relance.web.numbers import row_id

PILLS = {
    "a-encaisser": "À encaisser",
    "retard": "En retard",
    "a-echoir": "À échoir",
    "promesses": "Promesses",
    "litiges": "Litiges",
    "payees": "Payées",
    "brouillons": "Brouillons",
    "toutes": "Toutes",
}
AGES = {
    "sous-30": "À échoir sous 30 jours",
    "1-30": "1 à 30 jours",
    "31-60": "31 à 60 jours",
    "61-90": "61 à 90 jours",
    "90": "Plus de 90 jours",
}
SORTS = {"echeance": "Échéance", "montant": "Montant", "client": "Client"}


def filter_of_request() -> Filter:
    """The filter that the address asks for; what cannot be read is left out."""
    args = request.args
    chased = {"oui": True, "non": False}.get(args.get("relances", ""))
    return Filter(
        status=args.get("statut", "a-encaisser"),
        q=args.get("q", ""),
        client_id=row_id(args.get("client")) or None,
        kind=args.get("type", ""),
        age=args.get("age", ""),
        min_cents=_cents(args.get("min", "")),
        max_cents=_cents(args.get("max", "")),
        is_chased=chased,
        is_paused=args.get("relances") == "pause",
        sequence_id=row_id(args.get("sequence")) or None,
        sort=args.get("tri", "echeance"),
        is_descending=args.get("ordre", "") == "desc",
        after=args.get("apres", ""),
    ).cleaned()


def link_to(wanted: Filter, **changes: Any) -> str:
    """The address of the list with ``changes`` (by parameter); a change goes back to the first page."""
    params: dict[str, Any] = {
        "statut": wanted.status if wanted.status != "a-encaisser" else "",
        "q": wanted.q,
        "client": wanted.client_id,
        "type": wanted.kind,
        "age": wanted.age,
        "min": _shown(wanted.min_cents),
        "max": _shown(wanted.max_cents),
        "relances": _chased_word(wanted),
        "sequence": wanted.sequence_id,
        "tri": wanted.sort if wanted.sort != "echeance" else "",
        "ordre": "desc" if wanted.is_descending else "",
    }
    path = changes.pop("path", "/factures")
    params |= changes
    query = urlencode({name: value for name, value in params.items() if value not in ("", None)})
    return f"{path}?{query}" if query else path


def _chased_word(wanted: Filter) -> str:
    if wanted.is_paused:
        return "pause"
    return "" if wanted.is_chased is None else "oui" if wanted.is_chased else "non"


def _shown(cents: int | None) -> str:
    return "" if cents is None else f"{cents // 100},{cents % 100:02d}"


def _cents(text: str) -> int | None:
    try:
        return parse_amount(text) if text.strip() else None
    except ValueError:
        return None


def is_shown(status: str, page: Page) -> bool:
    """Drafts have a pill only while there are some; what is not due yet, only where a link led to it."""
    if page.filter.status == status:
        return True
    return bool(page.counts[status]) if status == "brouillons" else status != "a-echoir"


def title_of(page: Page) -> str:
    """What the list holds, in words."""
    titles = {
        "a-encaisser": "Factures à encaisser",
        "retard": "Factures en retard",
        "a-echoir": "Factures à échoir",
        "promesses": "Factures avec une promesse de paiement",
        "litiges": "Factures en litige",
        "payees": "Factures payées",
        "brouillons": "Brouillons",
        "toutes": "Toutes les factures",
    }
    return _(titles[page.filter.status])
