"""Every event of the journal as a sentence with an icon: the history of an invoice, of a client, of the account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from markupsafe import Markup

from relance.models.events import Event
from relance.rules.money import format_amount
from relance.web import filters, names
from relance.web.history_sentences import KINDS, Facts, day_of, unknown
from relance.web.history_words import CHANGES, TITLES
from relance.web.i18n import _, _n, language

# What a filter of the history holds; « tout » holds everything.
FAMILIES = {
    "echanges": ("sent", "client", "note"),
    "paiements": ("pay",),
}


@dataclass(frozen=True)
class Line:
    """One entry. ``family`` colours it: sent, client, pay, due, plan, note or '' (neutral).

    ``quote`` is a text of the user. ``links`` are (address, words). ``at`` is UTC; ``author`` is empty
    when Relance did it by itself.
    """

    icon: str
    family: str
    sentence: Markup
    at: datetime
    author: str
    quote: str = ""
    detail: str = ""
    links: tuple[tuple[str, str], ...] = ()


def lines(events: Iterable[Event]) -> list[Line]:
    """The events as entries, in their order. Load the users with the events: no query is made here."""
    return [line_of(event) for event in events]


def line_of(event: Event) -> Line:
    """One event as an entry; a kind of another version is shown under its own name."""
    facts = event.facts
    icon, family, write = KINDS.get(event.kind, ("info", "", unknown))
    return Line(
        icon=icon,
        family=family,
        sentence=write(event.kind, facts),
        at=event.at,
        author=_author(event),
        quote=str(facts.get("text", "")) if event.kind == "note_added" else "",
        detail=_detail(event.kind, facts),
        links=_links(event),
    )


def kinds_of(family: str) -> list[str]:
    """The kinds of events a filter of the history holds (see FAMILIES); [] means all of them."""
    wanted = FAMILIES.get(family)
    return [kind for kind, (_icon, its, _write) in KINDS.items() if its in wanted] if wanted else []


def known_kinds() -> dict[str, str]:
    """Every kind with its words, for the filter of the journal."""
    return {kind: _(text) for kind, text in TITLES.items()}


def _author(event: Event) -> str:
    return str(event.user.full_name) if event.user is not None else ""


def _detail(kind: str, facts: Facts) -> str:
    """The 13 px line under the sentence, beside the date."""
    if kind in ("payment_recorded", "payment_deleted"):
        parts = [names.method(facts.get("method", "")), facts.get("reference", "")]
        if facts.get("received_on"):
            parts.insert(0, _("reçu le {date}", date=day_of(facts["received_on"])))
        return Markup(" · ").join(part for part in parts if part)
    if kind in ("reminder_refused", "reminder_uncertain"):
        return str(facts.get("error", ""))
    if kind == "recipient_refused":
        return str(facts.get("answer", ""))
    if kind == "reminder_queued" and facts.get("choice") == "manuel":
        return _("choix manuel du modèle")
    if kind in ("step_skipped", "step_waits") and facts.get("offset_days") is not None:
        return offset(int(facts["offset_days"]))
    if kind in ("chase_started", "chase_changed"):
        return ", ".join(facts.get("contacts") or [])
    if kind in ("chase_stopped", "chase_finished") and facts.get("cancelled"):
        return _n("un e-mail en attente annulé", "{n} e-mails en attente annulés", int(facts["cancelled"]))
    if kind == "invoice_changed":
        return ", ".join(change_lines(facts))
    if kind == "became_overdue" and facts.get("due_on"):
        return _("échéance du {date}", date=day_of(facts["due_on"]))
    if kind in ("signed_in", "sign_in_failed"):
        return str(facts.get("ip", ""))
    return ""


def offset(days: int) -> str:
    """« J−2 », « J », « J+7 »: days from the due date."""
    if days == 0:
        return _("J")
    sign = "+" if days > 0 else "\u2212"
    return _("J") + f"{sign}{abs(days)}"


def change_lines(facts: Facts) -> list[str]:
    """« échéance : 31 octobre 2026 → 15 novembre 2026 », a line per field that changed."""
    found = []
    for name, pair in (facts.get("changes") or {}).items():
        if name in CHANGES and isinstance(pair, list) and len(pair) == 2:
            before, after = (_value(name, value, facts) for value in pair)
            if name == "instalments" and before == after:  # as many of them, on other dates or for other amounts
                if before != "1":  # what moved a single one is a line of its own
                    found.append(_("échéances modifiées"))
                continue
            found.append(_("{champ} : {avant} → {après}", champ=_(CHANGES[name]), avant=before, après=after))
    return found


def _value(name: str, value: Any, facts: Facts) -> str:
    if value in (None, ""):
        return "–"
    if name.endswith("_on"):
        return str(filters.short_date(date.fromisoformat(str(value))).striptags())
    if name.endswith("_cents"):
        return format_amount(int(value), facts.get("currency", "EUR"), language())
    if name == "payment_method":
        return names.method(str(value))
    return str(value)


def _links(event: Event) -> tuple[tuple[str, str], ...]:
    if event.message_id is not None and event.invoice_id is not None and event.kind not in _WITHOUT_TEXT:
        path = url_for("messages.show", id=event.invoice_id, message_id=event.message_id)
        return ((path, _("Voir l’e-mail")),)
    if event.letter_id is not None:
        return ((url_for("letters.show", letter_id=event.letter_id), _("Voir la lettre")),)
    return ()


_WITHOUT_TEXT = ("recipient_refused", "failure_seen")
