"""The dry run of an import: what each document would become, without writing anything."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from relance.imports.canonical_csv import Problem
from relance.imports.cells import FIRST_YEAR, LAST_YEAR
from relance.imports.values import InvoiceRead
from relance.models.accounts import Account
from relance.models.invoices import PAYMENT_METHODS, Invoice
from relance.rules.money import CURRENCIES, format_amount
from relance.rules.wording import short_date
from relance.services.import_lines import Line
from relance.services.import_matching import Debtor, Directory, seller_problem

CREATE, SAME, DIFFERENT, FIX = "create", "same", "different", "fix"

Key = tuple[str, str, date]  # number, kind, issue date: unique in an account


@dataclass(frozen=True)
class Wanted:
    """The invoice a document asks for, complete. Amounts are cents of ``currency``, never negative."""

    number: str
    kind: str
    issued_on: date
    due_on: date
    currency: str
    total_cents: int
    paid_cents: int
    paid_on: date | None
    payment_method: str

    @property
    def key(self) -> Key:
        """What makes two documents the same one."""
        return (self.number, self.kind, self.issued_on)


@dataclass(frozen=True)
class Item:
    """A line and what would become of it: create, same (ignored), different (not written) or fix."""

    line: Line
    action: str
    wanted: Wanted | None = None
    debtor: Debtor | None = None
    existing: Invoice | None = None
    credited: Key | Invoice | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do, line by line. ``new_clients`` are those it would create."""

    account: Account
    lines: tuple[Line, ...]
    items: tuple[Item, ...]
    new_clients: tuple[Debtor, ...]
    takes_any_seller: bool = False

    def of(self, action: str) -> list[Item]:
        """The items with this action, in the order of the file."""
        return [item for item in self.items if item.action == action]


@dataclass
class _Planner:
    account: Account
    today: date
    takes_any_seller: bool
    directory: Directory
    known: dict[str, list[Invoice]]
    seen: dict[Key, Item] = field(default_factory=dict)

    def place(self, line: Line) -> Item:
        """Decide about one line. Credit notes are tied to their invoice afterwards."""
        warnings = list(line.read.warnings)
        problems = list(line.problems) or _missing(line.read)
        stranger = seller_problem(self.account, line.read.seller, line.read.buyer)
        if stranger and self.takes_any_seller:
            warnings.append(stranger)
        elif stranger:
            problems.append(Problem(column="", value="", reason=stranger))
        if problems:
            return Item(line=line, action=FIX, problems=tuple(problems), warnings=tuple(warnings))
        debtor = self.directory.find_or_add(line.read.buyer, line.client_kind)
        wanted = self._wanted(line, debtor, warnings)
        item = Item(line=line, action=CREATE, wanted=wanted, debtor=debtor)
        return self._compare(item, wanted, debtor, warnings)

    def _wanted(self, line: Line, debtor: Debtor, warnings: list[str]) -> Wanted:
        """The invoice as it would be recorded, with what the file leaves out."""
        read = line.read
        assert read.issued_on is not None
        assert read.total_cents is not None
        kind = read.kind or "invoice"
        if read.total_cents < 0:
            kind = "credit_note"
        elif kind == "corrected":
            kind = "invoice"
            warnings.append("Facture rectificative : la facture d'origine n'est pas modifiée.")
        due_on = read.due_on
        if due_on is None and kind == "credit_note":
            due_on = read.issued_on
        elif due_on is None:
            client_days = debtor.client.payment_days if debtor.client else None
            days = self.account.payment_days if client_days is None else client_days
            due_on = read.issued_on + timedelta(days=days)
            warnings.append(f"Échéance calculée : {days} jours après l'émission, le {short_date(due_on)}.")
        means = read.payment_means or "transfer"
        return Wanted(
            number=read.number,
            kind=kind,
            issued_on=read.issued_on,
            due_on=due_on,
            currency=read.currency,
            total_cents=abs(read.total_cents),
            paid_cents=0 if kind == "credit_note" else line.paid_cents,
            # The file does not say when a paid invoice was paid: its due date harms no statistic.
            paid_on=min(due_on, self.today) if line.state == "paid" else None,
            payment_method=means if means in PAYMENT_METHODS else "transfer",
        )

    def _compare(self, item: Item, wanted: Wanted, debtor: Debtor, warnings: list[str]) -> Item:
        """Tell a new document from one already recorded, or already met in this import."""
        earlier = self.seen.get(wanted.key)
        if earlier is not None:
            return self._repeat(item, wanted, earlier, warnings)
        namesakes = self.known.get(wanted.number, [])
        existing = next((invoice for invoice in namesakes if _key(invoice) == wanted.key), None)
        if existing is not None:
            differences = _differences(existing, wanted, debtor)
            action = DIFFERENT if differences else SAME
            item = replace(item, action=action, existing=existing, warnings=(*warnings, *differences))
        else:
            if namesakes:
                shown = short_date(namesakes[0].issued_on)
                warnings.append(f"Le numéro {wanted.number} sert déjà à un document du {shown}.")
            item = replace(item, warnings=tuple(warnings))
        self.seen[wanted.key] = item
        return item

    def _repeat(self, item: Item, wanted: Wanted, earlier: Item, warnings: list[str]) -> Item:
        where = f"la ligne {earlier.line.line}" if earlier.line.line else earlier.line.read.file
        if wanted == earlier.wanted and item.debtor is earlier.debtor:
            warnings.append(f"Identique à {where} : elle n'est comptée qu'une fois.")
            return replace(item, action=SAME, warnings=tuple(warnings))
        reason = f"Ce numéro est déjà celui de {where}, avec d'autres valeurs. Gardez la bonne."
        problem = Problem(column="numero", value=wanted.number, reason=reason)
        return replace(item, action=FIX, problems=(problem,), warnings=tuple(warnings))

    def tie(self, item: Item) -> Item:
        """Find the invoice a credit note lowers, among those recorded or in this import."""
        wanted, number = item.wanted, item.line.read.credited_number
        if item.action != CREATE or wanted is None or wanted.kind != "credit_note":
            return item
        recorded = [row for row in self.known.get(number, []) if not row.is_credit_note]
        coming = [
            other
            for other in self.seen.values()
            if other.action == CREATE
            and other.wanted is not None
            and other.wanted.number == number
            and other.wanted.kind != "credit_note"
        ]
        client_id = item.debtor.client.id if item.debtor and item.debtor.client else None
        currency = wanted.currency
        for row in recorded:
            if row.client_id == client_id and row.currency == currency:
                return replace(item, credited=row)
        for other in coming:
            if other.debtor is item.debtor and other.wanted and other.wanted.currency == currency:
                return replace(item, credited=other.wanted.key)
        if item.line.pdf is not None:
            return replace(item, warnings=(*item.warnings, _unknown_credited(number, bool(recorded or coming))))
        reason = _unknown_credited(number, bool(recorded or coming))
        return replace(item, action=FIX, problems=(Problem(column="facture_liee", value=number, reason=reason),))


