"""One line of a table, its cells in words, as an invoice or as the problems that keep it from being one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

from relance.imports import cells, words
from relance.imports.row_values import COLUMNS, REQUIRED, Problem, RowRead
from relance.imports.table import plain
from relance.imports.values import InvoiceRead, Party
from relance.rules import formulas
from relance.rules.money import format_amount

DEFAULT_DAYS = 30

COUNTRIES = {
    "france": "FR",
    "belgique": "BE",
    "belgium": "BE",
    "suisse": "CH",
    "switzerland": "CH",
    "luxembourg": "LU",
    "allemagne": "DE",
    "germany": "DE",
    "espagne": "ES",
    "spain": "ES",
    "italie": "IT",
    "italy": "IT",
    "royaume_uni": "GB",
    "united_kingdom": "GB",
    "pays_bas": "NL",
    "netherlands": "NL",
    "portugal": "PT",
    "monaco": "MC",
    "irlande": "IE",
    "ireland": "IE",
    "canada": "CA",
    "etats_unis": "US",
    "united_states": "US",
}

Value = TypeVar("Value")


@dataclass(frozen=True)
class Dialect:
    """How the cells of a file are written.

    ``is_canonical``: our own format, whose empty cells mean what it documents. ``is_strict``: only its own ways of
    writing dates, amounts and words are read. ``day_first`` and ``decimal``: see ``cells``.
    """

    is_canonical: bool = True
    is_strict: bool = True
    day_first: bool = True
    decimal: str = ""
    extra_words: Mapping[str, str] = field(default_factory=dict)  # a tool's own words for states


@dataclass
class Line:
    """Reads one line, gathering every problem rather than stopping at the first."""

    line: int
    cells: Mapping[str, str]
    file: str
    dialect: Dialect
    extra: int = 0
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def read(self) -> RowRead:
        """The line as a value, or as its problems."""
        shown = {column: self.cells.get(column, "") for column in COLUMNS} | dict(self.cells)
        base = RowRead(line=self.line, cells=shown)
        if self.extra:
            self._problem("", "", "Cette ligne a plus de cellules que de colonnes : un séparateur est en trop.")
        kind = self._word("type", words.KINDS, words.ANY_KINDS, "invoice")
        states = {**words.ANY_STATES, **self.dialect.extra_words}
        state = self._word("statut", words.STATES, states, "sent")
        client_kind = self._word("client_type", words.CLIENT_KINDS, words.ANY_CLIENT_KINDS, "organisation")
        no_email: tuple[str, ...] = ()
        is_loose = not self.dialect.is_strict
        emails = self._take("email", lambda text: cells.emails(text, is_loose=is_loose), no_email)
        contact = self._text("contact", 120)
        first_last = self._joined(("prenom", "nom"), 120)
        invoice = self._invoice(kind, emails, first_last)
        paid_cents = self._paid(invoice, state)
        paid_on = self._take("date_paiement", self._day, None)
        phone = self._text("telephone", 40)
        if self.problems:
            return replace(base, problems=tuple(self.problems))
        return replace(
            base,
            invoice=replace(invoice, warnings=tuple(self.warnings)),
            state=state,
            client_kind=client_kind,
            emails=emails,
            contact=contact or first_last,
            phone=phone,
            paid_cents=paid_cents,
            paid_on=paid_on if paid_cents else None,
        )

    def _invoice(self, kind: str, emails: tuple[str, ...], first_last: str) -> InvoiceRead:
        """What the line says of the invoice; what cannot be read is None and told in ``problems``."""
        issued_on = self._take("date_emission", self._day, None)
        due_on = self._take("date_echeance", self._day, None)
        siren = self._take("client_siren", cells.siren, "")
        self._check_siren(siren)
        kind, total_cents, net_cents, vat_cents = self._amounts(kind)
        means = self._word("mode_paiement", words.PAYMENT_MEANS, words.ANY_PAYMENT_MEANS, "transfer")
        return InvoiceRead(
            file=self.file,
            number=self._text("numero", 60),
            kind=kind,
            issued_on=issued_on,
            due_on=self._due(issued_on, due_on),
            currency=self._take("devise", cells.currency, "") or self._currency_of_amounts() or "EUR",
            total_cents=total_cents,
            net_cents=net_cents,
            vat_cents=vat_cents,
            prepaid_cents=self._take("deja_regle", self._positive_or_zero, None),
            payment_means=means,
            object=self._text("objet", 250),
            order_reference=self._text("commande", 200),
            credited_number=self._credited(kind),
            buyer=Party(
                name=self._client(first_last),
                siren=siren[:9],
                siret=siren if len(siren) == 14 else "",
                vat="".join(self._text("client_tva", 20).split()).upper(),
                email=emails[0] if emails else "",
                address=self._address(),
                country=self._take("pays", _country, ""),
            ),
        )

    def _take(self, column: str, read_cell: Callable[[str], Value], default: Value) -> Value:
        """The value of a cell; ``default`` when it is empty (a problem if it is required) or unreadable."""
        text = self.cells.get(column, "")
        if not text:
            if column in REQUIRED:
                self._problem(column, "", "Cette cellule est obligatoire.")
            return default
        try:
            return read_cell(formulas.unescaped(cells.short(text)))
        except ValueError as error:
            self._problem(column, text[:200], str(error))
            return default

    def _text(self, column: str, limit: int) -> str:
        return self._take(column, lambda text: cells.line(text, limit), "")

    def _word(self, column: str, ours: Mapping[str, str], known: Mapping[str, str], default: str) -> str:
        """A word of the canonical format, or any word of other tools in their files."""
        accepted = ours if self.dialect.is_strict else known
        return self._take(column, lambda text: cells.word(text, accepted, ours), default)

    def _joined(self, columns: tuple[str, ...], limit: int) -> str:
        return " ".join(part for part in (self._text(column, limit) for column in columns) if part)

    def _problem(self, column: str, value: str, reason: str) -> None:
        self.problems.append(Problem(column=column, value=value, reason=reason))

    def _day(self, text: str) -> date | None:
        return cells.day(text) if self.dialect.is_strict else cells.any_day(text, self.dialect.day_first)

    def _any_amount(self, text: str) -> int:
        if self.dialect.is_strict:
            return cells.amount(text)
        return cells.any_amount(text, self.dialect.decimal)

    def _positive_or_zero(self, text: str) -> int:
        cents = self._any_amount(text)
        # In other tools' files, what was paid is often written as what it takes off: minus 300,00.
        if cents < 0 and self.dialect.is_canonical:
            raise ValueError(f"« {text} » est négatif. Indiquez un montant positif.")
        return abs(cents)

    def _amounts(self, kind: str) -> tuple[str, int | None, int | None, int | None]:
        """Kind, total with tax, without, and tax: a negative total is a credit note's, and all three are positive."""
        net_cents = self._take("montant_ht", self._any_amount, None)
        vat_cents = self._take("montant_tva", self._any_amount, None)
        total_cents = self._total(net_cents, vat_cents)
        if total_cents is None:
            return kind, None, net_cents, vat_cents
        shown = self.cells.get("montant_ttc", "")
        if total_cents == 0:
            self._problem("montant_ttc", shown, "Le montant doit être supérieur à zéro.")
        if total_cents < 0:
            if self.dialect.is_canonical:
                self._problem("montant_ttc", shown, f"« {shown} » est négatif. Indiquez un montant positif.")
            elif kind != "credit_note":
                kind = "credit_note"
                self.warnings.append("Le montant est négatif : cette ligne est lue comme un avoir.")
        net_cents, vat_cents = (None if cents is None else abs(cents) for cents in (net_cents, vat_cents))
        return kind, abs(total_cents), net_cents, vat_cents

    def _total(self, net_cents: int | None, vat_cents: int | None) -> int | None:
        """The total with tax as written, else what the two others make: told."""
        if self.cells.get("montant_ttc") or net_cents is None or vat_cents is None:
            return self._take("montant_ttc", self._any_amount, None)
        total_cents = net_cents + vat_cents
        self.warnings.append(
            f"Le montant TTC est la somme du HT et de la TVA : {format_amount(total_cents, '').strip()}."
        )
        return total_cents

    def _currency_of_amounts(self) -> str:
        return cells.currency_in(self.cells.get("montant_ttc") or self.cells.get("montant_ht") or "")

    def _due(self, issued_on: date | None, due_on: date | None) -> date | None:
        """The due date: in our own format, by default 30 days after issue; elsewhere, only the one that is written."""
        if issued_on is None:
            return due_on
        if due_on is None:
            return issued_on + timedelta(days=DEFAULT_DAYS) if self.dialect.is_canonical else None
        if due_on < issued_on:
            self.warnings.append("La date d'échéance est antérieure à la date d'émission.")
        return due_on

    def _client(self, first_last: str) -> str:
        """The client's name: the column of clients, else the first and last names, else the contact."""
        if self.cells.get("client") or self.dialect.is_canonical:
            return self._text("client", 200)
        if name := first_last or self._text("contact", 120):
            self.warnings.append("Le client est une personne : vérifiez s'il s'agit d'un particulier.")
            return name
        return self._text("client", 200)

    def _address(self) -> tuple[str, ...]:
        town = self._joined(("code_postal", "ville"), 200)
        parts: list[str] = []
        for column in ("adresse", "adresse_2"):
            for piece in self.cells.get(column, "").splitlines():
                try:
                    parts.append(cells.line(piece, 200))
                except ValueError as error:
                    self._problem(column, piece, str(error))
        return tuple(part for part in (*parts, town) if part)

    def _credited(self, kind: str) -> str:
        number = self._text("facture_liee", 60)
        if kind == "credit_note" and not number and self.dialect.is_canonical:
            self._problem("facture_liee", "", "Indiquez le numéro de la facture que cet avoir diminue.")
        if kind != "credit_note" and number:
            if self.dialect.is_canonical:
                self.warnings.append("« facture_liee » n'est lue que pour un avoir.")
            return ""
        return number

    def _check_siren(self, siren: str) -> None:
        if siren and not cells.has_valid_key(siren):
            self.warnings.append(f"Le numéro {siren} n'a pas la clé d'un SIREN ou d'un SIRET : vérifiez-le.")

    def _paid(self, invoice: InvoiceRead, state: str) -> int:
        """The money already received, in cents."""
        shown = self.cells.get("deja_regle", "")
        paid_cents = invoice.prepaid_cents or 0
        if invoice.kind == "credit_note":
            if paid_cents and self.dialect.is_canonical:
                self._problem("deja_regle", shown, "Un avoir ne se règle pas : laissez cette cellule vide.")
            return 0
        total_cents = invoice.total_cents
        left_cents = self._take("reste_a_payer", self._any_amount, None)
        if state in ("sent", "paid") and left_cents is not None and total_cents is not None:
            paid_cents = self._paid_by_what_is_left(paid_cents, left_cents, total_cents, state)
        elif paid_cents and state not in ("sent", "paid"):
            self._problem("deja_regle", shown, "Un règlement n'est repris que pour une facture envoyée ou payée.")
        if total_cents is not None and paid_cents > total_cents:
            self._problem("deja_regle", shown, "Ce montant dépasse le total de la facture.")
        if state == "paid":
            return total_cents or 0
        if not paid_cents and words.is_partly_paid(self.cells.get("statut", "")):
            self.warnings.append("Cette facture est réglée en partie, mais le fichier ne dit pas de combien.")
        return paid_cents

    def _paid_by_what_is_left(self, paid_cents: int, left_cents: int, total_cents: int, state: str) -> int:
        shown = self.cells.get("reste_a_payer", "")
        if not 0 <= left_cents <= total_cents:
            self._problem("reste_a_payer", shown, "Le reste à payer doit être entre zéro et le total de la facture.")
        elif state == "paid" and left_cents:
            self._problem("reste_a_payer", shown, "La facture est dite payée, mais il reste un montant à payer.")
        elif self.cells.get("deja_regle") and paid_cents != total_cents - left_cents:
            self.warnings.append("Le déjà réglé et le reste à payer ne font pas le total : le déjà réglé est repris.")
        else:
            return total_cents - left_cents
        return paid_cents


def _country(text: str) -> str:
    bare = plain(text)
    if len(bare) == 2 and bare.isalpha():
        return bare.upper()
    # A country we do not know is left out: it is of no use to a reminder, and no reason to stop a line.
    return COUNTRIES.get(bare, "")
