"""What leaves in the coming days and what surrounds it, for the dashboard: a few statements, however much there is."""

import datetime as dt
from dataclasses import dataclass

from relance.models.accounts import Account
from relance.models.messages import Message
from relance.rules.calendar import local_date
from relance.services import asking, forecasting, gathering, outbox, situation_rows, situations, upcoming
from relance.services.forecasting import PlannedSend
from relance.services.outbox import Parcel
from relance.services.upcoming import Coming


@dataclass(frozen=True)
class Week:
    """``gone_at``: when the reminders of today left (UTC), the first one first. ``closed_by``: « dimanche », or ''."""

    sends: list[PlannedSend]
    held: list[Coming]
    asks: set[int]
    waiting: tuple[Parcel, ...]
    proposed: int
    gone_at: tuple[dt.datetime, ...]
    closed_by: str


def read(account: Account, now: dt.datetime, until: dt.date) -> Week:
    """What leaves until a day of the account, included. ``asks``: the invoices whose reminders wait for a yes."""
    today = local_date(now, account.time_zone)
    gone = (
        Message.select(Message.sent_at)
        .where(
            Message.account == account,
            Message.kind == "reminder",
            Message.state == "sent",
            Message.day_on == today,
            Message.sent_at.is_null(False),
        )
        .order_by(Message.sent_at)
        .tuples()
    )
    chased, held, waiting, proposed, left, closures = gathering.read(
        forecasting.chased_clients(account, now, until),
        upcoming.held_rows(account),
        outbox.waiting_query(account),
        gathering.number(asking.proposed(account)),
        gone,
        situation_rows.closures_of(account),
    )
    leaving = [] if account.suspended_at is not None else [client_id for (client_id,) in chased]
    policy = situations.policy_from(account, closures)
    loaded = situations.load(account, {*leaving, *(row.chase.client_id for row in held)}, today, policy)
    sends = forecasting.of_situations((loaded[key] for key in leaving if key in loaded), now, until)
    return Week(
        sends=sends,
        held=upcoming.held_of(held, loaded, today, until),
        asks=asking.asking_among(account, (send.invoice_id for send in sends)),
        waiting=outbox.parcels(waiting),
        proposed=int(proposed[0][0]),
        gone_at=tuple(at for (at,) in left),
        closed_by=policy.calendar.why_closed(today),
    )
