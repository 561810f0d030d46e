"""Whom to turn to when nothing helped: the delivered names, as an account changed or hid them, and its own.

Nothing here is advertising: plain names and plain links, no affiliate, no tracking parameter, nobody first by payment.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.events import record
from relance.models.partners import Partner

KINDS = ("firm", "officer", "mediator", "court", "lawyer")
MAX_PARTNERS = 200
MAX_URL = 300  # characters
MAX_NOTE = 1_000

UNREADABLE = "Cette adresse ne peut pas être lue. Écrivez-la ainsi : https://www.exemple.fr"

# A label of a name as it travels (RFC 1123, IDNA), and a last one: of letters, or of another script. Never a number.
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LAST = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_PRIVATE = ("local", "localhost", "localdomain", "internal", "lan", "home", "corp", "arpa", "onion", "invalid")

# What adds the name of a campaign or of a click to an address.
_TRACKING = ("utm_", "gclid", "fbclid", "msclkid", "mc_eid", "aff", "affiliate", "ref", "partner")


class PartnerError(Exception):
    """A partner that cannot be kept: ``field`` names what to correct, the text is French."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Facts:
    """What is written about a partner."""

    name: str
    kind: str = "firm"
    url: str = ""
    email: str = ""
    phone: str = ""
    note: str = ""


@dataclass(frozen=True)
class Shown:
    """A partner of the list. ``id`` is None for a delivered one that nobody changed; ``key`` is '' for one's own."""

    facts: Facts
    key: str = ""
    id: int | None = None
    is_hidden: bool = False

    @property
    def host(self) -> str:
        """The site as people say it, without « www. »."""
        return (urlsplit(self.facts.url).hostname or "").removeprefix("www.")


# Recovery firms that the reference products name. An address that could not be verified is left to the user.
DELIVERED = {
    "legalstart": Facts("Legalstart", url="https://www.legalstart.fr/"),
    "dormane": Facts("d’Ormane"),
    "recogest": Facts("Recogest"),
}


def listed(account: Account) -> list[Shown]:
    """Every partner of the account by kind then name, the hidden ones last, in one query."""
    return merged(list(read(account)))


def read(account: Account) -> Any:
    """The query of what the account wrote."""
    return Partner.select().where(Partner.account == account).order_by(Partner.id)


def merged(rows: list[Partner]) -> list[Shown]:
    """What an account wrote, laid over what is delivered."""
    changed = {row.key: row for row in rows if row.key}
    found = [_shown(row) for row in rows if not row.key or row.key in DELIVERED]
    found += [Shown(facts, key) for key, facts in DELIVERED.items() if key not in changed]
    return sorted(found, key=lambda one: (one.is_hidden, KINDS.index(one.facts.kind), _fold(one.facts.name)))


def find(account: Account, key: str) -> Shown | None:
    """A delivered partner as the account has it; None for an unknown key."""
    return next((one for one in listed(account) if key and one.key == key), None)


def add(account: Account, facts: Facts, *, by: User | None, now: dt.datetime) -> Partner:
    """A partner of one's own. PartnerError names the field."""
    clean = checked(facts)
    with transaction():
        if Partner.select().where(Partner.account == account).count() >= MAX_PARTNERS:
            raise PartnerError("Cette liste est pleine : supprimez d'abord un partenaire.")
        row: Partner = Partner.create(account=account, created_at=now, **clean.__dict__)
        _tell(account, "added", clean.name, by, now)
    return row


def change(partner: Partner, facts: Facts, *, by: User | None, now: dt.datetime) -> None:
    """Write other facts on a partner; nothing is told when nothing changed. PartnerError names the field."""
    clean = checked(facts)
    if _facts(partner) == clean:
        return
    with transaction():
        Partner.update(**clean.__dict__).where(Partner.id == partner.id).execute()
        _tell(partner.account, "changed", clean.name, by, now)


def change_delivered(account: Account, key: str, facts: Facts, *, by: User | None, now: dt.datetime) -> None:
    """The account's own version of a delivered partner. PartnerError names the field."""
    clean = checked(facts)
    with transaction():
        row = _row_of(account, key)
        if row is not None:
            change(row, clean, by=by, now=now)
        elif clean != DELIVERED[key]:
            Partner.create(account=account, key=key, created_at=now, **clean.__dict__)
            _tell(account, "changed", clean.name, by, now)


