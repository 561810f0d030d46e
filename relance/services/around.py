"""What every page shows around its own matter, read in one statement."""

import datetime as dt
from dataclasses import dataclass

from relance.models.accounts import Account, Heartbeat
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.quotes import Quote
from relance.services import attending, gathering, pausing

# The counting stops there: beyond, the navigation says « 99+ » and « 999+ ».
MOST_WAITING, MOST = 99, 999


@dataclass(frozen=True)
class Around:
    """The numbers of the navigation, each at most one more than it is counted to, and the lines above every page.

    ``seen_at`` (UTC): when the worker was last seen. ``pause``: the pause of everything that is on today.
    """

    to_deal_with: int
    to_collect: int
    to_post: int
    to_answer: int
    seen_at: dt.datetime | None
    pause: Pause | None


def read(account: Account, now: dt.datetime, today: dt.date) -> Around:
    """What surrounds a page of the account. ``today`` is local to the account."""
    invoices = Invoice.select().where(
        Invoice.account == account, Invoice.state == "sent", Invoice.kind != "credit_note", Invoice.balance_cents > 0
    )
    letters = Letter.select().where(Letter.account == account, Letter.state == "ready")
    quotes = Quote.select().where(Quote.account == account, Quote.state == "pending", Quote.valid_until >= today)
    collect, post, answer, beats, pauses, waiting = gathering.read(
        gathering.number(invoices, MOST + 1),
        gathering.number(letters, MOST + 1),
        gathering.number(quotes, MOST + 1),
        Heartbeat.select().where(Heartbeat.name == "worker"),
        pausing.current_of_account(account, today),
        attending.number(account, now, MOST_WAITING + 1),
    )
    beat = gathering.first(beats)
    return Around(
        to_deal_with=waiting[0][0],
        to_collect=collect[0][0],
        to_post=post[0][0],
        to_answer=answer[0][0],
        seen_at=beat.seen_at if beat else None,
        pause=gathering.first(pauses),
    )
