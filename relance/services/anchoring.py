"""The head of the journal: what letters and daily e-mails carry, so that a rewritten past would contradict them."""

from relance.models.accounts import Account
from relance.models.events import Event
from relance.services import journal


def head(account: Account | int) -> str:
    """The last sealed value of the account's chain; '' when nothing is sealed yet. ``rules.anchors`` shows it.

    A value of the first versions is no anchor: it cannot be checked without the events of every client.
    """
    last = (
        Event.select(Event.chain)
        .where(Event.account == account, Event.chain.is_null(False))
        .order_by(Event.id.desc())
        .limit(1)
        .tuples()
        .scalar()
    )
    return str(last) if last and journal.is_v2(str(last)) else ""
