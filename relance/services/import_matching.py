"""Who is who: which client a document names, which names look alike, and whether the seller is the account."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process
from stdnum.fr import siren as fr_siren
from stdnum.fr import siret as fr_siret

from relance.imports.table import plain
from relance.imports.values import Party
from relance.models.accounts import Account
from relance.models.clients import Client

LOOKS_ALIKE = 88  # of 100, on names without their legal form
SAME_BUSINESS = 85
MANY = 2_000  # new clients of one import whose names are compared with all the others: it takes their square

NEW = "nom:"  # before the key of a new client, where a choice names one

_LEGAL_FORMS = frozenset(
    ("sa", "sas", "sasu", "sarl", "eurl", "ei", "eirl", "sci", "scop", "snc", "selarl", "gmbh", "ltd")
)


@dataclass(eq=False)
class Debtor:
    """A client as a document names it: one of the account's (``client``), or one to create (None).

    ``looks_like`` are the other debtors that may be the same one. ``key`` tells it from the others of an import.
    """

    name: str
    siren: str = ""
    vat: str = ""
    kind: str = "organisation"
    address: tuple[str, ...] = ()
    country: str = "FR"
    client: Client | None = None
    looks_like: tuple["Debtor", ...] = ()
    key: str = ""
    same: "Debtor | None" = None  # the one a person said it is
    emails: dict[str, str] = field(default_factory=dict)  # address → name of the contact

    @property
    def is_new(self) -> bool:
        """True when importing will create this client."""
        return self.client is None

    @property
    def who(self) -> "Debtor":
        """Itself, or the one a person said it is."""
        return self.same.who if self.same is not None else self

    @property
    def reference(self) -> str:
        """What a choice calls it: the id of a client that is recorded, « nom: » and its key for a new one."""
        return str(self.client.id) if self.client is not None else f"{NEW}{self.key}"


class Directory:
    """The account's clients, and those that the import adds, found by SIREN, VAT number or name."""

    def __init__(self, account: Account, choices: Mapping[str, str] | None = None) -> None:
        """``choices``: what a person chose for a new debtor, by its key: the reference of another one, or « »."""
        self._choices = choices or {}
        self._by_reference: dict[str, Debtor] = {}
        self._by_siren: dict[str, Debtor] = {}
        self._by_vat: dict[str, Debtor] = {}
        self._by_name: dict[str, Debtor] = {}
        self._bare_names: dict[str, Debtor] = {}  # words in order, without legal form
        self.new: list[Debtor] = []
        query = Client.select().where(Client.account == account).order_by(Client.archived_at.is_null(False), Client.id)
        for client in query:
            known = _known(client)
            self._by_reference.setdefault(known.reference, known)
            self._remember(known)

    def find_or_add(self, party: Party, kind: str) -> Debtor:
        """The debtor this party is. Two different SIREN are two clients, even of the same name."""
        siren = siren_of(party)
        found = self._by_siren.get(siren) if siren else None
        found = found or (self._by_vat.get(party.vat) if party.vat else None)
        if found is None:
            namesake = self._by_name.get(_key(party.name))
            if namesake is not None and not (siren and namesake.siren and namesake.siren[:9] != siren):
                found = namesake
        if found is None:
            found = Debtor(
                name=party.name,
                siren=party.siret if is_valid_number(party.siret) else party.siren if siren else "",
                vat=party.vat[:30],
                kind=kind,
                address=party.address,
                country=party.country if re.fullmatch("[A-Z]{2}", party.country) else "FR",
                looks_like=self._alike(party.name),
                key=_debtor_key(party, siren),
            )
            self._place(found)
        elif siren and not found.siren:
            found.siren = siren  # what names it by that number alone is the same one
        self._remember(found)
        return found

    def _place(self, debtor: Debtor) -> None:
        """Remember a new one, and who a person said it is (« c'est le même »)."""
        self.new.append(debtor)
        self._by_reference.setdefault(debtor.reference, debtor)
        chosen = self._by_reference.get(self._choices.get(debtor.key, ""))
        debtor.same = chosen if chosen is not debtor else None

    def _remember(self, debtor: Debtor) -> None:
        if debtor.siren:
            self._by_siren.setdefault(debtor.siren[:9], debtor)
        if debtor.vat:
            self._by_vat.setdefault(debtor.vat, debtor)
        if self._by_name.setdefault(_key(debtor.name), debtor) is debtor:
            self._bare_names.setdefault(_bare(debtor.name), debtor)

    def _alike(self, name: str) -> tuple[Debtor, ...]:
        """Debtors of a name close to this one, legal forms aside (« MAISON VAUQUELIN SAS »)."""
        bare = _bare(name)
        if not bare or len(self.new) > MANY:
            return ()
        found = process.extract(bare, self._bare_names.keys(), scorer=fuzz.ratio, score_cutoff=LOOKS_ALIKE, limit=10)
        # « Résidence 12 » and « Résidence 13 » are two clients.
        alike = [match for match, _, _ in found if _digits(match) == _digits(bare)]
        return tuple(self._bare_names[match] for match in alike[:3])


