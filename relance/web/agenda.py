"""What leaves, by day: the planned messages grouped as they will be sent, and the day said in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from markupsafe import Markup

from relance.models.accounts import Account
from relance.models.messages import Message
from relance.rules.calendar import local_date
from relance.services import situations
from relance.services.forecasting import PlannedSend
from relance.web import filters, history, names
from relance.web.i18n import _, _n

DAY = timedelta(1)
WEEKEND = (6, 7)
_NUMBERS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")


@dataclass(frozen=True)
class Planned:
    """One message to come: whom it goes to, what it is, and where to read about it."""

    client: str
    href: str
    detail: str
    note: str


@dataclass(frozen=True)
class Day:
    """The messages of a civil day, at an hour (UTC instant)."""

    on: date
    title: Markup
    at: datetime
    messages: tuple[Planned, ...]


def days(sends: Iterable[PlannedSend], today: date) -> list[Day]:
    """The planned sends by day, one line a message: a client's instalments of a day leave together."""
    found: dict[date, dict[tuple[int, tuple[str, ...]], list[PlannedSend]]] = {}
    for send in sends:
        found.setdefault(send.on, {}).setdefault((send.client_id, send.to), []).append(send)
    return [
        Day(on, title_of(on, today), next(iter(groups.values()))[0].at, tuple(map(_planned, groups.values())))
        for on, groups in sorted(found.items())
    ]


def _planned(sends: list[PlannedSend]) -> Planned:
    first = max(sends, key=lambda send: send.offset_days)
    ids = {send.invoice_id for send in sends}
    amount = filters.amount(sum(send.balance_cents for send in sends), first.currency)
    name, offset = names.template(first.template), history.offset(first.days_from_due)
    if len(ids) > 1:
        detail = _("{modèle}, {n} factures, {montant}", modèle=name, n=len(ids), montant=amount)
        href = f"/clients/{first.client_id}"
    else:
        detail = _("{modèle} ({décalage}), {montant}", modèle=name, décalage=offset, montant=amount)
        href = url_for("invoices.show", id=first.invoice_id)
    return Planned(first.client_name, href, detail, _note(first))


def _note(send: PlannedSend) -> str:
    if send.moved_from is not None:
        day = filters.weekday_date(send.moved_from)
        moved = _("Avancée du {date}", date=day) if send.offset_days < 0 else _("Reportée du {date}", date=day)
        return f"{moved} ({_(send.closed_by)})" if send.closed_by else moved
    return _("Retardée : un autre e-mail part peu avant à ce client") if send.waits_because else ""


def title_of(day: date, today: date) -> Markup:
    """« Demain, mardi 24 novembre »."""
    words = filters.weekday_date(day)
    if day == today:
        return Markup(_("Aujourd’hui, {date}", date=words))  # noqa: S704 (escaped by _)
    if day == today + DAY:
        return Markup(_("Demain, {date}", date=words))  # noqa: S704
    return words[:1].upper() + words[1:]


def sentence(account: Account, coming: list[Day], now: datetime) -> str:
    """What leaves next, in words, for the head of the dashboard."""
    if account.suspended_at is not None:
        return _("Les envois sont suspendus.")
    today = local_date(now, account.time_zone)
    first = coming[0] if coming else None
    if first is not None and first.on == today:
        return _today(first, now)
    gone = _gone(account, today)
    if gone:
        return gone
    closed = situations.policy_of(account).calendar.why_closed(today)
    if first is None:
        return _("Aucun envoi prévu cette semaine.")
    when = _("demain") if first.on == today + DAY else filters.weekday_date(first.on)
    ready = _ready(len(first.messages))
    values = {"prêts": ready, "jour": when, "heure": filters.local_time(first.at)}
    if closed and today.isoweekday() in WEEKEND:
        return _("Rien ne part le week-end : {prêts} pour {jour}, {heure}.", **values)
    if closed:
        return _("Rien ne part aujourd'hui ({motif}) : {prêts} pour {jour}, {heure}.", motif=_(closed), **values)
    return _("Prochain envoi {jour} à {heure} : {prêts}.", **values)


def _ready(n: int) -> str:
    return _n("un e-mail est prêt", "{nombre} e-mails sont prêts", n, nombre=number(n))


def _today(day: Day, now: datetime) -> str:
    n = len(day.messages)
    count = number(n)
    values = {"nombre": count[:1].upper() + count[1:], "heure": filters.local_time(day.at)}
    if day.at <= now:
        return _n(
            "Un e-mail part dans quelques instants.", "{nombre} e-mails partent dans quelques instants.", n, **values
        )
    return _n("Un e-mail part aujourd'hui à {heure}.", "{nombre} e-mails partent aujourd'hui à {heure}.", n, **values)


def _gone(account: Account, today: date) -> str:
    """« Les trois e-mails du jour sont partis à 9 h 02. », or '' when none left today."""
    rows = list(
        Message.select(Message.sent_at)
        .where(
            Message.account == account,
            Message.kind == "reminder",
            Message.state == "sent",
            Message.day_on == today,
        )
        .order_by(Message.sent_at)
        .tuples()
    )
    if not rows or rows[0][0] is None:
        return ""
    values = {"nombre": number(len(rows)), "heure": filters.local_time(rows[0][0])}
    return _n(
        "L'e-mail du jour est parti à {heure}.",
        "Les {nombre} e-mails du jour sont partis à partir de {heure}.",
        len(rows),
        **values,
    )


def number(n: int) -> str:
    """« neuf » up to nine, figures beyond."""
    return _(_NUMBERS[n]) if n < len(_NUMBERS) else str(n)
