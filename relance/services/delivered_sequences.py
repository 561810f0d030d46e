"""The sequences that come with every account. Nobody is enrolled in them.

An account made before they existed got the same from migration 0002; a test keeps both equal.
"""

import datetime as dt
from dataclasses import dataclass

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.events import record
from relance.models.sequences import Sequence, SequenceStep, new_step_key


@dataclass(frozen=True)
class DeliveredStep:
    """One block: kind, days after J (before when negative), template (empty for a call)."""

    kind: str
    offset_days: int
    template: str


@dataclass(frozen=True)
class Delivered:
    """One delivered sequence, as it comes and as « Revenir à la séquence d'origine » brings it back."""

    key: str
    title: str
    description: str
    claims_fees: bool
    steps: tuple[DeliveredStep, ...]


def _mails(*pairs: tuple[int, str]) -> tuple[DeliveredStep, ...]:
    return tuple(DeliveredStep("mail", offset_days, template) for offset_days, template in pairs)


ALL = (
    Delivered(
        "standard_b2b",
        "Standard B2B",
        "Pour les clients professionnels réguliers. "
        "Cordial d’abord, ferme ensuite, jamais de lettre sans votre accord.",
        True,
        (
            *_mails((-3, "prerelance"), (3, "rappel"), (10, "relance_1"), (20, "relance_2"), (30, "dernier_rappel")),
            DeliveredStep("letter", 38, "formal_notice"),
        ),
    ),
    Delivered(
        "douce",
        "Douce",
        "Pour les clients fidèles : trois messages espacés, sans hausser le ton.",
        True,
        _mails((7, "rappel"), (21, "relance_1"), (45, "relance_2")),
    ),
    Delivered(
        "particuliers",
        "Particuliers",
        "Pour les particuliers : ni pénalités ni indemnité.",
        False,
        _mails((5, "rappel"), (15, "relance_1"), (30, "relance_2")),
    ),
    Delivered(
        "secteur_public",
        "Secteur public",
        "Pour les mairies, écoles et administrations, qui paient par mandat.",
        True,
        _mails((10, "rappel"), (25, "relance_1"), (45, "relance_2")),
    ),
)
BY_KEY = {delivered.key: delivered for delivered in ALL}


def deliver(account: Account, now: dt.datetime) -> None:
    """Give a new account the delivered sequences, published, without a client."""
    for delivered in missing(account):
        _deliver(account, delivered, delivered.title, now)


def missing(account: Account) -> list[Delivered]:
    """The delivered sequences that the account deleted."""
    known = {row.key for row in Sequence.select(Sequence.key).where(Sequence.account == account)}
    return [delivered for delivered in ALL if delivered.key not in known]


def restore_delivered(account: Account, key: str, *, by: User | None, now: dt.datetime) -> Sequence | None:
    """Make a deleted delivered sequence again; None when it is there, or was never one."""
    wanted = next((delivered for delivered in missing(account) if delivered.key == key), None)
    if wanted is None:
        return None
    with transaction():
        sequence = _deliver(account, wanted, free_title(account.id, wanted.title), now)
        record("sequence_created", account=account, user=by, at=now, name=sequence.title)
    return sequence


def _deliver(account: Account, delivered: Delivered, title: str, now: dt.datetime) -> Sequence:
    sequence = Sequence.create(
        account=account,
        title=title,
        title_key=title_key(title),
        description=delivered.description,
        key=delivered.key,
        claims_fees=delivered.claims_fees,
        revision=1,
        created_at=now,
        updated_at=now,
    )
    for step in delivered.steps:
        SequenceStep.create(
            sequence=sequence,
            revision=1,
            key=new_step_key(),
            kind=step.kind,
            offset_days=step.offset_days,
            template=step.template,
        )
    return sequence


def title_key(title: str) -> str:
    """What makes two titles the same: neither case nor spaces count."""
    return " ".join(title.split()).casefold()


def free_title(account_id: int, title: str) -> str:
    """``title``, or the first of « title 2 », « title 3 »… that no sequence has."""
    taken = {row.title_key for row in Sequence.select(Sequence.title_key).where(Sequence.account == account_id)}
    found, number = title, 2
    while title_key(found) in taken:
        found = f"{title[:-1]} {number})" if title.endswith("(copie)") else f"{title} {number}"
        number += 1
    return found
