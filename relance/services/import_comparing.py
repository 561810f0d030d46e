"""What a document says beside what is recorded: the same, otherwise, or more money received. Pure but for one query."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from relance.imports.canonical_csv import Problem
from relance.imports.cells import FIRST_YEAR, LAST_YEAR
from relance.imports.values import InvoiceRead
from relance.models.accounts import Account
from relance.models.invoices import Invoice
from relance.rules.money import CURRENCIES, format_amount
from relance.rules.wording import short_date
from relance.services.import_lines import Line
from relance.services.import_matching import Debtor
from relance.services.invoice_facts import MAX_CENTS, MAX_INSTALMENTS

CREATE, UPDATE, SAME, DIFFERENT, FIX, ASIDE = "create", "update", "same", "different", "fix", "aside"
SELLER = "vendeur"  # the column of a problem that a person settles by saying that the seller is her

Key = tuple[str, str, date]  # number, kind, issue date: unique in an account
Parts = tuple[tuple[date, int], ...]


@dataclass(frozen=True)
class Wanted:
    """The invoice a document asks for, complete. Amounts are cents of ``currency``, never negative.

    ``parts``: its instalments when it has several.
    """

    number: str
    kind: str
    issued_on: date
    due_on: date
    currency: str
    total_cents: int
    paid_cents: int
    paid_on: date | None
    payment_method: str
    parts: Parts = ()

    @property
    def key(self) -> Key:
        """What makes two documents the same one."""
        return (self.number, self.kind, self.issued_on)

    def says_as(self, other: "Wanted") -> bool:
        """True when both ask for the same money on the same day."""
        ours = (self.key, self.due_on, self.currency, self.total_cents, self.paid_cents)
        return ours == (other.key, other.due_on, other.currency, other.total_cents, other.paid_cents)


@dataclass(frozen=True)
class Item:
    """A line and what would become of it (an action), with the French sentences that say why.

    ``named``: the client that the document names; ``debtor``: who that is. ``credited``: the number of the invoice
    that a credit note lowers, found in Relance or in the import.
    """

    line: Line
    action: str
    wanted: Wanted | None = None
    named: Debtor | None = None
    existing: Invoice | None = None
    credited: str = ""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def debtor(self) -> Debtor | None:
        """The client it is for."""
        return self.named.who if self.named is not None else None


@dataclass(frozen=True)
class Seen:
    """A document of the import that was placed before, at a line of a table, or 0 and its file."""

    line: int
    file: str
    wanted: Wanted
    debtor: str
    client_id: int | None


def recorded(account: Account, lines: Iterable[Line]) -> dict[str, list[Invoice]]:
    """The account's invoices that bear a number of these documents, by number. In slices: SQLite counts variables."""
    numbers = sorted({number for line in lines for number in (line.read.number, line.read.credited_number) if number})
    found: dict[str, list[Invoice]] = {}
    for start in range(0, len(numbers), 500):
        query = Invoice.select().where(Invoice.account == account, Invoice.number.in_(numbers[start : start + 500]))
        for invoice in query.order_by(Invoice.issued_on.desc(), Invoice.id):
            found.setdefault(invoice.number, []).append(invoice)
    return found


def kind_of(read: InvoiceRead) -> str:
    """The kind of invoice it would be: what is negative lowers a debt, a corrective invoice is one of its own."""
    if (read.total_cents or 0) < 0:
        return "credit_note"
    return "invoice" if read.kind in (None, "", "corrected") else str(read.kind)


def missing(read: InvoiceRead) -> list[Problem]:
    """What an invoice cannot do without."""
    wanted = (
        ("numero", read.number, bool(read.number), "Le numéro de la facture manque."),
        ("numero", read.number, len(read.number) <= 60, "Ce numéro est trop long : 60 caractères au plus."),
        ("client", read.buyer.name, bool(read.buyer.name), "Le nom du client manque."),
        ("client", read.buyer.name[:40], len(read.buyer.name) <= 200, "Ce nom est trop long : 200 caractères au plus."),
        ("date_emission", "", read.issued_on is not None, "La date d'émission manque."),
        ("date_emission", "", _is_plausible(read.issued_on), "Vérifiez l'année de la date d'émission."),
        ("date_echeance", "", _is_plausible(read.due_on), "Vérifiez l'année de l'échéance."),
        ("montant_ttc", "", bool(read.total_cents), "Le total manque ou est nul : il n'y a rien à encaisser."),
        ("devise", "", bool(read.currency), "La devise manque."),
        ("devise", read.currency, not read.currency or read.currency in CURRENCIES, "Cette devise n'est pas acceptée."),
    )
    return [Problem(column=column, value=value, reason=reason) for column, value, holds, reason in wanted if not holds]


