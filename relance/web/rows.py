"""An invoice as lists and pages show it: its badge, its delay, its thread and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from relance.models.accounts import Account
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import chasing, holding, threads
from relance.services.holding import Held
from relance.services.threads import Knot, Thread
from relance.web import filters, holds, names
from relance.web.i18n import _, _n, language

MAX_POINTS = 9
MAX_FULL = 9


@dataclass(frozen=True)
class Row:
    """One line of the list. ``delay`` and ``next`` are words; ``is_flagged`` when the next step needs a hand.

    ``held``: the kinds of what holds it back; ``is_chased``: reminders are on.
    """

    invoice: Invoice
    status: str
    delay: str
    is_late: bool
    points: list[dict[str, str]]
    sentence: str
    next: str
    is_flagged: bool
    held: frozenset[str] = frozenset()
    is_chased: bool = False


def rows_of(account: Account, invoices: Iterable[Invoice], now: datetime) -> list[Row]:
    """The lines of a page of the list, in a fixed number of queries."""
    invoices = list(invoices)
    found = threads.of_invoices(account, invoices, now)
    today = local_date(now, account.time_zone)
    held = holding.current(account, invoices, today)
    return [row_of(account, invoice, found[invoice.id], today, held.get(invoice.id, ())) for invoice in invoices]


def row_of(account: Account, invoice: Invoice, thread: Thread, today: date, held: Iterable[Held] = ()) -> Row:
    """One line from what was read. ``held``: what holds it back today."""
    shown = holds.ranked(held, is_chased=thread.is_on) if invoice.state == "sent" else ()
    is_silent = thread.is_on and thread.next is None and bool(thread.why_silent) and not shown
    return Row(
        invoice=invoice,
        status=status_of(invoice, today, shown),
        delay=delay_of(invoice, today),
        is_late=invoice.is_overdue(today),
        points=mini(thread, is_held=bool(shown)),
        sentence=sentence_of(thread, account, shown),
        next=next_of(invoice, thread, account, today, shown),
        is_flagged=is_silent,
        held=frozenset(one.kind for one in shown),
        is_chased=thread.is_on,
    )


def status_of(invoice: Invoice, today: date, held: Iterable[Held] = ()) -> str:
    """The one badge of an invoice: its most useful truth, in words of the badge macro. ``held``: ranked holds."""
    if invoice.state in ("written_off", "cancelled", "paid", "draft", "to_process"):
        return str(invoice.state)
    if invoice.is_credit_note:
        return "credit_note"
    return holds.badge(held) or ("late" if invoice.is_overdue(today) else "open")


def delay_of(invoice: Invoice, today: date) -> str:
    """« 22 j de retard », « dans 8 jours »; « payée le 3 mai 2026 » once it is over."""
    if invoice.state == "paid":
        return _("payée le {date}", date=filters.short_date(invoice.paid_on)) if invoice.paid_on else ""
    if invoice.state not in ("sent", "draft", "to_process") or invoice.is_credit_note:
        return ""
    days = (today - invoice.next_due_on).days
    if days > 0:
        return _("{n} j de retard", n=days) if invoice.state == "sent" else ""
    if days == 0:
        return _("aujourd'hui")
    return _("demain") if days == -1 else _("dans {n} jours", n=-days)


def mini(thread: Thread, *, is_held: bool = False) -> list[dict[str, str]]:
    """The points of the small thread, at most nine: what is oldest and what is farthest are left out.

    Held, the next one is drawn with two bars; there is one even where nothing is planned until somebody decides.
    """
    kinds = {"waiting": "next", "uncertain": "failed", "paid": "", "task": "letter", "task_due": "letter_next"}
    kinds |= {"asks": "next"}
    if is_held:
        kinds |= {"next": "held", "waiting": "held"}
    points = [kinds.get(knot.kind, knot.kind) for knot in thread.knots]
    if not thread.is_on and points == ["due"]:
        points = ["off", "due", "off", "off", "off"]
    points = [point for point in points if point]
    if is_held and thread.is_on and "held" not in points:
        points.append("held")
    if len(points) > MAX_POINTS:
        due = points.index("due") if "due" in points else 0
        last = next((n for n, point in enumerate(points) if point in ("next", "held")), len(points) - 1)
        start = max(0, min(max(due, last) - MAX_POINTS + 3, len(points) - MAX_POINTS))
        points = points[start : start + MAX_POINTS]
        if "due" not in points:
            points = ["due", *points[1:]]
    return [{"kind": point} for point in points]


def sentence_of(thread: Thread, account: Account, held: Iterable[Held] = ()) -> str:
    """The same in words, for those who do not see the drawing."""
    sent = _n("un e-mail envoyé", "{n} e-mails envoyés", thread.sent) if thread.sent else _("aucun e-mail envoyé")
    if thread.posted:
        sent = f"{sent}, {_n('une lettre postée', '{n} lettres postées', thread.posted)}"
    if thread.is_on and any(held):
        return _("{envoyés}, les suivants sont retenus", envoyés=sent)
    if thread.next is not None:
        return _("{envoyés}, prochain le {date}", envoyés=sent, date=_words(thread.next.on))
    return _("{envoyés}, aucun prévu", envoyés=sent)


def next_of(invoice: Invoice, thread: Thread, account: Account, today: date, held: Iterable[Held] = ()) -> str:
    """« Lun. 30 nov., dernier rappel », or why nothing is coming. ``held``: ranked holds."""
    if invoice.is_credit_note:
        return "–"
    if invoice.state in ("paid", "cancelled", "written_off"):
        return _("Terminées") if thread.sent or thread.ended_because else "–"
    if invoice.state in ("draft", "to_process"):
        return _("Prêtes à démarrer") if thread.is_on else _("Désactivées")
    if thread.is_on and any(held):
        return holds.short(held)
    if any(knot.kind == "asks" for knot in thread.knots):
        return _("Attend votre accord")
    waiting = next((knot for knot in thread.knots if knot.kind == "task_due"), None)
    if waiting is not None:
        return _("Appel à passer") if waiting.channel == "call" else _("Lettre à valider")
    if thread.next is not None:
        if account.suspended_at is not None:
            return _("Envois suspendus")
        level = names.template(thread.next.template)
        when = when_of(thread.next.on, thread.next.at, today)
        return _("{jour}, {relance}", jour=when, relance=level[:1].lower() + level[1:])
    if thread.is_on:
        return short_reason(thread.why_silent)
    if thread.ended_because == "finished":
        return _("Terminées, à vous de décider")
    return _("Désactivées")


def short_reason(because: str) -> str:
    """Why an active chase sends nothing, in three words."""
    short = {
        "no_recipient": "Sans adresse utilisable",
        "backlog": "Choisissez par où commencer",
        "exempt": "Client jamais relancé",
        "below_minimum": "Sous le montant minimum",
        "direct_debit": "Payée par prélèvement",
        "card": "Payée par carte",
    }
    return _(short[because]) if because in short else _("Rien de prévu")


def reason(because: str) -> str:
    """The same in a sentence."""
    return _(chasing.REASONS[because]) if because in chasing.REASONS else ""


def when_of(day: date, at: datetime | None, today: date) -> str:
    """« Aujourd'hui 9 h », « Demain 9 h », « Lun. 30 nov. »."""
    days = (day - today).days
    hour = filters.local_time(at) if at is not None else ""
    if days == 0:
        return _("Aujourd'hui {heure}", heure=hour).strip()
    if days == 1:
        return _("Demain {heure}", heure=hour).strip()
    return short_day(day)


