"""Every event of the journal as a sentence with an icon: the history of an invoice, of a client, of the account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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

# What a filter of the history holds, by colour or by kind; « tout » holds everything.
FAMILIES = {
    "echanges": ("sent", "client", "note"),
    "relances": ("chase_", "step_", "reminder_", "nudge_", "recipient_", "task_", "entry_", "client_en", "client_un"),
    "paiements": ("pay",),
}
HOLDS = ("paused", "resumed", "promise_", "dispute_", "extension_", "client_pa", "client_re", "all_", "plan_")
QUOTED = {
    "note_added": "text",
    "call_logged": "text",
    "reply_logged": "text",
    "promise_made": "text",
    "dispute_opened": "text",
    "dispute_closed": "text",
    "paused": "reason",
    "client_paused": "reason",
    "all_paused": "reason",
    "extension_granted": "reason",
    "step_held": "reason",
    "quote_declined": "reason",
}


@dataclass(frozen=True)
class Line:
    """One entry. ``family`` colours it: sent, client, pay, due, plan, note or '' (neutral).

    ``quote`` is a text of the user. ``links`` are (address, words). ``at`` is UTC; ``author`` is empty
    when Relance did it by itself. ``about``: the invoices it names, where it is not read on their page.
    """

    icon: str
    family: str
    sentence: Markup
    at: datetime
    author: str
    quote: str = ""
    detail: str = ""
    links: tuple[tuple[str, str], ...] = ()
    about: tuple[tuple[str, str], ...] = ()


def lines(events: Iterable[Event], details: Mapping[int, str] | None = None) -> list[Line]:
    """The events as entries, in their order. Load the users with the events: no query is made here.

    ``details`` (web.history_messages) adds what the e-mails say to the line of their event.
    """
    return [line_of(event, (details or {}).get(event.id, "")) for event in events]


def together(events: Iterable[Event], details: Mapping[int, str] | None = None) -> list[Line]:
    """The same for several invoices: what became of one message is one entry that names them all.

    Load the invoices with the events too.
    """
    groups: list[list[Event]] = []
    for event in events:
        if groups and is_same(groups[-1][0], event):
            groups[-1].append(event)
        else:
            groups.append([event])
    found = []
    for group in groups:
        line = line_of(group[0], (details or {}).get(group[0].id, ""))
        about = {
            e.invoice_id: (url_for("invoices.show", id=e.invoice_id), e.invoice.number)
            for e in reversed(group)  # the newest came first
            if e.invoice
        }
        found.append(replace(line, about=tuple(about.values())))
    return found


def is_same(one: Event, other: Event) -> bool:
    """True for what happened to one message, or to one payment plan, told for each of its invoices."""
    same_fate = (one.kind, one.message_id, one.at) == (other.kind, other.message_id, other.at)
    if one.kind.startswith("plan_"):
        return same_fate and one.facts.get("plan_id") == other.facts.get("plan_id")
    return one.message_id is not None and same_fate


def line_of(event: Event, more: str = "") -> Line:
    """One event as an entry, with ``more`` beside its detail; a kind of another version has its own name."""
    facts = event.facts
    icon, family, write = KINDS.get(event.kind, ("info", "", unknown))
    return Line(
        icon=icon,
        family=family,
        sentence=write(event.kind, facts),
        at=event.at,
        author=_author(event),
        quote=str(facts.get(QUOTED.get(event.kind, ""), "") or ""),
        detail=Markup(" · ").join(part for part in (_detail(event.kind, facts), more) if part),
        links=_links(event),
    )


def kinds_of(family: str) -> list[str]:
    """The kinds of events a filter of the history holds (see FAMILIES); [] means all of them."""
    wanted = FAMILIES.get(family, ())
    starts = (*wanted, *HOLDS)
    if family == "relances":
        return [kind for kind in KINDS if kind.startswith(starts)]
    return [kind for kind, (_icon, its, _write) in KINDS.items() if its in wanted]


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
    if kind == "reminder_queued":
        return _queued_detail(facts)
    if kind.startswith(("step_", "task_")) and facts.get("offset_days") is not None:
        return offset(int(facts["offset_days"]))
    if kind in ("chase_started", "chase_changed"):
        return ", ".join(facts.get("contacts") or [])
    if kind in ("chase_stopped", "chase_finished") and facts.get("cancelled"):
        return _n("un e-mail en attente annulé", "{n} e-mails en attente annulés", int(facts["cancelled"]))
    if kind in ("invoice_changed", "quote_changed"):
        return ", ".join(change_lines(facts))
    if kind == "became_overdue" and facts.get("due_on"):
        return _("échéance du {date}", date=day_of(facts["due_on"]))
    if kind in ("signed_in", "sign_in_failed"):
        return str(facts.get("ip", ""))
    return _day_detail(kind, facts)


def _queued_detail(facts: Facts) -> str:
    """What a person decided about a reminder that waits: another text than the proposed one, another moment."""
    parts = [_("choix manuel du modèle")] if facts.get("choice") == "manuel" else []
    if facts.get("leaves_at"):
        at = datetime.fromisoformat(facts["leaves_at"])
        parts.append(_("programmée pour le {date}", date=filters.local_instant(at)))
    return Markup(" · ").join(parts)


def _day_detail(kind: str, facts: Facts) -> str:
    """What a promise and a call say of the days that follow."""
    if kind == "promise_made" and facts.get("holds_until_on"):
        return _("aucune relance jusqu’au {date}", date=day_of(facts["holds_until_on"]))
    if kind == "call_logged" and facts.get("again_on"):
        return _("rappel prévu le {date}", date=day_of(facts["again_on"]))
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
    if name.endswith("_on") or name == "valid_until":
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
    if event.message_id is not None and event.quote_id is not None and event.kind not in _WITHOUT_TEXT:
        path = url_for("quotes_messages.show", id=event.quote_id, message_id=event.message_id)
        return ((path, _("Voir l’e-mail")),)
    if event.quote_id is not None:
        return ((url_for("quotes.show", id=event.quote_id), _("Voir le devis")),)
    if event.letter_id is not None:
        return ((url_for("letters.show", letter_id=event.letter_id), _("Voir la lettre")),)
    return ()


_WITHOUT_TEXT = ("recipient_refused", "failure_seen")