def impossible(wanted: Wanted) -> list[Problem]:
    """What the invoice form would refuse too."""
    found = []
    if wanted.total_cents > MAX_CENTS:
        found.append(Problem(column="montant_ttc", value="", reason="Ce montant est trop grand."))
    if not FIRST_YEAR <= wanted.due_on.year <= min(wanted.issued_on.year + 20, LAST_YEAR):
        found.append(Problem(column="date_echeance", value="", reason="Vérifiez l'année de l'échéance."))
    return found


def parts(read: InvoiceRead, warnings: list[str]) -> Parts:
    """The instalments a document states, when they can be recorded as they are; it is told when they cannot."""
    stated = read.instalments
    if len(stated) < 2 or kind_of(read) == "credit_note":
        return ()
    days = [day for day, _ in stated]
    if (
        len(stated) <= MAX_INSTALMENTS
        and all(earlier < later for earlier, later in pairwise(days))
        and all(cents > 0 for _, cents in stated)
        and sum(cents for _, cents in stated) == read.total_cents
    ):
        return stated
    warnings.append("Les échéances du fichier ne font pas le total : une seule est enregistrée. Vérifiez-la.")
    return ()


def _is_plausible(day: date | None) -> bool:
    return day is None or FIRST_YEAR <= day.year <= LAST_YEAR


def key_of(invoice: Invoice) -> Key:
    """What makes a document this invoice."""
    return (invoice.number, invoice.kind, invoice.issued_on)


def repeat(item: Item, wanted: Wanted, debtor: Debtor, earlier: Seen) -> Item:
    """A document that another of the import is already: the same, or a contradiction that a person settles."""
    client_id = debtor.client.id if debtor.client else None
    is_same_client = client_id == earlier.client_id if client_id else debtor.key == earlier.debtor
    if wanted.says_as(earlier.wanted) and is_same_client:
        told = f"Identique à {earlier.file} : elle n'est comptée qu'une fois."
        if earlier.line:
            told = f"Identique à la ligne {earlier.line} : elle n'est comptée qu'une fois."
        return replace(item, action=SAME, warnings=(*item.warnings, told))
    reason = f"Ce numéro est déjà celui de {earlier.file}, avec d'autres valeurs. Gardez la bonne."
    if earlier.line:
        reason = f"Ce numéro est déjà celui de la ligne {earlier.line}, avec d'autres valeurs. Gardez la bonne."
    return replace(item, action=FIX, problems=(Problem(column="numero", value=wanted.number, reason=reason),))


def differences(existing: Invoice, wanted: Wanted, debtor: Debtor) -> tuple[list[str], bool]:
    """What the file says otherwise than Relance, in French, and whether that is only money received.

    What Relance learnt since does not count: more paid than the file knows, a note, another object.
    """
    found = []
    if existing.total_cents != wanted.total_cents or existing.currency != wanted.currency:
        ours = format_amount(existing.total_cents, existing.currency)
        found.append(f"Total : {format_amount(wanted.total_cents, wanted.currency)} ici, {ours} dans Relance.")
    if existing.due_on != wanted.due_on and not existing.is_credit_note:
        found.append(f"Échéance : {short_date(wanted.due_on)} ici, {short_date(existing.due_on)} dans Relance.")
    if debtor.client is None or debtor.client.id != existing.client_id:
        found.append(f"Client : {debtor.name} ici, {existing.client.name} dans Relance.")
    more = paid_more(existing, wanted)
    if more and existing.state in ("sent", "paid"):
        shown = format_amount(more, existing.currency)
        return [*found, f"Règlement : {shown} de plus ici. Un paiement sera ajouté."], not found
    return found, False


def paid_more(existing: Invoice, wanted: Wanted) -> int:
    """The cents that the file says were received and that Relance does not have, at most what is left."""
    if existing.is_credit_note or existing.total_cents != wanted.total_cents or existing.currency != wanted.currency:
        return 0
    received = existing.total_cents - existing.balance_cents
    return max(0, min(wanted.paid_cents - received, existing.balance_cents))


def unknown_credited(number: str, is_elsewhere: bool) -> str:
    """Why a credit note lowers nothing, in French."""
    if is_elsewhere:
        return f"La facture {number} est celle d'un autre client, ou dans une autre devise."
    if not number:
        return "Cet avoir ne nomme aucune facture : il reste au crédit du client."
    return f"La facture {number} n'existe ni dans Relance ni dans ce fichier."
