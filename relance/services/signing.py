"""Signatures of a person: up to five pictures of their handwriting, one of them by default.

They are not electronic signatures in the sense of Regulation (EU) 910/2014 (eIDAS): pages and letters say so.
"""

import datetime as dt
from typing import Any

from relance import storage
from relance.db import transaction
from relance.models.accounts import User
from relance.models.documents import Document
from relance.models.events import record
from relance.models.signatures import Signature
from relance.services import importing, signature_images
from relance.services.signature_images import SignatureError

__all__ = [
    "MOST",
    "SignatureError",
    "add",
    "bytes_of",
    "default_of",
    "make_default",
    "of_user",
    "of_user_read",
    "remove",
    "rename",
]

MOST = 5
MAX_NAME = 60  # characters


def of_user(user: User) -> list[Signature]:
    """The signatures in use of this person, with their documents: the default one first, then by age."""
    return list(of_user_read(user))


def of_user_read(user: User) -> Any:
    """The query of it."""
    return (
        Signature.select(Signature, Document)
        .join(Document)
        .where(Signature.user == user, Signature.archived_at.is_null())
        .order_by(Signature.is_default.desc(), Signature.id)
    )


def default_of(user: User) -> Signature | None:
    """The signature that letters of this person offer first, or None."""
    return next((one for one in of_user(user) if one.is_default), None)


def add(user: User, content: bytes, name: str, source: str, now: dt.datetime) -> Signature:
    """Keep a picture of the person's handwriting; the first one becomes the default.

    ``source``: uploaded or drawn. ``now`` is UTC. SignatureError names file or name.
    """
    clean = _clean(name)
    picture = signature_images.cleaned(content)
    with transaction():
        _take_turn(user)
        known = of_user(user)
        if len(known) >= MOST:
            raise SignatureError("Vous avez déjà cinq signatures. Supprimez-en une d'abord.", "")
        document = importing.keep_document(user.account, "signature", "signature.png", "image/png", picture, now)
        row: Signature = Signature.create(
            account=user.account_id,
            user=user,
            document=document,
            name=clean,
            source=source,
            is_default=not known,
            created_at=now,
        )
        _tell("signature_added", row, user, now)
        return row


def bytes_of(signature: Signature) -> bytes:
    """The PNG. storage.StorageError when the file is missing or was altered."""
    return storage.get(signature.document.sha256)


def rename(signature: Signature, name: str) -> None:
    """Give it another name. SignatureError names name."""
    signature.name = _clean(name)
    signature.save(only=[Signature.name])


def make_default(signature: Signature) -> None:
    """Offer this one first."""
    with transaction():
        _take_turn(signature.user)
        Signature.update(is_default=False).where(Signature.user == signature.user_id).execute()
        # Removed in another window meanwhile: then there is no default to make of it.
        Signature.update(is_default=True).where(Signature.id == signature.id, _in_use()).execute()
        _need_default(signature.user)


def remove(signature: Signature, *, by: User, now: dt.datetime) -> None:
    """Take it away: letters that carry it keep it. The oldest of the others becomes the default if it was."""
    with transaction():
        _take_turn(signature.user)
        done = (
            Signature.update(archived_at=now, is_default=False).where(Signature.id == signature.id, _in_use()).execute()
        )
        if not done:
            return
        _need_default(signature.user)
        _tell("signature_removed", signature, by, now)


def _need_default(user: User) -> None:
    left = of_user(user)
    if left and not left[0].is_default:
        Signature.update(is_default=True).where(Signature.id == left[0].id).execute()


def _in_use() -> object:
    return Signature.archived_at.is_null()


def _take_turn(user: User) -> None:
    """Lock the person for the rest of the transaction: two windows would both see four signatures, and no default."""
    User.update(language=User.language).where(User.id == user.id).execute()


def _clean(name: str) -> str:
    clean = " ".join(name.split())
    if len(clean) > MAX_NAME:
        raise SignatureError("Raccourcissez ce nom : 60 caractères au plus.", "name")
    return clean


def _tell(kind: str, row: Signature, by: User, now: dt.datetime) -> None:
    sha256 = row.document.sha256
    record(kind, account=row.account_id, at=now, user=by, signature_id=row.id, name=row.name, sha256=sha256)
