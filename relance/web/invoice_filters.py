"""The filter of the list, in its address and in words."""

from typing import Any
from urllib.parse import urlencode

from flask import request
from peewee import fn

from relance.models.clients import Client
from relance.models.sequences import Sequence
from relance.rules import labels
from relance.rules.money import parse_amount
from relance.services import listing, matching
from relance.services.listing import Filter, Page
from relance.services.matching import plain
from relance.web import filters, names
from relance.web.i18n import _, _n, language
from relance.web.numbers import row_id
from relance.web.scope import current_account

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
MOST_CLIENTS = 200  # to choose from in a list; beyond, a name is typed
REMINDERS = {"oui": "Relances activées", "non": "Relances désactivées", "pause": "En pause"}
# What the address may ask for, by parameter; anything else is answered with the whole list, and a word.
_KNOWN = {
    "statut": PILLS,
    "type": names.INVOICE_KINDS,
    "age": AGES,
    "relances": REMINDERS,
    "tri": SORTS,
    "ordre": ("asc", "desc"),
}


def makes_sense(wanted: Filter) -> bool:
    """False when the address asks for a filter, an order or a page key that does not exist."""
    args = request.args
    if any(args.get(name) and args[name] not in values for name, values in _KNOWN.items()):
        return False
    if any(args.get(name, "").strip() and _cents(args[name]) is None for name in ("min", "max")):
        return False
    if args.get("client", "").strip() and wanted.client_id is None:
        return False
    account = current_account()
    if (
        wanted.client_id
        and not Client.select().where(Client.id == wanted.client_id, Client.account == account).exists()
    ):
        return False
    followed = Sequence.select().where(Sequence.id == wanted.sequence_id, Sequence.account == account)
    if args.get("sequence") and not (wanted.sequence_id and followed.exists()):
        return False
    return not wanted.after or listing.read_cursor(wanted) is not None


def sensible(wanted: Filter) -> tuple[Filter, bool]:
    """The filter to show and whether it is what was asked: one that makes no sense shows all that is to collect."""
    return (wanted, True) if makes_sense(wanted) else (Filter(), False)


def client_asked(text: str) -> int | None:
    """The client that the address names by its id or, typed, by its name: the one of that name, or the only match."""
    words = " ".join(text.split())[:200]
    if not words or words.isdigit():
        return row_id(words) or None
    found = matching_clients(words, 50)
    exact = [client for client in found if plain(client.name) == plain(words)]
    only = exact or found
    return only[0].id if len(only) == 1 else None


def matching_clients(words: str, limit: int) -> list[Client]:
    """The clients in use whose name holds ``words``, by name."""
    query = _clients().where(matching.holds(Client.name, matching.asked(words)))
    return list(query.order_by(fn.LOWER(Client.name), Client.id).limit(limit))


def client_choices(wanted: Filter) -> list[Client]:
    """The clients to choose from, the one of the filter among them; none when they are too many for a list."""
    found = list(_clients().limit(MOST_CLIENTS + 1))
    if len(found) > MOST_CLIENTS:
        return []
    if wanted.client_id and wanted.client_id not in {client.id for client in found}:
        found += list(Client.select().where(Client.account == current_account(), Client.id == wanted.client_id))
    return sorted(found, key=lambda client: plain(client.name))


def client_name(client_id: int | None) -> str:
    """The name of the client of the filter, '' without one."""
    client = Client.get_or_none(Client.id == client_id, Client.account == current_account()) if client_id else None
    return str(client.name) if client is not None else ""


def _clients() -> Any:
    return Client.select(Client.id, Client.name).where(
        Client.account == current_account(), Client.archived_at.is_null()
    )


def filter_of_request() -> Filter:
    """The filter that the address asks for; what cannot be read is left out."""
    args = request.args
    chased = {"oui": True, "non": False}.get(args.get("relances", ""))
    return Filter(
        status=args.get("statut", "a-encaisser"),
        q=args.get("q", ""),
        client_id=client_asked(args.get("client", "")),
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
        is_last=args.get("fin") == "1",
    ).cleaned()


def link_to(wanted: Filter, **changes: Any) -> str:
    """The address of the list with ``changes`` (by parameter); a change goes back to the first page."""
    params: dict[str, Any] = {
        "statut": wanted.status if wanted.status != "a-encaisser" else "",
        "q": wanted.q,
        "client": wanted.client_id,
        "type": wanted.kind,
        "age": wanted.age,
        "min": shown_cents(wanted.min_cents),
        "max": shown_cents(wanted.max_cents),
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


def shown_cents(cents: int | None) -> str:
    """An amount as it is typed: « 1234,56 », '' for none."""
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


def counted(count: int) -> str:
    """« une facture », « 38 factures », « plus de 10 000 factures »."""
    if count > listing.MOST:
        return _("plus de 10 000 factures")
    return _n("une facture", "{n} factures", count)


def pill_count(count: int) -> str:
    """The number of a pill; « 10 000+ » beyond what is counted."""
    return _("10 000+") if count > listing.MOST else labels.grouped(count, language())


def in_words(page: Page, client: str, sequence: str) -> str:
    """The whole filter in one line, for paper: « Factures en retard, plus de 90 jours, Latitude Conseil »."""
    wanted, word = page.filter, _chased_word(page.filter)
    chosen = [AGES.get(wanted.age), names.INVOICE_KINDS.get(wanted.kind), REMINDERS.get(word)]
    words = [_(one)[:1].lower() + _(one)[1:] for one in chosen if one]
    words += [client] if client else []
    words += [_("séquence {titre}", titre=sequence)] if sequence else []
    if wanted.min_cents is not None:
        words.append(_("à partir de {montant}", montant=filters.amount(wanted.min_cents)))
    if wanted.max_cents is not None:
        words.append(_("jusqu'à {montant}", montant=filters.amount(wanted.max_cents)))
    words += [_("recherche « {recherche} »", recherche=wanted.q)] if wanted.q else []
    return ", ".join([title_of(page), *words])