def short_day(day: date) -> str:
    """« Lun. 30 nov. », without its year, where a sentence begins; « Mon 30 Nov » in English."""
    words = str(filters.weekday_date(day).striptags()).split()
    month = str(filters.short_date(day).striptags()).replace("\u00a0", " ").split()
    stop = "" if language() == "en" else "."
    return f"{words[0][:3].capitalize()}{stop}\u00a0{month[0]}\u00a0{month[1]}"


def short_day_inside(day: date) -> str:
    """« lun. 30 nov. », inside a sentence; « Mon 30 Nov » in English, which keeps its capitals."""
    return short_day(day) if language() == "en" else short_day(day).lower()


def full(thread: Thread, account: Account, held: Iterable[Held] = ()) -> list[dict[str, Any]]:
    """The points of the thread of one invoice; beyond nine, those of the middle are counted together."""
    points = [_point(knot) for knot in thread.knots]
    if thread.is_on and any(held):
        points = _held(points, thread.knots, holds.short(held))
    if len(points) <= MAX_FULL:
        return points
    done = [n for n, point in enumerate(points) if point["kind"] == "done" and n > 0]
    plan = [n for n, point in enumerate(points) if point["kind"] == "plan"]
    for middle in (plan[:-1], done[:-1]):
        if len(points) > MAX_FULL and len(middle) > 1:
            points = _grouped(points, middle)
    return points


def _held(points: list[dict[str, Any]], knots: Iterable[Knot], words: str) -> list[dict[str, Any]]:
    """What comes next, held back; a point of its own where nothing is planned until somebody decides."""
    first = next((point for point in points if point["kind"] == "next"), None)
    if first is None:
        held = {"kind": "held", "name": _("Relances retenues"), "day": words}
        # A letter or a call may be left after the hold: what is held comes before it.
        place = next((n for n, knot in enumerate(knots) if knot.kind in ("task", "plan")), len(points))
        return [*points[:place], held, *points[place:]]
    return [{**point, "kind": "held"} if point is first else point for point in points]


def _grouped(points: list[dict[str, Any]], middle: list[int]) -> list[dict[str, Any]]:
    """One point instead of the consecutive ones of ``middle``."""
    run = [n for n in middle if n == middle[0] or n - 1 in middle]
    first, last = points[run[0]], points[run[-1]]
    days = Markup("{} – {}").format(first["day"], last["day"])
    one = {"kind": first["kind"], "name": _n("une relance", "{n} relances", len(run)), "day": days}
    return [*points[: run[0]], one, *points[run[-1] + 1 :]]


def _point(knot: Knot) -> dict[str, Any]:
    kinds = {"issued": "done", "sent": "done", "uncertain": "failed", "waiting": "next", "paid": "pay"}
    kinds |= {"task": "letter", "task_due": "letter", "asks": "next"}
    titles = {"issued": _("Facture envoyée"), "due": _("Échéance"), "paid": _("Payée")}
    title = titles.get(knot.kind) or (_("Appel") if knot.channel == "call" else names.template(knot.template))
    day = short_day_inside(knot.on)
    if knot.kind in ("next", "waiting") and knot.at is not None:
        day = f"{day}, {filters.local_time(knot.at)}"
    if knot.kind == "asks":
        day = f"{day}, {_('à valider')}"
    if knot.kind in ("task", "task_due"):
        day = f"{day}, {_('à passer') if knot.channel == 'call' else _('à valider')}"
    if knot.kind == "failed":
        day = f"{day}, {_('refusée')}"
    if knot.kind == "uncertain":
        day = f"{day}, {_('incertaine')}"
    return {"kind": kinds.get(knot.kind, knot.kind), "name": title, "day": day}


def _words(day: date) -> str:
    return str(filters.long_date(day).striptags())
