"""Where an invoice stands when reminders did not help: its last letter, the deadline, who has the file."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.letters import ABANDONED, KINDS, Letter, LetterInvoice
from relance.services import confiding, gathering
from relance.services.confiding import Confided


@dataclass(frozen=True)
class Standing:
    """``notice``: the last formal notice that left or is about to; ``letter``: the last letter of any kind.

    ``is_finished``: its reminders all left. Drafts of letters do not count.
    """

    today: dt.date
    letter: Letter | None = None
    notice: Letter | None = None
    confided: Confided | None = None
    is_finished: bool = False
    unposted: tuple[Letter, ...] = ()

    def to_read(self, template: str) -> Letter | None:
        """The last letter that was not posted, its drafts included, and that answers a task asking for ``template``."""
        kind = template if template in KINDS else ""
        return next((one for one in reversed(self.unposted) if not kind or one.kind == kind), None)

    @property
    def claim(self) -> Letter | None:
        """The last formal notice, once it left, when it claims interest or the indemnity beside what is owed."""
        is_claimed = self.notice is not None and (self.notice.claims_interest or self.notice.claims_fee)
        return self.notice if is_claimed and self.notice is not None and self.notice.posted_on is not None else None

    @property
    def is_deadline_over(self) -> bool:
        """True when the time allowed by the last formal notice has passed."""
        return self.notice is not None and self.notice.deadline_on is not None and self.notice.deadline_on < self.today

    @property
    def asks_what_now(self) -> bool:
        """True when nothing is left to send or the time allowed has passed, until a person deals with it."""
        if self.confided is not None:
            return False
        if self.notice is None:
            return self.is_finished
        return self.is_deadline_over and self.notice.settled_at is None


def reads(invoice: Invoice) -> tuple[Any, ...]:
    """The queries of a Standing: letters, and the last hand-over."""
    letters = (
        Letter.select()
        .join(LetterInvoice)
        .where(LetterInvoice.invoice == invoice, Letter.state != ABANDONED)
        .order_by(Letter.dated_on, Letter.id)
    )
    return letters, confiding.read(invoice)


def of_invoice(invoice: Invoice, today: dt.date, *, is_finished: bool) -> Standing:
    """Where this invoice stands on the account's day ``today``; ``is_finished``: its reminders all left."""
    letters, events = gathering.read(*reads(invoice))
    return of_rows(letters, events, today, is_finished=is_finished)


def of_rows(letters: Sequence[Letter], events: Sequence[Event], today: dt.date, *, is_finished: bool) -> Standing:
    """The same from rows that were read already."""
    unposted = tuple(letter for letter in letters if letter.posted_on is None)
    letters = [letter for letter in letters if letter.state != "draft"]
    notices = [letter for letter in letters if letter.kind == "formal_notice"]
    return Standing(
        today,
        letters[-1] if letters else None,
        notices[-1] if notices else None,
        confiding.of_event(events[0] if events else None),
        is_finished,
        unposted,
    )
