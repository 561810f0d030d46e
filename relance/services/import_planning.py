"""The dry run of an import: what each document would become, without writing anything."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from relance.imports.canonical_csv import Problem
from relance.imports.values import InvoiceRead
from relance.models.accounts import Account
from relance.models.invoices import PAYMENT_METHODS, Invoice
from relance.rules.money import format_amount
from relance.rules.wording import short_date
from relance.services.import_comparing import (
    ASIDE,
    CREATE,
    DIFFERENT,
    FIX,
    SAME,
    SELLER,
    UPDATE,
    Item,
    Key,
    Seen,
    Wanted,
    differences,
    impossible,
    key_of,
    kind_of,
    missing,
    paid_more,
    parts,
    recorded,
    repeat,
    unknown_credited,
)
from relance.services.import_lines import Line
from relance.services.import_matching import Debtor, Directory, may_be_ours, seller_problem

__all__ = [
    "ASIDE",
    "CREATE",
    "DIFFERENT",
    "FIX",
    "SAME",
    "SELLER",
    "UPDATE",
    "Item",
    "Key",
    "Planner",
    "Problem",
    "Seen",
    "Wanted",
    "kind_of",
    "missing",
    "paid_more",
]


@dataclass
class Planner:
    """Places documents one after the other. ``learn`` first tells it what bears their numbers."""

    account: Account
    today: date
    directory: Directory
    takes_any_seller: bool = False
    known: dict[str, list[Invoice]] = field(default_factory=dict)
    seen: dict[str, list[Seen]] = field(default_factory=dict)

    def learn(self, lines: Iterable[Line], seen: dict[str, list[Seen]]) -> None:
        """Read what the account has under the numbers of ``lines``; ``seen``: the same among documents placed."""
        self.known, self.seen = recorded(self.account, lines), seen

    def place(self, line: Line, *, accepts: bool = False) -> Item:
        """Decide about one document. ``accepts``: what differs from what is recorded is taken from the file."""
        warnings = list(line.read.warnings)
        problems = list(line.problems) or missing(line.read)
        stranger = seller_problem(self.account, line.read.seller, line.read.buyer)
        if stranger and self.takes_any_seller:
            warnings.append(stranger)
        elif stranger:
            column = SELLER if may_be_ours(self.account, line.read.seller) else ""
            problems.append(Problem(column=column, value="", reason=stranger))
        if problems:
            return Item(line=line, action=FIX, problems=tuple(problems), warnings=tuple(warnings))
        named = self.directory.find_or_add(line.read.buyer, line.client_kind)
        debtor = named.who
        wanted = self._wanted(line, debtor, warnings)
        problems = impossible(wanted)
        item = Item(line=line, action=CREATE, wanted=wanted, named=named, warnings=tuple(warnings))
        if problems:
            return replace(item, action=FIX, problems=tuple(problems))
        item = self._dated(self._tied(self._compared(item, wanted, debtor, accepts=accepts)))
        if item.action != FIX:
            client_id = debtor.client.id if debtor.client else None
            self.seen.setdefault(wanted.number, []).append(
                Seen(line.line, line.read.file, wanted, debtor.key, client_id)
            )
        return item

    def _wanted(self, line: Line, debtor: Debtor, warnings: list[str]) -> Wanted:
        """The invoice as it would be recorded, with what the file leaves out."""
        read = line.read
        assert read.issued_on is not None
        assert read.total_cents is not None
        kind = kind_of(read)
        if read.kind == "corrected" and kind == "invoice":
            warnings.append("Facture rectificative : la facture d'origine n'est pas modifiée.")
        due_on = read.due_on
        if due_on is None and kind == "credit_note":
            due_on = read.issued_on
        elif due_on is None:
            due_on = self._proposed(read, read.issued_on, debtor, warnings)
        means = read.payment_means or "transfer"
        paid_on = line.row.paid_on if line.row is not None else None
        if paid_on is None and line.state == "paid":
            # The file does not say when a paid invoice was paid: its due date harms no statistic.
            paid_on = min(due_on, self.today)
        stated = parts(read, warnings)
        return Wanted(
            number=read.number,
            kind=kind,
            issued_on=read.issued_on,
            due_on=stated[-1][0] if stated else due_on,
            currency=read.currency,
            total_cents=abs(read.total_cents),
            paid_cents=0 if kind == "credit_note" else line.paid_cents,
            paid_on=paid_on,
            payment_method=means if means in PAYMENT_METHODS else "transfer",
            parts=stated,
        )

    def _dated(self, item: Item) -> Item:
        """Tell the day at which money is noted that came before the file says when."""
        wanted, row = item.wanted, item.line.row
        has_day = row is not None and row.paid_on is not None
        if item.action != CREATE or wanted is None or not wanted.paid_cents or has_day:
            return item
        shown = format_amount(wanted.paid_cents, wanted.currency)
        day = short_date(wanted.paid_on or min(wanted.issued_on, self.today))
        told = f"Sans date de paiement : {shown} seront notés au {day}."
        return replace(item, warnings=(*item.warnings, told))

    def _proposed(self, read: InvoiceRead, issued_on: date, debtor: Debtor, warnings: list[str]) -> date:
        """The due date that no file states: read in the words of its terms, else the usual delay. Always told."""
        if read.terms_due_on is not None:
            warnings.append(read.terms_reading)  # a sentence, with the date
            return read.terms_due_on
        client_days = debtor.client.payment_days if debtor.client else None
        days = self.account.payment_days if client_days is None else client_days
        due_on = issued_on + timedelta(days=days)
        warnings.append(f"Échéance calculée : {days} jours après l'émission, le {short_date(due_on)}.")
        return due_on

    def _compared(self, item: Item, wanted: Wanted, debtor: Debtor, *, accepts: bool) -> Item:
        """Tell a new document from one already recorded, or already met in this import."""
        earlier = next((one for one in self.seen.get(wanted.number, ()) if one.wanted.key == wanted.key), None)
        if earlier is not None:
            return repeat(item, wanted, debtor, earlier)
        namesakes = self.known.get(wanted.number, [])
        existing = next((invoice for invoice in namesakes if key_of(invoice) == wanted.key), None)
        if existing is None:
            if namesakes:
                shown = short_date(namesakes[0].issued_on)
                told = f"Le numéro {wanted.number} sert déjà à un document du {shown}."
                return replace(item, warnings=(*item.warnings, told))
            return item
        found, only_paid = differences(existing, wanted, debtor)
        action = SAME if not found else UPDATE if only_paid or accepts else DIFFERENT
        return replace(item, action=action, existing=existing, differences=tuple(found))

    def _tied(self, item: Item) -> Item:
        """Find the invoice a credit note lowers, among those recorded or in this import."""
        wanted, number = item.wanted, item.line.read.credited_number
        if item.action != CREATE or wanted is None or item.debtor is None or wanted.kind != "credit_note":
            return item
        ours = [row for row in self.known.get(number, []) if not row.is_credit_note]
        coming = [one for one in self.seen.get(number, ()) if one.wanted.kind != "credit_note"]
        client_id = item.debtor.client.id if item.debtor.client else None
        fits = any(row.client_id == client_id and row.currency == wanted.currency for row in ours) or any(
            one.wanted.currency == wanted.currency
            and (one.client_id == client_id if client_id else one.debtor == item.debtor.key)
            for one in coming
        )
        if fits:
            return replace(item, credited=number)
        reason = unknown_credited(number, bool(ours or coming))
        if item.line.is_electronic:
            return replace(item, warnings=(*item.warnings, reason))
        return replace(item, action=FIX, problems=(Problem(column="facture_liee", value=number, reason=reason),))
