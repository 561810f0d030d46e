"""The search: a dialog over any page, or a page of its own, over what the account holds and its settings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.quotes import Quote
from relance.services import searching
from relance.services.matching import asked, plain
from relance.services.searching import Group
from relance.web import filters, names, nav
from relance.web.htmx import wants_fragment
from relance.web.i18n import _, _n
from relance.web.scope import current_account, current_user
from relance.web.todo_lines import days_late, money, nowrap
from relance.web.topics import topics

blueprint = Blueprint("search", __name__)

# What ?dans= calls the kinds: a kind alone shows all that was found of it.
KINDS = {"factures": "invoices", "clients": "clients", "devis": "quotes", "courriers": "letters"}
OPTIONS = "search-options"  # the results inside the dialog, where the focus stays in the field


@dataclass(frozen=True)
class Hit:
    """One thing found: where it is, what it is called, what tells it from the others."""

    href: str
    icon: str
    title: str
    detail: str = ""


@dataclass(frozen=True)
class Section:
    """The first hits of a kind, of ``count``. ``more`` leads to them all and ``more_words`` says so; '' if all show."""

    title: str
    hits: tuple[Hit, ...]
    count: int
    more: str = ""
    more_words: str = ""


@blueprint.get("/recherche")
def index() -> ResponseReturnValue:
    """What ?q= finds, five of each kind; without words, what one worked on last. ?dans= shows one kind alone."""
    words, only = asked(request.args.get("q", "")), KINDS.get(request.args.get("dans", ""), "")
    found = _sections(words, only)
    context: dict[str, Any] = {
        "words": words,
        "sections": found,
        "said": _said(words, sum(section.count for section in found)),
    }
    return make_response(render_template(_template(), **context))


def _template() -> str:
    if not wants_fragment():
        return "search/page.html"
    target = request.htmx.target  # type: ignore[attr-defined]
    return "search/options.htmx.html" if target == OPTIONS else "search/_dialog.html"


def _sections(words: str, only: str) -> list[Section]:
    account = current_account()
    if not words:
        rows = searching.recent(account, current_user())
        return [Section(_("Dernières factures"), tuple(map(_invoice, rows)), len(rows))] if rows else []
    groups = searching.search(account, words, (only,) if only else searching.KINDS)
    found = [_section(group, words, shows_all=bool(only)) for group in groups]
    named = [topic for topic in topics() if not only and plain(words) in plain(topic.title)]
    pages = tuple(Hit(topic.href, topic.icon, topic.title) for topic in named)
    return [*found, Section(_("Réglages"), pages, len(pages))] if pages else found


def _section(group: Group, words: str, *, shows_all: bool) -> Section:
    title, every = {
        "invoices": (_("Factures"), url_for("invoices.index", statut="toutes", q=words)),
        "clients": (_("Clients"), url_for("clients.index", q=words)),
        "quotes": (_("Devis"), url_for("quotes.index", statut="tous", q=words)),
        "letters": (_("Courriers"), url_for("search.index", q=words, dans="courriers")),
    }[group.kind]
    rows = group.rows if shows_all else group.rows[: searching.SHOWN]
    hits = tuple(_clients(rows, words) if group.kind == "clients" else map(WRITERS[group.kind], rows))
    if shows_all and group.has_more:
        return Section(title, hits, group.count, "", _("Les {n} premiers résultats.", n=searching.MANY))
    if len(rows) == len(group.rows):
        return Section(title, hits, group.count)
    more = _("Voir les résultats, plus de {n}", n=searching.MANY)
    if not group.has_more:
        more = _("Voir les {n} résultats", n=group.count)
    return Section(title, hits, group.count, every, more)


def _invoice(invoice: Invoice) -> Hit:
    state = days_late(invoice, nav.today()) if invoice.state == "sent" and not invoice.is_credit_note else ""
    if not state and invoice.state != "sent":
        state = names.state(invoice.state).lower()
    cents = -invoice.total_cents if invoice.is_credit_note else invoice.balance_cents or invoice.total_cents
    parts = (nowrap(invoice.number), money(cents, invoice.currency), state)
    return Hit(url_for("invoices.show", id=invoice.id), "receipt-text", invoice.client.name, _listed(*parts))


def _clients(clients: tuple[Client, ...], words: str) -> list[Hit]:
    """Each client, with the contact who was named if that is why it was found."""
    people = searching.people(list(clients), words)
    found = []
    for client in clients:
        person = people.get(client.id)
        detail = _listed(person.name, person.email) if person else filters.siret(client.siren)
        found.append(Hit(url_for("clients.show", id=client.id), "users", client.name, detail))
    return found


def _quote(quote: Quote) -> Hit:
    states = {"pending": _("en attente"), "accepted": _("accepté"), "declined": _("refusé")}
    state = _("expiré") if quote.is_expired(nav.today()) else states.get(quote.state, "")
    detail = _listed(nowrap(quote.number), money(quote.total_cents, quote.currency), state)
    return Hit(url_for("quotes.show", id=quote.id), "file-pen-line", quote.client.name, detail)


def _letter(letter: Letter) -> Hit:
    parts = [names.template(letter.kind), filters.short_date(letter.dated_on)]
    if letter.tracking_number:
        parts.append(nowrap(letter.tracking_number))
    return Hit(url_for("letters.show", letter_id=letter.id), "stamp", letter.client.name, _listed(*parts))


WRITERS: dict[str, Callable[[Any], Hit]] = {"invoices": _invoice, "quotes": _quote, "letters": _letter}


def _listed(*parts: str) -> Markup:
    return Markup(", ").join(part for part in parts if part)


def _said(words: str, count: int) -> str:
    """What a screen reader says once results are there."""
    if not words:
        return ""
    if not count:
        return _("Rien ne correspond à « {recherche} ».", recherche=words)
    return _n("un résultat", "{n} résultats", count)
