"""One run of everything due now: the same code for the worker's minute and for ``tick``."""

import datetime as dt
from dataclasses import dataclass, field

from relance.models.accounts import Heartbeat
from relance.services import (
    alerting,
    asking,
    batches,
    delivering,
    forewarning,
    import_runs,
    inbox_folder,
    journal,
    letter_deadlines,
    payment_plans,
    printing_many,
    promising,
    queueing,
    quoting_nudges,
    rate_fetching,
    throttling,
)
from relance.services.carrying import Post
from relance.services.delivering import Report


@dataclass
class Swept:
    """What a run did: messages queued, what became of those handed over, letters made."""

    queued: list[int] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    letters: int = 0


def prepare(now: dt.datetime, post: Post) -> list[int]:
    """Decide, warn and clear up; nothing is handed to SMTP yet. Returns the ids of new messages."""
    Heartbeat.beat("worker", now)
    delivering.settle_abandoned(now)
    promising.settle_due(now)
    payment_plans.settle_due(now)
    # Before reminders are decided: an invoice that was just left is chased with the others.
    inbox_folder.take(post.inbox_dir, now)
    carrier = post.instance_carrier()
    queued = batches.advance(now, domain=carrier.domain)
    queued += queueing.advance_due(now, domain=carrier.domain)
    queued += quoting_nudges.advance_due(now, domain=carrier.domain)
    queued += alerting.alert_overdue(now, base_url=post.base_url, domain=carrier.domain)
    queued += alerting.report_failures(now, base_url=post.base_url, domain=carrier.domain)
    queued += letter_deadlines.tell_expired(now, base_url=post.base_url, domain=carrier.domain)
    queued += forewarning.forewarn(now, base_url=post.base_url, domain=carrier.domain)
    rate_fetching.fetch_due(post.ecb_url, now)
    asking.rewrite(now)
    journal.seal(now)
    throttling.forget_before(now - dt.timedelta(days=1))
    return queued


def sweep(now: dt.datetime, post: Post) -> Swept:
    """Run everything due now in the foreground, until nothing is left to do."""
    swept = Swept()
    swept.report.uncertain += delivering.settle_abandoned(now)
    while True:
        queued = prepare(now, post)
        swept.queued += queued
        parcels = delivering.batches(now)
        for parcel in parcels:
            swept.report.add(delivering.deliver(parcel, now, post))
        if not queued and not parcels:
            break
    import_runs.advance_waiting(now)
    swept.letters = printing_many.print_waiting(now, post.data_dir)
    return swept
