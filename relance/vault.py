"""Secrets at rest: SMTP passwords encrypted with a key derived from the instance's, users' passwords hashed."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from werkzeug.security import check_password_hash, generate_password_hash

_open: dict[str, Fernet] = {}


class VaultError(Exception):
    """A secret cannot be read: the instance's key changed since it was written."""


def open_vault(secret_key: str) -> None:
    """Derive the key of this process from ``secret_key``. To call once at the start."""
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"relance vault 1").derive(secret_key.encode())
    _open["vault"] = Fernet(base64.urlsafe_b64encode(key))


def encrypt(text: str) -> str:
    """Return ``text`` encrypted, as printable characters. RuntimeError when the vault is not open."""
    return _vault().encrypt(text.encode()).decode("ascii")


def decrypt(text: str) -> str:
    """Return what ``encrypt`` was given. VaultError when it was written with another key."""
    try:
        return _vault().decrypt(text.encode("ascii")).decode()
    except (InvalidToken, UnicodeEncodeError) as error:
        raise VaultError(
            "Ce secret ne peut plus être lu : la clé RELANCE_SECRET_KEY a changé. Saisissez-le de nouveau."
        ) from error


def hash_password(password: str) -> str:
    """A salted scrypt hash of ``password``."""
    return generate_password_hash(password, method="scrypt")


def is_password(password: str, password_hash: str) -> bool:
    """True when ``password`` is the one that was hashed; compared in constant time."""
    return check_password_hash(password_hash, password)


def _vault() -> Fernet:
    if "vault" not in _open:
        raise RuntimeError("vault.open_vault() was not called")
    return _open["vault"]
