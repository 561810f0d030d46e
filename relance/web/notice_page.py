"""What the page of a formal notice shows: the late invoices, the letter that would be made, the checks in words."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, make_response, url_for

from relance import clock
from relance.letters import pages
from relance.letters.facts import NoticeFacts
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import claiming, notice_checks, noticing
from relance.services.notice_checks import Check
from relance.services.noticing import NoticeError
from relance.web import filters
from relance.web.assets import asset_url
from relance.web.forms.letters import NoticeForm
from relance.web.i18n import _
from relance.web.scope import current_account
from relance.web.security import embeddable


def today() -> date:
    """The account's civil day."""
    return local_date(clock.now(), current_account().time_zone)


def late_invoices(client: Client) -> list[Invoice]:
    """The late invoices of a client, the oldest due date first."""
    query = Invoice.select().where(
        Invoice.client == client, Invoice.state == "sent", Invoice.kind != "credit_note", Invoice.balance_cents > 0
    )
    return claiming.ordered([invoice for invoice in query if invoice.is_overdue(today())])


def late_clients() -> list[Client]:
    """The clients who have something late, by name."""
    owed = Invoice.select(Invoice.client).where(
        Invoice.account == current_account(),
        Invoice.state == "sent",
        Invoice.kind != "credit_note",
        Invoice.balance_cents > 0,
        Invoice.next_due_on < today(),
    )
    return list(Client.select().where(Client.id.in_(owed)).order_by(Client.name))


def draft(client: Client, late: Sequence[Invoice], form: NoticeForm) -> tuple[NoticeFacts | None, NoticeError | None]:
    """What the letter would say, or why it cannot be written."""
    choices = form.choices()
    if choices is None:
        return None, None
    try:
        return noticing.draft(current_account(), client, form.chosen(late), choices, today()), None
    except NoticeError as error:
        return None, error


def refuse(form: NoticeForm, error: NoticeError) -> None:
    """Show what the service found beside its field, or above the form."""
    for field, sentence in error.errors.items():
        form.refuse(field if field in form else "", sentence)


def context(client: Client, late: Sequence[Invoice], form: NoticeForm) -> dict[str, Any]:
    """What new.html and its fragments show for what is chosen."""
    account, chosen = current_account(), form.chosen(late)
    facts, error = draft(client, late, form)
    if error is not None and not form.errors:
        refuse(form, error)
    return {
        "client": client,
        "late": late,
        "form": form,
        "facts": facts,
        "checks": [(check, words(check)) for check in notice_checks.before_posting(account, client, chosen or late)],
        "is_early": bool(chosen) and notice_checks.is_early(account, chosen),
        "frame": _frame(client, form) if facts is not None else "",
    }


def _frame(client: Client, form: NoticeForm) -> str:
    """The address of the letter that would be made, for the frame."""
    choices = form.choices()
    if choices is None:
        return ""
    asked: dict[str, Any] = {name: 1 for name in ("claims_interest", "claims_fee") if getattr(choices, name)}
    return url_for(
        "letters.draft",
        client=client.id,
        invoices=form.invoices.data,
        dated_on=choices.dated_on.isoformat(),
        delay_days=choices.delay_days,
        **asked,
    )


def words(check: Check) -> str:
    """A check in the language of the page: dates and rates in words."""
    shown = {
        name: filters.long_date(value, year=False)
        if isinstance(value, date)
        else filters.rate(value)
        if name in ("taux", "plancher") and isinstance(value, int)
        else _(str(value))
        if name == "raison"
        else value
        for name, value in check.values.items()
    }
    return _(check.sentence, **shown)


def paper(page: str) -> Response:
    """A letter alone, for a frame of ours: its own style, our fonts, nothing else."""
    css = pages.screen_css(lambda name: asset_url(f"fonts/{name}"))
    response = embeddable(make_response(pages.preview(page, css)))
    mark = b64encode(hashlib.sha256(css.encode()).digest()).decode()
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{mark}'; font-src 'self'; frame-ancestors 'self'; "
        "base-uri 'none'; form-action 'none'"
    )
    return response