def siren_of(party: Party) -> str:
    """The SIREN a party states, or the one inside its French VAT number; empty when its key is wrong."""
    stated = party.siren or party.siret[:9] or (party.vat[4:] if re.fullmatch(r"FR\w\w\d{9}", party.vat) else "")
    return stated if is_valid_number(stated) else ""


def is_valid_number(digits: str) -> bool:
    """True for a SIREN or SIRET whose key is right."""
    return bool(fr_siret.is_valid(digits) if len(digits) == 14 else fr_siren.is_valid(digits))


def seller_problem(account: Account, seller: Party, buyer: Party) -> str | None:
    """Why this invoice is not one of the account's, in French; None when it is, or when nothing tells.

    Numbers decide when both sides have them; names only when neither does.
    """
    if not seller.name and not siren_of(seller):
        return None
    ours = account.siret[:9]
    theirs = siren_of(seller) or seller.siren
    vat = re.sub(r"\s", "", account.vat_number).upper()
    if ours and theirs:
        is_own = ours == theirs
    elif vat and seller.vat:
        is_own = vat == seller.vat
    else:
        is_own = _is_same_business(account, seller.name)
    if is_own:
        return None
    if (ours and ours == siren_of(buyer)) or (vat and vat == buyer.vat):
        return f"C'est une facture que vous avez reçue de {seller.name} : elle n'est pas à relancer."
    return f"Cette facture est émise par {seller.name or 'une autre entreprise'}, pas par {account.business_name}."


def may_be_ours(account: Account, seller: Party) -> bool:
    """True when only the seller's name speaks against it: a new trade name, that a person can confirm."""
    theirs, vat = siren_of(seller) or seller.siren, re.sub(r"\s", "", account.vat_number).upper()
    has_both_sirens = bool(account.siret[:9] and theirs)
    return bool(seller.name) and not has_both_sirens and not (vat and seller.vat and vat != seller.vat)


def _is_same_business(account: Account, name: str) -> bool:
    known: Iterable[str] = (
        account.business_name,
        account.owner_name,
        account.iban_holder,
        *account.trade_names.splitlines(),
    )
    return any(fuzz.token_set_ratio(_bare(name), _bare(other)) >= SAME_BUSINESS for other in known if _bare(other))


def _known(client: Client) -> Debtor:
    survivor = client
    while survivor.merged_into_id:
        survivor = survivor.merged_into
    return Debtor(name=client.name, siren=client.siren, vat=client.vat_number, kind=survivor.kind, client=survivor)


def _digits(name: str) -> list[str]:
    return re.findall(r"\d+", name)


def _debtor_key(party: Party, siren: str) -> str:
    """The same text for the documents of an import that name the same new client first."""
    return siren or (f"tva {party.vat[:30]}" if party.vat else _key(party.name)[:200])


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _bare(name: str) -> str:
    words = plain(name).split("_")
    return " ".join(sorted(word for word in words if word not in _LEGAL_FORMS))
