"""An account's own outgoing server: saved unverified, used only once a test mail left through it."""

import datetime as dt
from dataclasses import dataclass, replace

from relance import vault
from relance.db import transaction
from relance.mail import reminders, samples
from relance.mail.mail import Address, Mail, new_message_id, new_token
from relance.mail.outcome import Sent
from relance.mail.post import Line
from relance.models.accounts import Account, SmtpServer, User
from relance.models.events import record
from relance.rules.calendar import local_date
from relance.services.carrying import Carrier, Post
from relance.services.previewing import TEST_PREFIX

TEST_TIMEOUT = 10  # seconds, for each exchange: somebody is waiting


@dataclass(frozen=True)
class ServerWish:
    """What the user typed. ``password`` is None to keep the one that is stored."""

    host: str
    port: int
    security: str
    username: str
    password: str | None
    from_address: str


def server_of(account: Account) -> SmtpServer | None:
    """The account's own server, verified or not."""
    found: SmtpServer | None = SmtpServer.get_or_none(SmtpServer.account == account)
    return found


def save_server(account: Account, wish: ServerWish, *, by: User, now: dt.datetime) -> SmtpServer:
    """Save the server, its password encrypted. A change takes its verification away."""
    values = {
        "host": wish.host,
        "port": wish.port,
        "security": wish.security,
        "username": wish.username,
        "from_address": wish.from_address,
    }
    with transaction():
        server = server_of(account) or SmtpServer(account=account)
        is_new = server.id is None
        changed = [name for name, value in values.items() if is_new or getattr(server, name) != value]
        for name, value in values.items():
            setattr(server, name, value)
        if wish.password is not None:
            server.password_encrypted = vault.encrypt(wish.password) if wish.password else ""
            changed.append("password")
        if changed:
            server.verified_at = None
            server.updated_at = now
            server.save()
            record("settings_changed", account=account, at=now, user=by, page="expediteur", fields=changed)
    return server


def forget_server(account: Account, *, by: User, now: dt.datetime) -> None:
    """Go back to the instance's address. Safe to repeat."""
    with transaction():
        if SmtpServer.delete().where(SmtpServer.account == account).execute():
            record("settings_changed", account=account, at=now, user=by, page="expediteur", fields=["smtp_server"])


@dataclass(frozen=True)
class TestResult:
    """``sentence`` is the server's refusal, for the user; empty when the mail left."""

    has_left: bool
    sentence: str = ""


def send_test(user: User, carrier: Carrier, *, now: dt.datetime, timeout: float = TEST_TIMEOUT) -> TestResult:
    """Send a reminder filled with example data to ``user`` through ``carrier``, now; say what the server answered."""
    account = user.account
    try:
        mail = _mail(user, carrier, now)
    except ValueError as error:
        return TestResult(False, str(error))
    with Line(carrier.smtp, timeout=timeout) as line:
        outcome = line.send(mail)
    if not isinstance(outcome, Sent):
        return TestResult(False, outcome.sentence)
    if not carrier.is_instance:
        with transaction():
            SmtpServer.update(verified_at=now).where(SmtpServer.account == account).execute()
            record("smtp_verified", account=account, at=now, user=user, host=carrier.smtp.host)
    return TestResult(True)


def carrier_to_test(account: Account, post: Post) -> Carrier:
    """The account's own server, even unverified, else the instance's."""
    server = server_of(account)
    return post.own_carrier(server) if server else post.instance_carrier()


def _mail(user: User, carrier: Carrier, now: dt.datetime) -> Mail:
    """« Relance 1 » as a client would read it: the business is the user's own, the invoice an example."""
    account = user.account
    today = local_date(now, account.time_zone)
    facts = samples.sample_facts("relance_1", today, language=user.language)
    own = replace(
        facts,
        signer_name=account.owner_name or user.full_name,
        business_name=account.business_name,
        phone=account.phone,
        iban=account.iban or facts.iban,
        bic=account.bic,
        holder=account.iban_holder or account.business_name,
    )
    words = reminders.build(own)
    token = new_token()
    return Mail(
        subject=TEST_PREFIX + words.subject,
        text=words.text,
        html=words.html,
        sender=Address(account.display_sender, carrier.from_address),
        reply_to=Address("", account.reply_to or user.email),
        to=(Address(user.full_name if user.first_name else "", user.email),),
        message_id=new_message_id(token, carrier.domain),
        token=token,
    )
