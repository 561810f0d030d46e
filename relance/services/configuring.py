"""Settings of an account: each change is saved with a line in the journal, in one transaction."""

import datetime as dt
from typing import Any

from relance.db import transaction
from relance.models.accounts import Account, Closure, User
from relance.models.events import record
from relance.rules.identity import masked_iban
from relance.services import chasing

# A change of one of these moves what is planned: every chase is looked at again.
_SCHEDULE = frozenset(
    [
        "time_zone",
        "send_from_minute",
        "send_until_minute",
        "send_days",
        "skips_holidays",
        "holiday_region",
        "min_gap_days",
        "is_grouping",
        "tolerance_cents",
        "min_amount_cents",
    ]
)


def save(account: Account, page: str, values: dict[str, Any], *, by: User, now: dt.datetime) -> list[str]:
    """Write ``values`` on the account; returns the names of the fields that changed."""
    changed = [name for name, value in values.items() if getattr(account, name) != value]
    if not changed:
        return []
    with transaction():
        Account.update({getattr(Account, name): values[name] for name in changed}).where(
            Account.id == account.id
        ).execute()
        for name in changed:
            setattr(account, name, values[name])
        record("settings_changed", account=account, at=now, user=by, page=page, fields=changed)
        if _SCHEDULE.intersection(changed):
            chasing.refresh_account(account, now=now)
    return changed


def save_user(user: User, page: str, values: dict[str, Any], *, now: dt.datetime) -> list[str]:
    """The same for what belongs to one person (language, theme, shortcuts, names)."""
    changed = [name for name, value in values.items() if getattr(user, name) != value]
    if not changed:
        return []
    with transaction():
        User.update({getattr(User, name): values[name] for name in changed}).where(User.id == user.id).execute()
        for name in changed:
            setattr(user, name, values[name])
        record("settings_changed", account=user.account_id, at=now, user=user, page=page, fields=changed)
    return changed


def save_bank(
    account: Account, *, holder: str, iban: str, bic: str, by: User, now: dt.datetime
) -> tuple[str, str] | None:
    """Save the bank details. Returns the old and the new IBAN, masked, when it was replaced.

    To call in the transaction that queues the e-mail about it: a silent change would send the money elsewhere.
    """
    old = account.iban
    save(account, "coordonnees-bancaires", {"iban_holder": holder, "iban": iban, "bic": bic}, by=by, now=now)
    if old == iban:
        return None
    pair = masked_iban(old), masked_iban(iban)
    record("iban_changed", account=account, at=now, user=by, old=pair[0], new=pair[1])
    return pair if old else None


def add_closure(
    account: Account, *, starts_on: dt.date, ends_on: dt.date, label: str, by: User, now: dt.datetime
) -> Closure:
    """Send nothing from ``starts_on`` to ``ends_on``, both included."""
    with transaction():
        closure = Closure.create(account=account, starts_on=starts_on, ends_on=ends_on, label=label)
        record(
            "settings_changed",
            account=account,
            at=now,
            user=by,
            page="calendrier",
            fields=["closures"],
            added=f"{starts_on} – {ends_on}",
        )
        chasing.refresh_account(account, now=now)
    return closure


def delete_closure(account: Account, closure_id: int, *, by: User, now: dt.datetime) -> bool:
    """Forget a closed period of this account; False when it has none of that id."""
    with transaction():
        gone = Closure.delete().where(Closure.id == closure_id, Closure.account == account).execute()
        if gone:
            record("settings_changed", account=account, at=now, user=by, page="calendrier", fields=["closures"])
            chasing.refresh_account(account, now=now)
    return bool(gone)
