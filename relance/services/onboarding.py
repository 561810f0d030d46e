"""Accounts and the people who sign in: creation, sign-in, passwords.

A refused address and a wrong password cost the same time and get the same answer: nobody learns who
has an account here.
"""

import datetime as dt
import hashlib
import os
import secrets
from pathlib import Path

from peewee import IntegrityError

from relance import vault
from relance.db import transaction
from relance.models.accounts import Account, PasswordReset, User
from relance.models.events import record
from relance.rules import passwords
from relance.services import delivered_sequences

RESET_LIFETIME = dt.timedelta(hours=1)
_TOKEN_FILE = "installation_token"  # noqa: S105 (the name of a file)
# Hashed once per process, compared when nobody has the address given.
_NOBODY: dict[str, str] = {}


class OnboardingError(Exception):
    """What was asked cannot be done; the sentence says why. ``field`` names what to correct."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def has_accounts() -> bool:
    """True once somebody installed this instance."""
    return bool(Account.select().exists())


def installation_token(data_dir: Path) -> str:
    """The token of the first installation, made at the first call and kept in ``data_dir`` (mode 600)."""
    path = data_dir / _TOKEN_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    token = secrets.token_urlsafe(24)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(token)
    return token


def is_installation_token(data_dir: Path, given: str) -> bool:
    """True when ``given`` is the installation token, compared in constant time."""
    return secrets.compare_digest(installation_token(data_dir).encode(), given.encode())


def create_account(
    *,
    business_name: str,
    email: str,
    password: str,
    now: dt.datetime,
    first_name: str = "",
    last_name: str = "",
    only_first: bool = False,
) -> User:
    """Create a business and its first user. ``email`` is stored in lower case.

    ``only_first`` refuses when the instance already has an account. OnboardingError when the address
    is taken or the password refused.
    """
    email = email.strip().lower()
    _check_password(password, (email, first_name, last_name, business_name))
    password_hash = vault.hash_password(password)
    try:
        with transaction():
            if only_first and has_accounts():
                raise OnboardingError("Cette instance a déjà un compte. Connectez-vous.")
            account = Account.create(
                business_name=business_name,
                owner_name=f"{first_name} {last_name}".strip(),
                email=email,
                created_at=now,
            )
            user = User.create(
                account=account,
                email=email,
                password_hash=password_hash,
                first_name=first_name,
                last_name=last_name,
                created_at=now,
                last_seen_at=now,
            )
            delivered_sequences.deliver(account, now)
            record("account_created", account=account, at=now, user=user, email=email, business=business_name)
    except IntegrityError as error:
        raise OnboardingError("Cette adresse a déjà un compte.", "email") from error
    return user


def check_sign_in(email: str, password: str, *, now: dt.datetime, ip: str = "") -> User | None:
    """The user with this address and password, or None. Success and failure are written in the journal."""
    user = User.get_or_none(User.email == email.strip().lower())
    # The hash is compared in both cases: a fast refusal would tell that the address is unknown.
    is_right = vault.is_password(password, user.password_hash if user else _nobody())
    if user is None:
        return None
    if not is_right:
        record("sign_in_failed", account=user.account_id, at=now, user=user, ip=ip)
        return None
    with transaction():
        User.update(last_seen_at=now).where(User.id == user.id).execute()
        record("signed_in", account=user.account_id, at=now, user=user, ip=ip)
    return user


def is_own_password(user: User, password: str) -> bool:
    """True when ``password`` is the user's: asked again before what could harm (IBAN)."""
    return vault.is_password(password, user.password_hash)


def change_password(user: User, password: str, *, now: dt.datetime, by_link: bool = False) -> User:
    """Give ``user`` a new password and close every session, theirs included. OnboardingError when refused."""
    _check_password(password, (user.email, user.first_name, user.last_name, user.account.business_name))
    password_hash = vault.hash_password(password)
    with transaction():
        user.password_hash = password_hash
        user.session_key = secrets.token_urlsafe(16)
        user.save(only=[User.password_hash, User.session_key])
        PasswordReset.update(used_at=now).where(PasswordReset.user == user, PasswordReset.used_at.is_null()).execute()
        record("password_changed", account=user.account_id, at=now, user=user, by_link=by_link)
    return user


def ask_reset(email: str, *, now: dt.datetime) -> tuple[User, str] | None:
    """Make a single-use token for the user of ``email``, valid one hour; None when nobody has it.

    Only the hash is stored. To call in the transaction that queues the e-mail carrying the token.
    """
    user = User.get_or_none(User.email == email.strip().lower())
    if user is None:
        return None
    token = secrets.token_urlsafe(32)
    PasswordReset.update(used_at=now).where(PasswordReset.user == user, PasswordReset.used_at.is_null()).execute()
    PasswordReset.create(user=user, token_hash=_hash(token), expires_at=now + RESET_LIFETIME)
    record("password_reset_asked", account=user.account_id, at=now, user=user)
    return user, token


def user_of_reset(token: str, *, now: dt.datetime) -> User | None:
    """Whose link this is, or None when it is unknown, used or older than one hour."""
    reset = _live_reset(token, now)
    return reset.user if reset else None


def use_reset(token: str, password: str, *, now: dt.datetime) -> User | None:
    """Change the password by a link, once. None when the link is dead; OnboardingError when the password is refused."""
    with transaction():
        reset = _live_reset(token, now)
        if reset is None:
            return None
        is_taken = (
            PasswordReset.update(used_at=now)
            .where(PasswordReset.id == reset.id, PasswordReset.used_at.is_null())
            .execute()
        )
        return change_password(reset.user, password, now=now, by_link=True) if is_taken else None


def _live_reset(token: str, now: dt.datetime) -> PasswordReset | None:
    found: PasswordReset | None = (
        PasswordReset.select(PasswordReset, User)
        .join(User)
        .where(
            PasswordReset.token_hash == _hash(token),
            PasswordReset.used_at.is_null(),
            PasswordReset.expires_at > now,
        )
        .get_or_none()
    )
    return found


def _hash(token: str) -> str:
    """The token has 256 random bits: a plain hash cannot be reversed."""
    return hashlib.sha256(token.encode()).hexdigest()


def _check_password(password: str, known: tuple[str, ...]) -> None:
    refusal = passwords.why_refused(password, tuple(text for text in known if text))
    if refusal:
        raise OnboardingError(refusal, "password")


def _nobody() -> str:
    if "hash" not in _NOBODY:
        _NOBODY["hash"] = vault.hash_password(secrets.token_urlsafe(16))
    return _NOBODY["hash"]
