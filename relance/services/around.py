"""What every page shows around its own matter, read in one statement."""

import datetime as dt
from dataclasses import dataclass

from relance.models.accounts import Account, Heartbeat
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.services import attending, gathering, pausing

MOST = 999  # the counting stops there: beyond, the navigation says « 999+ »


@dataclass(frozen=True)
class Around:
    """The numbers of the navigation, at most ``MOST + 1`` each, and the lines above every page.

    ``seen_at`` (UTC): when the worker was last seen. ``pause``: the pause of everything that is on today.
    """

    to_deal_with: int
    to_collect: int
    to_post: int
    seen_at: dt.datetime | None
    pause: Pause | None


def read(account: Account, now: dt.datetime, today: dt.date) -> Around:
    """What surrounds a page of the account. ``today`` is local to the account."""
    invoices = Invoice.select().where(
        Invoice.account == account, Invoice.state == "sent", Invoice.kind != "credit_note", Invoice.balance_cents > 0
    )
    letters = Letter.select().where(Letter.account == account, Letter.state == "ready")
    collect, post, beats, pauses, *waiting = gathering.read(
        gathering.number(invoices, MOST + 1),
        gathering.number(letters, MOST + 1),
        Heartbeat.select().where(Heartbeat.name == "worker"),
        pausing.current_of_account(account, today),
        *attending.number_reads(account, now, MOST + 1),
    )
    beat = gathering.first(beats)
    return Around(
        to_deal_with=min(sum(rows[0][0] for rows in waiting), MOST + 1),
        to_collect=collect[0][0],
        to_post=post[0][0],
        seen_at=beat.seen_at if beat else None,
        pause=gathering.first(pauses),
    )
