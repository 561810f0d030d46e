"""Le fil: what was said about an invoice, what comes next and the line of its due date."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.holds import Task
from relance.models.invoices import Instalment, Invoice
from relance.models.letters import ASIDE, Letter, LetterInvoice
from relance.models.messages import Message, MessageItem
from relance.rules import moves, schedule
from relance.rules.calendar import Calendar, local_date
from relance.rules.moves import Item
from relance.services import chasing, forecasting, gathering, situations
from relance.services.forecasting import PlannedSend

HORIZON = timedelta(400)
_RANK = {
    "issued": 0,
    "due": 1,
    "sent": 2,
    "uncertain": 2,
    "failed": 2,
    "posted": 2,
    "asks": 3,
    "waiting": 3,
    "next": 4,
    "plan": 5,
    "held": 4,
    "task_due": 4,
    "task": 5,
    "letter": 6,
    "paid": 9,
}
_STATE = {
    "proposed": "asks",
    "queued": "waiting",
    "sending": "waiting",
    "sent": "sent",
    "uncertain": "uncertain",
    "refused": "failed",
}


@dataclass(frozen=True)
class Knot:
    """One point of the thread, of one of the kinds below.

    ``kind``: issued, due, sent, asks, waiting, failed, uncertain, next, plan, held, letter, posted, task, task_due,
    paid. A letter was prepared; once a person posted it, it is one more thing said. A task is a letter or a call of a
    sequence (``channel``): to come, or waiting for the user (task_due).
    ``on`` is a civil day of the account; ``at`` (UTC) the instant of a sending, past or to come.
    """

    kind: str
    on: date
    template: str = ""
    at: datetime | None = None
    message_id: int | None = None
    channel: str = ""


@dataclass(frozen=True)
class Thread:
    """The points in order, and what they mean. ``why_silent`` says why an active chase sends nothing."""

    knots: tuple[Knot, ...] = ()
    next: PlannedSend | None = None
    is_on: bool = False
    ended_because: str = ""
    why_silent: str = ""

    @property
    def sent(self) -> int:
        """How many e-mails left."""
        return sum(knot.kind in ("sent", "uncertain") for knot in self.knots)

    @property
    def posted(self) -> int:
        """How many letters left."""
        return sum(knot.kind == "posted" for knot in self.knots)


def of_invoices(
    account: Account, invoices: Iterable[Invoice], now: datetime, *, as_sent: bool = False
) -> dict[int, Thread]:
    """The threads of a page of invoices, in two queries.

    ``as_sent``: a draft shows what would leave once it is confirmed.
    """
    rows = {invoice.id: invoice for invoice in invoices}
    if not rows:
        return {}
    messages, posted, asked, found = gathering.read(
        _messages_read(rows),
        _letters_read(rows),
        _tasks_read(rows),
        Chase.select().where(Chase.invoice.in_(list(rows))),
    )
    sent, letters, waiting = _messages(account, messages), _letters(posted), _tasks(asked)
    chases = {chase.invoice_id: chase for chase in found}
    planned, tasks, silent = _planned(account, rows.values(), now, as_sent=as_sent)
    threads = {}
    for invoice in rows.values():
        coming = planned[invoice.id] if invoice.state == "sent" or as_sent else []
        knots = [*_dates(invoice), *sent[invoice.id], *letters[invoice.id], *_knots(coming)]
        if invoice.state == "sent":
            knots += [*waiting[invoice.id], *tasks[invoice.id]]
        chase = chases.get(invoice.id)
        is_on = chase is not None and chase.is_active
        threads[invoice.id] = Thread(
            knots=_sorted(knots),
            next=coming[0] if coming else None,
            is_on=is_on,
            ended_because=chase.ended_because if chase is not None else "",
            why_silent=silent.get(invoice.id, "") if is_on and not coming else "",
        )
    return threads


def of_invoice(invoice: Invoice, now: datetime, *, as_sent: bool = False) -> Thread:
    """The thread of one invoice, from its sending to its payment, with the date of each instalment."""
    thread = of_invoices(invoice.account, [invoice], now, as_sent=as_sent)[invoice.id]
    dates = [
        row.due_on for row in Instalment.select().where(Instalment.invoice == invoice).order_by(Instalment.position)
    ]
    knots = [knot for knot in thread.knots if knot.kind != "due"]
    knots += [Knot("due", day) for day in dates]
    if as_sent or invoice.state not in ("draft", "to_process"):
        knots.append(Knot("issued", invoice.issued_on))
    return replace(thread, knots=_sorted(knots))


def _dates(invoice: Invoice) -> Iterator[Knot]:
    yield Knot("due", invoice.next_due_on)
    if invoice.state == "paid" and invoice.paid_on is not None:
        yield Knot("paid", invoice.paid_on)


def _sorted(knots: Iterable[Knot]) -> tuple[Knot, ...]:
    # The payment closes the thread even when it came before the due date.
    return tuple(sorted(knots, key=lambda knot: (knot.kind == "paid", knot.on, _RANK[knot.kind])))


def reads(invoice_ids: Iterable[int]) -> tuple[Any, ...]:
    """The queries of what was said about these invoices and what waits: e-mails, letters, tasks, chases."""
    ids = list(invoice_ids)
    return _messages_read(ids), _letters_read(ids), _tasks_read(ids), Chase.select().where(Chase.invoice.in_(ids))


def _messages_read(invoice_ids: Iterable[int]) -> Any:
    return (
        MessageItem.select(
            MessageItem.invoice,
            Message.id,
            MessageItem.template,
            Message.state,
            Message.sent_at,
            Message.day_on,
            Message.not_before_at,
        )
        .join(Message)
        .where(
            MessageItem.invoice.in_(list(invoice_ids)),
            Message.kind.in_(("reminder", "manual")),
            Message.state.in_(list(_STATE)),
        )
        .order_by(Message.id, MessageItem.id)
        .tuples()
    )


def _messages(account: Account, rows: Iterable[Any]) -> dict[int, list[Knot]]:
    """One point per message and invoice, however many instalments it spoke of."""
    found: dict[int, dict[int, Knot]] = defaultdict(dict)
    for invoice_id, message_id, template, state, sent_at, day_on, not_before in rows:
        instant = sent_at or not_before
        day = day_on or local_date(instant, account.time_zone)
        found[invoice_id].setdefault(message_id, Knot(_STATE[state], day, template, instant, message_id))
    return defaultdict(list, {invoice_id: list(knots.values()) for invoice_id, knots in found.items()})


def _letters_read(invoice_ids: Iterable[int]) -> Any:
    return (
        LetterInvoice.select(LetterInvoice.invoice, Letter.kind, Letter.posted_on, Letter.dated_on)
        .join(Letter)
        .where(LetterInvoice.invoice.in_(list(invoice_ids)), Letter.state.not_in(ASIDE))
        .tuples()
    )


def _letters(rows: Iterable[Any]) -> dict[int, list[Knot]]:
    found: dict[int, list[Knot]] = defaultdict(list)
    for invoice_id, kind, posted_on, dated_on in rows:
        knot = Knot("posted", posted_on, kind) if posted_on else Knot("letter", dated_on, kind)
        found[invoice_id].append(knot)
    return found


def _planned(
    account: Account, invoices: Iterable[Invoice], now: datetime, *, as_sent: bool
) -> tuple[dict[int, list[PlannedSend]], dict[int, list[Knot]], dict[int, str]]:
    """What will leave, the letters and calls that will come up, and why nothing leaves where reminders are on."""
    loaded = situations.load(account, {invoice.client_id for invoice in invoices}, chasing.today_of(account, now))
    start = forecasting.first_day(account, now)
    found: dict[int, list[PlannedSend]] = defaultdict(list)
    tasks: dict[int, list[Knot]] = defaultdict(list)
    silent: dict[int, str] = {}
    for situation in loaded.values():
        for tracked in situation.tracked.values():
            if as_sent and tracked.item.stop in ("draft", "to_process"):
                tracked.item = replace(tracked.item, stop="")
            reason = tracked.item.stop or ("" if tracked.contacts else "no_recipient")
            silent.setdefault(tracked.invoice.id, reason)
            tasks[tracked.invoice.id] += _held(tracked.item, situation.policy.calendar, start)
        for decision in schedule.preview(situation.items, situation.past, situation.policy, start, start + HORIZON):
            for pick in decision.picks:
                send = forecasting.planned_send(situation, pick, decision, now)
                found[send.invoice_id].append(send)
            for due in decision.tasks:
                knot = Knot("task", decision.day, due.step.template, channel=due.step.kind)
                tasks[situation.tracked[due.key].invoice.id].append(knot)
    return found, tasks, silent


def _held(item: Item, calendar: Calendar, today: date) -> Iterator[Knot]:
    """The e-mails that a person holds back, one by one."""
    for step in moves.remaining_steps(item, calendar, today) if item.held and not item.stop else ():
        if step.index in item.held and step.is_mail:
            yield Knot("held", max(moves.planned_on(item, step, calendar), today), step.template)


def _tasks_read(invoice_ids: Iterable[int]) -> Any:
    """The letters and calls that wait for the user."""
    query = Task.select().where(Task.invoice.in_(list(invoice_ids)), Task.done_at.is_null(), Task.slot.is_null(False))
    return query.order_by(Task.due_on, Task.id)


def _tasks(rows: Iterable[Task]) -> dict[int, list[Knot]]:
    found: dict[int, list[Knot]] = defaultdict(list)
    for task in rows:
        found[task.invoice_id].append(Knot("task_due", task.due_on, task.template, channel=task.kind))
    return found


def _knots(sends: list[PlannedSend]) -> Iterator[Knot]:
    """One point per day, the first one being what comes next."""
    days = {send.on: send for send in reversed(sends)}
    for n, day in enumerate(sorted(days)):
        yield Knot("plan" if n else "next", day, days[day].template, days[day].at)