def hide(account: Account, key: str, *, by: User | None, now: dt.datetime) -> None:
    """A delivered partner leaves the lists of this account until it is restored."""
    with transaction():
        row = _row_of(account, key)
        if row is not None and row.is_hidden:
            return
        if row is None:
            row = Partner.create(account=account, key=key, created_at=now, **DELIVERED[key].__dict__)
        Partner.update(is_hidden=True).where(Partner.id == row.id).execute()
        _tell(account, "hidden", row.name, by, now)


def restore(account: Account, key: str, *, by: User | None, now: dt.datetime) -> None:
    """A delivered partner as it was delivered, shown again."""
    with transaction():
        if Partner.delete().where(Partner.account == account, Partner.key == key).execute():
            _tell(account, "restored", DELIVERED[key].name, by, now)


def remove(partner: Partner, *, by: User | None, now: dt.datetime) -> None:
    """Delete a partner of one's own."""
    with transaction():
        if Partner.delete().where(Partner.id == partner.id, Partner.key == "").execute():
            _tell(partner.account, "removed", partner.name, by, now)


def checked(facts: Facts) -> Facts:
    """The facts as they are kept; PartnerError for what is missing, too long, or no address of the web."""
    if facts.kind not in KINDS:
        raise PartnerError("Choisissez un métier de la liste.", "kind")
    if not facts.name.strip():
        raise PartnerError("Indiquez le nom.", "name")
    if len(facts.note) > MAX_NOTE:
        raise PartnerError("Raccourcissez cette note : 1 000 caractères au plus.", "note")
    values = {name: value.strip() for name, value in facts.__dict__.items()}
    return Facts(**{**values, "url": checked_url(facts.url)})


def checked_url(url: str) -> str:
    """A plain https address, or ''. PartnerError otherwise: another scheme, a password in it, a tracking parameter."""
    clean = url.strip()
    if not clean:
        return ""
    if "://" not in clean and ":" not in clean:
        clean = f"https://{clean}"
    if len(clean) > MAX_URL or any(_is_odd(letter) for letter in clean):
        raise PartnerError(UNREADABLE, "url")
    try:
        parts = urlsplit(clean)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise PartnerError(UNREADABLE, "url") from None
    if parts.scheme != "https":
        raise PartnerError("L'adresse du site commence par https://.", "url")
    if not _is_public(host) or parts.username is not None or port not in (None, 443):
        raise PartnerError(UNREADABLE, "url")
    names = [pair.partition("=")[0].lower() for pair in parts.query.split("&") if pair]
    if any(name == word or (word.endswith("_") and name.startswith(word)) for name in names for word in _TRACKING):
        raise PartnerError("Retirez de l'adresse ce qui suit le « ? » : cela sert à vous suivre.", "url")
    return clean


def _is_odd(letter: str) -> bool:
    """What no address has, or what shows another address than the one that is followed (U+202E, U+200B)."""
    return letter in " <>\"'\\`{}|^" or unicodedata.category(letter)[0] in "CZ"


def _is_public(host: str) -> bool:
    """True for a name that the public network may know, in any script; no number, no name of a local network."""
    try:
        labels = host.encode("idna").decode("ascii").lower().split(".")
    except UnicodeError:
        return False
    is_named = len(labels) > 1 and len(".".join(labels)) <= 253 and all(map(_LABEL.fullmatch, labels))
    return is_named and _LAST.fullmatch(labels[-1]) is not None and labels[-1] not in _PRIVATE


def _shown(row: Partner) -> Shown:
    return Shown(_facts(row), row.key, row.id, row.is_hidden)


def _facts(row: Partner) -> Facts:
    kind = row.kind if row.kind in KINDS else "firm"
    return Facts(row.name, kind, row.url, row.email, row.phone, row.note)


def _row_of(account: Account, key: str) -> Partner | None:
    row: Partner | None = Partner.get_or_none(Partner.account == account, Partner.key == key)
    return row


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _tell(account: Account, what: str, name: str, by: User | None, now: dt.datetime) -> None:
    record("partner_changed", account=account, at=now, user=by, what=what, name=name)
