"""« Délai accordé » : reminders count from a later date; penalties and letters keep the legal one."""

import datetime as dt

from relance.db import transaction
from relance.models.accounts import User
from relance.models.holds import Extension
from relance.models.invoices import Invoice
from relance.services import chasing, hold_limits, holding
from relance.services.holding import HoldError

MAX_YEARS = 1


def grant(invoice: Invoice, *, granted_on: dt.date, reason: str, by: User | None, now: dt.datetime) -> Extension:
    """Grant until ``granted_on`` (a civil day): offsets and texts count from it. A former one is replaced.

    The due date stays. HoldError names granted_on or reason.
    """
    with transaction():
        invoice = hold_limits.locked(invoice)
        hold_limits.must_be_owed(invoice)
        today = chasing.today_of(invoice.account, now)
        _check(invoice, granted_on, today)
        clean = hold_limits.checked_reason(reason)
        before = current(invoice)
        if before is not None:
            if (before.granted_on, before.reason) == (granted_on, clean):
                return before  # the same form sent twice
            _end(before, today, by, now)
        row: Extension = Extension.create(
            account=invoice.account_id,
            client=invoice.client_id,
            invoice=invoice,
            granted_on=granted_on,
            reason=clean,
            starts_on=today,
            made_by=by,
            made_at=now,
        )
        holding.take_hold(invoice.account, [invoice], because="extension", now=now)
        _tell("extension_granted", row, by, now, replaces=before.granted_on if before else None)
        return row


def withdraw(invoice: Invoice, *, by: User | None, now: dt.datetime) -> Extension:
    """Back to the legal due date from today on; steps that are then past are not sent. HoldError without any."""
    with transaction():
        invoice = hold_limits.locked(invoice)
        row = current(invoice)
        if row is None:
            raise HoldError("Aucun délai n'est accordé sur cette facture.")
        _end(row, chasing.today_of(invoice.account, now), by, now)
        # What waits speaks of the granted date.
        holding.take_hold(invoice.account, [invoice], because="extension", now=now)
        _tell("extension_withdrawn", row, by, now)
        return row


def current(invoice: Invoice) -> Extension | None:
    """The extension in force on this invoice, even once its date has passed, or None."""
    return Extension.get_or_none(Extension.invoice == invoice, Extension.ended_at.is_null())


def _check(invoice: Invoice, granted_on: dt.date, today: dt.date) -> None:
    if granted_on <= today:
        raise HoldError("Indiquez une date à venir.", "granted_on")
    if granted_on <= invoice.next_due_on:
        raise HoldError("Indiquez une date après l'échéance de la facture.", "granted_on")
    if granted_on > hold_limits.years_after(today, MAX_YEARS):
        raise HoldError("Indiquez une date dans les douze mois.", "granted_on")


def _end(row: Extension, today: dt.date, by: User | None, now: dt.datetime) -> None:
    row.ended_on, row.ended_at, row.ended_by = today, now, by
    row.save(only=[Extension.ended_on, Extension.ended_at, Extension.ended_by])


def _tell(kind: str, row: Extension, by: User | None, now: dt.datetime, **facts: object) -> None:
    hold_limits.tell(
        kind,
        row,
        by,
        now,
        extension_id=row.id,
        granted_on=row.granted_on,
        reason=row.reason,
        **facts,
    )
