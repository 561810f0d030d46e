"""The evening before: one e-mail to the user that lists what leaves tomorrow. The same code foresees and sends."""

import datetime as dt

from relance.db import transaction
from relance.mail import forewarnings
from relance.mail.forewarnings import ForewarnedLine
from relance.models.accounts import Account
from relance.rules import calendar as cal
from relance.rules import labels
from relance.services import anchoring, asking, composing, forecasting, notifying, situations, templating
from relance.services.forecasting import PlannedSend

CHOICES = ("never", "asked", "always")
DAY = dt.timedelta(1)


def forewarn(now: dt.datetime, *, base_url: str, domain: str, limit: int = 500) -> list[int]:
    """Tell each user, once a day at the account's closing hour, what leaves tomorrow. Returns the messages queued.

    By the account's choice: never; only when something of tomorrow waits for a yes (asked); always. Nothing when
    nothing leaves tomorrow. An evening missed is over: the next morning is not the evening before.
    """
    ids = [row[0] for row in Account.select(Account.id).where(_is_time(now)).limit(limit).tuples()]
    queued = []
    for account_id in ids:
        with transaction():
            account = Account.get_by_id(account_id)
            today = cal.local_date(now, account.time_zone)
            at = cal.local_instant(today, account.send_until_minute, account.time_zone)
            next_at = at if at > now else _evening_of(account, today + DAY)
            claimed = Account.update(next_forewarning_at=next_at).where(Account.id == account.id, _is_time(now))
            if claimed.execute() and at <= now:
                message_id = _forewarn(account, today + DAY, now, base_url, domain)
                queued += [message_id] if message_id is not None else []
    return queued


def _evening_of(account: Account, day: dt.date) -> dt.datetime:
    return cal.local_instant(day, account.send_until_minute, account.time_zone)


def _is_time(now: dt.datetime) -> object:
    return Account.next_forewarning_at.is_null() | (Account.next_forewarning_at <= now)


def tomorrow(account: Account, day: dt.date, now: dt.datetime, language: str) -> list[ForewarnedLine]:
    """The messages of a day to come, one line a message: a client's instalments of a day leave together.

    What nobody said yes to today is proposed anew that day, if it is a day of sending.
    """
    sends = [send for send in forecasting.for_account(account, now, day) if send.on == day]
    asks = asking.asking_among(account, (send.invoice_id for send in sends))
    names = templating.names(account)
    groups: dict[tuple[int, tuple[str, ...], str], list[PlannedSend]] = {}
    for send in sends:
        groups.setdefault((send.client_id, send.to, send.currency), []).append(send)
    lines = [
        ForewarnedLine(
            client=group[0].client_name,
            template=_name(max(group, key=lambda send: send.offset_days).template, names, language),
            balance_cents=sum(send.balance_cents for send in group),
            currency=group[0].currency,
            asks=any(send.invoice_id in asks for send in group),
        )
        for group in groups.values()
    ]
    if not situations.policy_of(account).calendar.is_working(day):
        return lines
    return lines + [
        ForewarnedLine(
            client=message.client.name,
            template=_name(message.template, names, language),
            balance_cents=message.total_cents,
            currency=message.currency,
            asks=True,
        )
        for message in asking.proposed(account)
    ]


def _name(template: str, names: dict[str, str], language: str) -> str:
    return labels.translate(names.get(template, template), language)


def _forewarn(account: Account, day: dt.date, now: dt.datetime, base_url: str, domain: str) -> int | None:
    if account.forewarns == "never" or account.suspended_at is not None:
        return None
    owner = composing.owner_of(account)
    lines = tomorrow(account, day, now, owner.language)
    if not lines or (account.forewarns == "asked" and not any(line.asks for line in lines)):
        return None
    text = forewarnings.forewarning(
        lines,
        day,
        account.send_from_minute,
        f"{base_url}/envois",
        language=owner.language,
        first_name=owner.first_name,
        anchor=anchoring.head(account),
    )
    return int(notifying.queue_user_mail(owner, "forewarning", text, now=now, domain=domain).id)
