"""Sign-up by e-mail, where the host opened it: nothing is created before the address is confirmed."""

import datetime as dt
import json
from dataclasses import asdict, dataclass

from peewee import IntegrityError

from relance import vault
from relance.db import transaction
from relance.mail import account_notices
from relance.models.accounts import Account, User
from relance.models.events import record
from relance.rules import passwords
from relance.services import notifying
from relance.services.onboarding import OnboardingError

LIFETIME = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Wish:
    """An account that somebody asks for."""

    business_name: str
    first_name: str
    last_name: str
    email: str


def ask(wish: Wish, password: str, *, now: dt.datetime, base_url: str, domain: str) -> None:
    """Send the link that creates the account, or « you already have one » to a known address.

    The link carries the wish, encrypted: no row is kept for an address that was never confirmed.
    OnboardingError when the password is refused.
    """
    refusal = passwords.why_refused(password, (wish.email, wish.first_name, wish.last_name, wish.business_name))
    if refusal:
        raise OnboardingError(refusal, "password")
    password_hash = vault.hash_password(password)
    user = User.get_or_none(User.email == wish.email)
    with transaction():
        if user is not None:
            words = account_notices.already_signed_up(user.first_name, f"{base_url}/connexion", user.language)
            notifying.queue_user_mail(user, "sign_up", words, now=now, domain=domain)
            return
        body = {**asdict(wish), "password_hash": password_hash, "expires_at": (now + LIFETIME).isoformat()}
        link = f"{base_url}/inscription/{vault.encrypt(json.dumps(body))}"
        # Not a word of what was typed: the address may be a third party's, and the name an advertisement.
        words = account_notices.confirm_sign_up("", link)
        notifying.queue_visitor_mail(wish.email, "", "sign_up", words, now=now, domain=domain)


def confirm(token: str, *, now: dt.datetime) -> User:
    """Create the account of a link; OnboardingError when it is dead or was used."""
    try:
        body = json.loads(vault.decrypt(token))
    except vault.VaultError as error:
        raise OnboardingError("Ce lien n'est plus valable. Recommencez l'inscription.") from error
    if now >= dt.datetime.fromisoformat(body["expires_at"]):
        raise OnboardingError("Ce lien a expiré. Recommencez l'inscription.")
    try:
        return _create(body, now)
    except IntegrityError as error:  # the address is unique, also for two clicks at the same instant
        raise OnboardingError("Ce compte est déjà créé. Connectez-vous.") from error


def _create(body: dict[str, str], now: dt.datetime) -> User:
    with transaction():
        name = f"{body['first_name']} {body['last_name']}".strip()
        account = Account.create(
            business_name=body["business_name"], owner_name=name, email=body["email"], created_at=now
        )
        user = User.create(
            account=account,
            email=body["email"],
            password_hash=body["password_hash"],
            first_name=body["first_name"],
            last_name=body["last_name"],
            created_at=now,
            last_seen_at=now,
        )
        record("account_created", account=account, at=now, user=user, email=user.email, business=account.business_name)
    return user
