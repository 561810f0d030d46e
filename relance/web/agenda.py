"""What leaves, by day: the planned messages grouped as they will be sent, and the day said in words."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from markupsafe import Markup

from relance.models.accounts import Account
from relance.rules.calendar import local_date
from relance.services.forecasting import PlannedSend
from relance.services.upcoming import Coming
from relance.services.week import Week
from relance.web import filters, history, names, nav
from relance.web.i18n import _, _n

DAY = timedelta(1)
WEEKEND = (6, 7)
_NUMBERS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")


@dataclass(frozen=True)
class Planned:
    """One message to come: whom it goes to, what it is, and where to read about it.

    ``keys`` are its steps as « invoice:step », for those who hold or release them. ``asks``: it waits for a yes.
    ``reason``: why it is held.
    """

    client: str
    href: str
    detail: str
    note: str
    keys: tuple[str, ...] = ()
    is_held: bool = False
    asks: bool = False
    reason: str = ""

    @property
    def id(self) -> str:
        """The id of its button: focus stays on it when the line is drawn again."""
        return "retenir-" + self.keys[0].replace(":", "-") if self.keys else ""


@dataclass(frozen=True)
class Day:
    """The messages of a civil day, at an hour (UTC instant; None when all are held)."""

    on: date
    title: Markup
    at: datetime | None
    messages: tuple[Planned, ...]

    @property
    def leaving(self) -> tuple[Planned, ...]:
        """Those that nobody holds."""
        return tuple(one for one in self.messages if not one.is_held)


def days(
    sends: Iterable[PlannedSend], today: date, held: Iterable[Coming] = (), asking: Container[int] = ()
) -> list[Day]:
    """The planned sends by day, one line a message: a client's instalments of a day leave together.

    ``held`` steps are shown on their day, or today once it is past. ``asking``: the invoices that wait for a yes.
    """
    found: dict[date, dict[tuple[int, tuple[str, ...]], list[PlannedSend]]] = {}
    for send in sends:
        found.setdefault(send.on, {}).setdefault((send.client_id, send.to), []).append(send)
    kept: dict[date, list[Coming]] = {}
    for one in held:
        kept.setdefault(max(one.on, today), []).append(one)
    return [
        Day(
            on,
            title_of(on, today),
            next(iter(found[on].values()))[0].at if on in found else None,
            _by_client(
                *(_planned(group, asking) for group in found.get(on, {}).values()),
                *(_held(one, today) for one in kept.get(on, ())),
            ),
        )
        for on in sorted({*found, *kept})
    ]


def _by_client(*lines: Planned) -> tuple[Planned, ...]:
    """In one order whether held or not: a line that is held stays where it was."""
    return tuple(sorted(lines, key=lambda line: line.client.casefold()))


def _planned(sends: list[PlannedSend], asking: Container[int]) -> Planned:
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
    return Planned(
        first.client_name,
        href,
        detail,
        note(first),
        tuple(dict.fromkeys(f"{send.invoice_id}:{send.step}" for send in sends)),
        asks=any(send.invoice_id in asking for send in sends),
    )


def _held(one: Coming, today: date) -> Planned:
    name, offset = step_name(one.kind, one.template), history.offset(one.offset_days)
    amount = filters.amount(one.balance_cents, one.currency)
    held = _("Retenue : {motif}", motif=one.reason) if one.reason else _("Retenue par vous")
    note = _("{relance}, prévue le {date}", relance=held, date=filters.day_month(one.on)) if one.on < today else held
    return Planned(
        one.client_name,
        url_for("invoices.show", id=one.invoice_id),
        _("{modèle} ({décalage}), {montant}", modèle=name, décalage=offset, montant=amount),
        note,
        (f"{one.invoice_id}:{one.step}",),
        is_held=True,
        reason=one.reason,
    )


def step_name(kind: str, template: str) -> str:
    """« Relance 1 », « Mise en demeure », « Appel »: what a step of a plan is called."""
    return _("Appel") if kind == "call" else names.template(template)


def note(send: PlannedSend) -> str:
    """« Reportée du samedi 28 novembre »: why it leaves on another day than its plan's, or ''."""
    if send.waits_because:  # the day it was moved to has passed: what keeps it since is the reason to give
        return _("Retardée pour laisser quelques jours entre deux e-mails à ce client")
    if send.moved_from is not None:
        day = filters.weekday_date(send.moved_from)
        moved = _("Avancée du {date}", date=day) if send.offset_days < 0 else _("Reportée du {date}", date=day)
        return f"{moved} ({_(send.closed_by)})" if send.closed_by else moved
    return ""


