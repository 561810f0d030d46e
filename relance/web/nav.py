"""What the side bar and the tab bar show: only pages that exist."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Flask, current_app, g, request
from markupsafe import Markup, escape

from relance import clock
from relance.models.holds import Pause
from relance.services import around
from relance.web import filters, scope
from relance.web.i18n import _

_SILENCE = timedelta(minutes=15)


@dataclass(frozen=True)
class Item:
    """One link. ``count`` is 0 when there is nothing to say; ``counted`` names it for screen readers.

    Beyond ``most`` nothing was counted any more.
    """

    path: str
    label: str
    icon: str
    count: int = 0
    counted: str = ""
    most: int = around.MOST

    @property
    def shown(self) -> str:
        """The number, « 999+ » beyond what is counted."""
        return str(self.count) if self.count <= self.most else f"{self.most}+"

    @property
    def is_current(self) -> bool:
        """True on this page and on those below it."""
        return request.path == self.path or request.path.startswith(f"{self.path}/")


@dataclass(frozen=True)
class Group:
    """Links under a title; the first group has none."""

    title: str
    items: list[Item]


def init_app(app: Flask) -> None:
    """Give the navigation to the templates."""
    app.add_template_global(groups, "nav_groups")
    app.add_template_global(tabs, "nav_tabs")
    app.add_template_global(worker_silent_since)
    app.add_template_global(today)
    app.add_template_global(printed_on)
    app.add_template_global(has_page)
    app.add_template_global(mailbox_link)
    app.add_template_global(everything_paused)


def groups() -> list[Group]:
    """The side bar."""
    here, todo = read_around(), _("à traiter")
    return [
        group
        for group in (
            Group(
                "",
                _existing(
                    Item(
                        "/tableau-de-bord",
                        _("Tableau de bord"),
                        "layout-dashboard",
                        here.to_deal_with,
                        todo,
                        around.MOST_WAITING,
                    ),
                    Item("/factures", _("Factures"), "receipt-text", here.to_collect, _("à encaisser")),
                    Item("/devis", _("Devis"), "file-pen-line", here.to_answer, _("en attente")),
                    Item("/clients", _("Clients"), "users"),
                ),
            ),
            Group(
                _("Relancer"),
                _existing(
                    Item("/envois", _("Envois"), "send"),
                    Item("/sequences", _("Séquences"), "route"),
                    Item("/modeles", _("Modèles"), "square-pen"),
                    Item("/courriers", _("Courriers"), "stamp", here.to_post, _("à poster")),
                ),
            ),
            Group(
                _("Compte"),
                _existing(
                    Item("/statistiques", _("Statistiques"), "chart-column"),
                    Item("/journal", _("Journal"), "history"),
                    Item("/reglages", _("Réglages"), "settings"),
                ),
            ),
        )
        if group.items
    ]


def tabs() -> list[Item]:
    """The tab bar of a phone; « Menu » is a page, so that it works without JavaScript."""
    return _existing(
        Item("/tableau-de-bord", _("Accueil"), "layout-dashboard"),
        Item("/factures", _("Factures"), "receipt-text"),
        Item("/clients", _("Clients"), "users"),
        Item("/courriers", _("Courriers"), "stamp"),
        Item("/menu", _("Menu"), "menu"),
    )


def has_page(path: str) -> bool:
    """True when an address without variables exists in this version."""
    return any(rule.rule == path for rule in current_app.url_map.iter_rules())


def mailbox_link() -> Markup:
    """The words « boîte locale », as a link where the mailbox exists."""
    words = _("boîte locale")
    return Markup('<a href="/boite-locale">{}</a>').format(words) if has_page("/boite-locale") else escape(words)


def today() -> date:
    """The account's civil day."""
    return filters.local_day(clock.now())


def printed_on() -> Markup:
    """Today in words, for the first line of a printed page."""
    return filters.long_date(today())


def everything_paused() -> Pause | None:
    """The pause of everything (holidays) that is on today, for the line that every page then shows."""
    return read_around().pause


def read_around() -> around.Around:
    """What surrounds this page, read once, as late as its first use: after what the request wrote."""
    if "around" not in g:
        g.around = around.read(scope.current_account(), clock.now(), today())
    found: around.Around = g.around
    return found


def worker_silent_since() -> str:
    """Since when nothing leaves (« 9 h 12 »), when the worker was seen once and not for 15 minutes; else empty."""
    seen_at = read_around().seen_at
    if seen_at is None or clock.now() - seen_at < _SILENCE:
        return ""
    if filters.local_day(seen_at) == today():
        return filters.local_time(seen_at)
    return str(filters.local_instant(seen_at))


def _existing(*items: Item) -> list[Item]:
    rules: set[Any] = {rule.rule for rule in current_app.url_map.iter_rules()}
    return [item for item in items if item.path in rules]