def plan(account: Account, lines: list[Line], today: date, *, takes_any_seller: bool = False) -> ImportPlan:
    """Say what importing ``lines`` would do. Nothing is written. ``today`` is local to the account.

    ``takes_any_seller``: someone else's invoice is told as a warning instead of being refused.
    """
    planner = _Planner(account, today, takes_any_seller, Directory(account), _recorded(account, lines))
    placed = [planner.place(line) for line in lines]
    items = tuple(planner.tie(item) for item in placed)
    used = {id(item.debtor) for item in items if item.action == CREATE}
    new_clients = tuple(debtor for debtor in planner.directory.new if id(debtor) in used)
    return ImportPlan(account, tuple(lines), items, new_clients, takes_any_seller)


def _recorded(account: Account, lines: list[Line]) -> dict[str, list[Invoice]]:
    """The account's invoices that bear a number of the import, by number. In slices: SQLite counts variables."""
    numbers = sorted({line.read.number for line in lines} | {line.read.credited_number for line in lines})
    found: dict[str, list[Invoice]] = {}
    for start in range(0, len(numbers), 500):
        query = Invoice.select().where(Invoice.account == account, Invoice.number.in_(numbers[start : start + 500]))
        for invoice in query.order_by(Invoice.issued_on.desc()):
            found.setdefault(invoice.number, []).append(invoice)
    return found


def _missing(read: InvoiceRead) -> list[Problem]:
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
        ("devise", read.currency, read.currency in CURRENCIES, "Cette devise n'est pas acceptée."),
    )
    return [Problem(column=column, value=value, reason=reason) for column, value, holds, reason in wanted if not holds]


def _is_plausible(day: date | None) -> bool:
    return day is None or FIRST_YEAR <= day.year <= LAST_YEAR


def _key(invoice: Invoice) -> Key:
    return (invoice.number, invoice.kind, invoice.issued_on)


def _differences(existing: Invoice, wanted: Wanted, debtor: Debtor) -> list[str]:
    """What the file says otherwise than Relance, in French. What Relance learnt since does not count."""
    found = []
    if existing.total_cents != wanted.total_cents or existing.currency != wanted.currency:
        ours = format_amount(existing.total_cents, existing.currency)
        found.append(f"Total : {format_amount(wanted.total_cents, wanted.currency)} ici, {ours} dans Relance.")
    if existing.due_on != wanted.due_on and not existing.is_credit_note:
        found.append(f"Échéance : {short_date(wanted.due_on)} ici, {short_date(existing.due_on)} dans Relance.")
    if debtor.client is None or debtor.client.id != existing.client_id:
        found.append(f"Client : {debtor.name} ici, {existing.client.name} dans Relance.")
    return found


def _unknown_credited(number: str, is_elsewhere: bool) -> str:
    if is_elsewhere:
        return f"La facture {number} est celle d'un autre client, ou dans une autre devise."
    if not number:
        return "Cet avoir ne nomme aucune facture : il reste au crédit du client."
    return f"La facture {number} n'existe ni dans Relance ni dans ce fichier."