def title_of(day: date, today: date) -> Markup:
    """« Demain, mardi 24 novembre »."""
    words = filters.weekday_date(day)
    if day == today:
        return Markup(_("Aujourd’hui, {date}", date=words))  # noqa: S704 (escaped by _)
    if day == today + DAY:
        return Markup(_("Demain, {date}", date=words))  # noqa: S704
    return words[:1].upper() + words[1:]


def sentence(account: Account, coming: list[Day], week: Week, now: datetime) -> str:
    """What leaves next, in words, for the head of the dashboard; and what waits for the user's yes."""
    if account.suspended_at is not None:
        return _("Les envois sont suspendus.")
    today = local_date(now, account.time_zone)
    pause, waiting = nav.everything_paused(), week.proposed
    if pause is not None and pause.until_on is None:
        return _("Les envois sont suspendus.")
    found = []
    if pause is not None and pause.until_on is not None:
        found.append(_("Envois suspendus jusqu'au {date}.", date=filters.weekday_date(pause.until_on)))
    if waiting:
        found.append(
            _n("Un e-mail attend votre accord.", "{nombre} e-mails attendent votre accord.", waiting, **_upper(waiting))
        )
    leaving = [day for day in coming if day.leaving]
    if pause is None and (leaving or not waiting):
        found.append(_next(leaving, week, today, now))
    return " ".join(found)


def _next(coming: list[Day], week: Week, today: date, now: datetime) -> str:
    first = coming[0] if coming else None
    if first is not None and first.on == today:
        return _today(first, now)
    if week.gone_at:
        return _gone(week)
    closed = week.closed_by
    if first is None or first.at is None:
        return _("Aucun envoi prévu cette semaine.")
    when = _("demain") if first.on == today + DAY else filters.weekday_date(first.on)
    values = {"prêts": _ready(first), "jour": when, "heure": filters.local_time(first.at)}
    if closed and today.isoweekday() in WEEKEND:
        return _("Rien ne part le week-end : {prêts} pour {jour}, {heure}.", **values)
    if closed:
        return _("Rien ne part aujourd'hui ({motif}) : {prêts} pour {jour}, {heure}.", motif=_(closed), **values)
    return _("Prochain envoi {jour} à {heure} : {prêts}.", **values)


def _ready(day: Day) -> str:
    """« deux e-mails sont prêts », and whether they will wait for a yes."""
    n, asking_for = len(day.leaving), sum(one.asks for one in day.leaving)
    count = {"nombre": number(n)}
    if asking_for == n:
        return _n("un e-mail attendra votre accord", "{nombre} e-mails attendront votre accord", n, **count)
    ready = _n("un e-mail est prêt", "{nombre} e-mails sont prêts", n, **count)
    if not asking_for:
        return ready
    some = _n(
        "dont un attendra votre accord",
        "dont {nombre} attendront votre accord",
        asking_for,
        nombre=number(asking_for),
    )
    return f"{ready}, {some}"


def _upper(n: int) -> dict[str, str]:
    count = number(n)
    return {"nombre": count[:1].upper() + count[1:]}


def _today(day: Day, now: datetime) -> str:
    n = len(day.leaving)
    at = day.at or now
    values = {**_upper(n), "heure": filters.local_time(at)}
    if at > now and all(one.asks for one in day.leaving):
        return _n(
            "Un e-mail attendra votre accord aujourd'hui à {heure}.",
            "{nombre} e-mails attendront votre accord aujourd'hui à {heure}.",
            n,
            **values,
        )
    if at <= now:
        return _n(
            "Un e-mail part dans quelques instants.", "{nombre} e-mails partent dans quelques instants.", n, **values
        )
    return _n("Un e-mail part aujourd'hui à {heure}.", "{nombre} e-mails partent aujourd'hui à {heure}.", n, **values)


def _gone(week: Week) -> str:
    """« Les trois e-mails du jour sont partis à partir de 9 h 02. »."""
    count = len(week.gone_at)
    values = {"nombre": number(count), "heure": filters.local_time(week.gone_at[0])}
    return _n(
        "L'e-mail du jour est parti à {heure}.",
        "Les {nombre} e-mails du jour sont partis à partir de {heure}.",
        count,
        **values,
    )


def number(n: int) -> str:
    """« neuf » up to nine, figures beyond."""
    return _(_NUMBERS[n]) if n < len(_NUMBERS) else str(n)
