"""What ``tick`` and ``due`` print: messages as plain dictionaries, stable for scripts."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from relance.db import database
from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.messages import Message, MessageItem
from relance.models.quotes import Quote
from relance.rules import calendar as cal
from relance.rules import moves
from relance.rules.moves import HOLDS, Wait
from relance.rules.schedule import Decision
from relance.services import (
    chasing,
    composing,
    forecasting,
    queueing,
    quoting_forecasts,
    quoting_nudges,
    rechecking,
    situations,
)
from relance.services.situations import Situation
from relance.services.sweeping import Swept

Row = dict[str, Any]


def tick_as_json(swept: Swept) -> dict[str, list[Row]]:
    """The reminders of a run, by what became of them. Mails to the user are not among them."""
    report = swept.report
    return {
        "sent": _reminders(report.sent),
        "waiting": _reminders(report.waiting),
        "failed": _reminders(report.failed),
        "uncertain": _reminders(report.uncertain),
    }


def _reminders(ids: list[int]) -> list[Row]:
    to_clients = Message.select(Message.id).where(Message.id.in_(ids), Message.kind.in_(quoting_nudges.TO_CLIENTS))
    return [message_as_json(row[0]) for row in to_clients.order_by(Message.id).tuples()]


def message_as_json(message_id: int) -> Row:
    """One stored message. ``at`` is when it left, or will be tried (UTC, ISO)."""
    message = Message.get_by_id(message_id)
    items = MessageItem.select().where(MessageItem.message == message).order_by(MessageItem.id)
    return {
        "account": _email(message.account) if message.account else "",
        "client": message.client.name if message.client else "",
        "instalments": [
            {
                "number": item.invoice.number,
                "due_on": item.instalment.due_on.isoformat(),
                "balance_cents": item.balance_cents,
                "currency": item.invoice.currency,
                "step": item.step,
                "template": item.template,
            }
            for item in items
        ],
        "to": [email for _, email in json.loads(message.to_json)],
        "cc": [email for _, email in json.loads(message.cc_json)],
        "subject": message.subject,
        "at": f"{(message.sent_at or message.not_before_at).isoformat()}Z",
        "reason": message.error,
        **({"quote": _quote(message.quote)} if message.quote is not None else {}),
    }


def _quote(quote: Quote) -> Row:
    """What a row says of a quote, in the place of instalments."""
    return {
        "number": quote.number,
        "valid_until": quote.valid_until.isoformat(),
        "total_cents": quote.total_cents,
        "currency": quote.currency,
    }


def _email(account: Account) -> str:
    return composing.owner_of(account).email


def due_as_json(accounts: Iterable[Account], day: dt.date, now: dt.datetime) -> dict[str, list[Row]]:
    """What would be sent, would wait or is held on a day, if nothing else happened until then."""
    result: dict[str, list[Row]] = {"send": [], "wait": [], "held": []}
    for account in accounts:
        chased = Chase.select(Chase.client).where(Chase.account == account, Chase.ended_at.is_null()).distinct()
        quotes = quoting_forecasts.of_account(account)
        ids = {row[0] for row in chased.tuples()} | set(quotes) | quoting_forecasts.queued_clients(account)
        loaded = situations.load(account, ids, chasing.today_of(account, now))
        for client_id in sorted(loaded):
            _add_client(result, account, loaded[client_id], quotes.get(client_id, []), day, now)
    return result


def _add_client(
    result: dict[str, list[Row]],
    account: Account,
    situation: Situation,
    quotes: list[Quote],
    day: dt.date,
    now: dt.datetime,
) -> None:
    decision = forecasting.day_decision(situation, now, day) if not quotes else None
    foreseen = quoting_forecasts.of_day(situation, quotes, now, day) if quotes else None
    if foreseen is not None:
        decision = foreseen.decision
        _add_quotes(result, account, foreseen, day, now)
    if decision is None:
        return
    waiting = _queued_for(account, situation, day, now)
    rows = [_as_it_will_leave(message_id, day, now) for message_id in waiting]
    result["send"] += [row for row in rows if row is not None]
    asks = any(situation.tracked[pick.item.key].asks for pick in decision.picks)
    if decision.picks and asks:
        result["held"].append(_send(account, situation, decision, now) | {"reason": "asks"})
    elif decision.picks and account.suspended_at is None:
        result["send"].append(_send(account, situation, decision, now))
    elif decision.picks:
        result["held"].append(_send(account, situation, decision, now) | {"reason": account.suspended_because})
    for key, move in decision.moves.items():
        if isinstance(move, Wait) and move.because not in ("", "closed"):
            name = "held" if move.because in (*HOLDS, "held_step", "no_recipient") else "wait"
            result[name].append(_wait(account, situation, key, move))


def _add_quotes(
    result: dict[str, list[Row]], account: Account, foreseen: quoting_forecasts.Foreseen, day: dt.date, now: dt.datetime
) -> None:
    """The quotes that are recalled that day; with ``instalments`` empty and the quote beside it."""
    for quote in foreseen.quotes:
        reason = account.suspended_because if account.suspended_at is not None else ""
        reason = reason or ("asks" if account.asks_before_sending else "")
        is_held = account.suspended_at is not None or account.asks_before_sending
        row = _nudge(account, quote, day, now) | {"reason": reason}
        result["held" if is_held else "send"].append(row)
    for quote, because in foreseen.held:
        result["held"].append(_nudge(account, quote, day, now) | {"reason": because})


def _nudge(account: Account, quote: Quote, day: dt.date, now: dt.datetime) -> Row:
    composed = quoting_forecasts.message_of(quote, day)
    return {
        "account": _email(account),
        "client": quote.client.name,
        "instalments": [],
        "to": [email for _, email in composed.to],
        "cc": [email for _, email in composed.cc],
        "subject": composed.subject,
        "at": f"{forecasting.sending_instant(account, day, now).isoformat()}Z",
        "reason": "",
        "quote": _quote(quote),
    }


def _queued_for(account: Account, situation: Situation, day: dt.date, now: dt.datetime) -> list[int]:
    """What waits in the queue to leave on that day of the account."""
    begins = cal.local_instant(day, 0, account.time_zone)
    ends = cal.local_instant(day + moves.DAY, 0, account.time_zone)
    first = forecasting.first_day(account, now)
    query = Message.select(Message.id).where(
        Message.client == situation.client,
        Message.state == "queued",
        Message.kind.in_(quoting_nudges.TO_CLIENTS),
        Message.not_before_at < ends,
        (Message.not_before_at >= begins) | (day == first),
    )
    return [message_id for (message_id,) in query.order_by(Message.id).tuples()]


def _as_it_will_leave(message_id: int, day: dt.date, now: dt.datetime) -> Row | None:
    """A queued message as the last look before sending will make it, or None when that look will cancel it.

    The very code of sending is run, and undone: a dry run changes nothing.
    """
    with database.atomic() as attempt:
        stands = rechecking.refresh(Message.get_by_id(message_id), now, on=day)
        row = message_as_json(message_id) if stands else None
        attempt.rollback()
    return row


def _send(account: Account, situation: Situation, decision: Decision, now: dt.datetime) -> Row:
    composed = queueing.compose_picks(situation, decision.picks, decision.lead.step.template, decision.day)
    at = forecasting.sending_instant(account, decision.day, now)
    return {
        "account": _email(account),
        "client": situation.client.name,
        "instalments": [
            _instalment(situation, pick.item.key, pick.step.index, pick.step.template) for pick in decision.picks
        ],
        "to": [email for _, email in composed.to],
        "cc": [email for _, email in composed.cc],
        "subject": composed.subject,
        "at": f"{at.isoformat()}Z",
        "reason": "",
    }


def _wait(account: Account, situation: Situation, key: int, move: Wait) -> Row:
    tracked = situation.tracked[key]
    return {
        "account": _email(account),
        "client": situation.client.name,
        "instalments": [_instalment(situation, key, move.step.index, move.step.template)],
        "to": [contact.email for contact in tracked.contacts],
        "cc": [],
        "subject": "",
        "at": move.until.isoformat(),
        "reason": move.because,
    }


def _instalment(situation: Situation, key: int, step: int, template: str) -> Row:
    tracked = situation.tracked[key]
    return {
        "number": tracked.invoice.number,
        "due_on": tracked.instalment.due_on.isoformat(),
        "balance_cents": tracked.instalment.balance_cents,
        "currency": tracked.invoice.currency,
        "step": step,
        "template": template,
    }
