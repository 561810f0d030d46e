"""The canonical CSV of invoices: bytes in, one value or its problems out for each line.

Columns, defaults and words are those of the documented format. A cell is text and nothing else: what looks
like a formula is kept as it is written and never computed. The apostrophe that an export puts before such a text,
so that no spreadsheet runs it, is taken off.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import PurePath
from typing import TypeVar

from relance.imports import cells, table
from relance.imports.table import Row
from relance.imports.values import InvoiceRead, Party, RefusedError
from relance.rules import formulas

COLUMNS = (
    "numero",
    "type",
    "statut",
    "client",
    "client_type",
    "client_siren",
    "email",
    "contact",
    "date_emission",
    "date_echeance",
    "montant_ttc",
    "deja_regle",
    "devise",
    "objet",
    "mode_paiement",
    "facture_liee",
)
REQUIRED = ("numero", "client", "date_emission", "montant_ttc")
DEFAULT_DAYS = 30

KINDS = {"facture": "invoice", "acompte": "deposit", "situation": "progress", "solde": "final", "avoir": "credit_note"}
STATES = {
    "brouillon": "draft",
    "a_traiter": "to_process",
    "envoyee": "sent",
    "payee": "paid",
    "annulee": "cancelled",
}
CLIENT_KINDS = {"organisation": "organisation", "particulier": "individual", "public": "public"}
PAYMENT_MEANS = {"virement": "transfer", "prelevement": "direct_debit", "carte": "card", "cheque": "cheque"}

SAMPLE = (
    ";".join(COLUMNS)
    + "\r\nF-2026-0101;facture;envoyee;Maison Vauquelin;organisation;;compta@vauquelin.example;Léa Martin;"
    "02/11/2026;02/12/2026;1 800,00;;EUR;Refonte du site;virement;"
    + "\r\nF-2026-0102;acompte;payee;Mairie de Sainte-Aube;public;;;;05/11/2026;05/12/2026;600,00;;EUR;"
    "Signalétique, 30 %;virement;"
    + "\r\nA-2026-0007;avoir;envoyee;Maison Vauquelin;organisation;;;;10/11/2026;;150,00;;EUR;Remise;;F-2026-0101"
    + "\r\n"
)

Value = TypeVar("Value")


@dataclass(frozen=True)
class Problem:
    """Why a line cannot be imported: its column, the value as written, the reason in French."""

    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class RowRead:
    """One line. ``invoice`` is None when there are ``problems``. ``state``: draft, to_process, sent, paid, cancelled.

    ``paid_cents`` is the money already received (« déjà réglé », or all of it when the state is paid).
    """

    line: int
    cells: dict[str, str]
    invoice: InvoiceRead | None = None
    state: str = "sent"
    client_kind: str = "organisation"
    emails: tuple[str, ...] = ()
    contact: str = ""
    paid_cents: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class CsvRead:
    """The whole file. ``warnings`` are about the file; those about a line are in its invoice."""

    file: str
    rows: tuple[RowRead, ...]
    warnings: tuple[str, ...] = ()


def read(content: bytes, file: str) -> CsvRead:
    """Read every line of ``content``; RefusedError, in French, when the file is not this format at all."""
    name = PurePath(file).name
    found = table.read(content)
    _check_columns(found.columns)
    unknown = [column for column in found.columns if column and column not in COLUMNS]
    warnings = list(found.warnings)
    if unknown:
        warnings.append(f"Colonnes inconnues, non lues : {', '.join(unknown)}.")
    if not found.rows:
        raise RefusedError("Ce fichier ne contient que des titres de colonnes : aucune facture à importer.")
    rows = tuple(_Line(row, name).read() for row in found.rows)
    return CsvRead(file=name, rows=rows, warnings=tuple(warnings))


def _check_columns(columns: tuple[str, ...]) -> None:
    """Refuse a header without the required columns, or with one twice: nothing below could be trusted."""
    missing = [column for column in REQUIRED if column not in columns]
    if len(missing) == len(REQUIRED):
        raise RefusedError(
            "La première ligne doit donner les titres des colonnes, séparés par des points-virgules : "
            f"{', '.join(REQUIRED)} au moins. Le fichier d'exemple les montre toutes."
        )
    if missing:
        raise RefusedError(f"Colonnes manquantes : {', '.join(missing)}. Ajoutez-les, puis réessayez.")
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise RefusedError(f"Colonnes en double : {', '.join(twice)}. Gardez-en une seule, puis réessayez.")


@dataclass
class _Line:
    """Reads one line, gathering every problem rather than stopping at the first."""

    row: Row
    file: str
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def read(self) -> RowRead:
        """The line as a value, or as its problems."""
        base = RowRead(line=self.row.line, cells={column: self.row.cells.get(column, "") for column in COLUMNS})
        if self.row.extra:
            self._problem("", "", "Cette ligne a plus de cellules que de colonnes : un point-virgule est en trop.")
        kind = self._take("type", lambda text: cells.word(text, KINDS), "invoice")
        state = self._take("statut", lambda text: cells.word(text, STATES), "sent")
        client_kind = self._take("client_type", lambda text: cells.word(text, CLIENT_KINDS), "organisation")
        no_email: tuple[str, ...] = ()
        emails = self._take("email", cells.emails, no_email)
        contact = self._take("contact", lambda text: cells.line(text, 120), "")
        invoice = self._invoice(kind, emails)
        paid_cents = self._paid(invoice, state)
        if self.problems:
            return replace(base, problems=tuple(self.problems))
        return replace(
            base,
            invoice=replace(invoice, warnings=tuple(self.warnings)),
            state=state,
            client_kind=client_kind,
            emails=emails,
            contact=contact,
            paid_cents=paid_cents,
        )

    def _invoice(self, kind: str, emails: tuple[str, ...]) -> InvoiceRead:
        """What the line says of the invoice; what cannot be read is None and told in ``problems``."""
        issued_on = self._take("date_emission", cells.day, None)
        due_on = self._take("date_echeance", cells.day, None)
        siren = self._take("client_siren", cells.siren, "")
        self._check_siren(siren)
        return InvoiceRead(
            file=self.file,
            number=self._take("numero", lambda text: cells.line(text, 60), ""),
            kind=kind,
            issued_on=issued_on,
            due_on=self._due(issued_on, due_on),
            currency=self._take("devise", cells.currency, "EUR"),
            total_cents=self._take("montant_ttc", cells.positive_amount, None),
            prepaid_cents=self._take("deja_regle", cells.amount, None),
            payment_means=self._take("mode_paiement", lambda text: cells.word(text, PAYMENT_MEANS), "transfer"),
            object=self._take("objet", lambda text: cells.line(text, 250), ""),
            credited_number=self._credited(kind),
            buyer=Party(
                name=self._take("client", lambda text: cells.line(text, 200), ""),
                siren=siren[:9],
                siret=siren if len(siren) == 14 else "",
                email=emails[0] if emails else "",
            ),
        )

    def _take(self, column: str, read_cell: Callable[[str], Value], default: Value) -> Value:
        """The value of a cell; ``default`` when it is empty (a problem if it is required) or unreadable."""
        text = formulas.unescaped(self.row.cells.get(column, ""))
        if not text:
            if column in REQUIRED:
                self._problem(column, "", "Cette cellule est obligatoire.")
            return default
        try:
            return read_cell(text)
        except ValueError as error:
            self._problem(column, text, str(error))
            return default

    def _problem(self, column: str, value: str, reason: str) -> None:
        self.problems.append(Problem(column=column, value=value, reason=reason))

    def _due(self, issued_on: date | None, due_on: date | None) -> date | None:
        """The due date, by default 30 days after issue."""
        if issued_on is None:
            return due_on
        if due_on is None:
            return issued_on + timedelta(days=DEFAULT_DAYS)
        if due_on < issued_on:
            self._problem("date_echeance", self.row.cells["date_echeance"], "L'échéance est avant la date d'émission.")
        return due_on

    def _credited(self, kind: str) -> str:
        number = self._take("facture_liee", lambda text: cells.line(text, 60), "")
        if kind == "credit_note" and not number:
            self._problem("facture_liee", "", "Indiquez le numéro de la facture que cet avoir diminue.")
        if kind != "credit_note" and number:
            self.warnings.append("« facture_liee » n'est lue que pour un avoir.")
            return ""
        return number

    def _check_siren(self, siren: str) -> None:
        if siren and not cells.has_valid_key(siren):
            self.warnings.append(f"Le numéro {siren} n'a pas la clé d'un SIREN ou d'un SIRET : vérifiez-le.")

    def _paid(self, invoice: InvoiceRead, state: str) -> int:
        """The money already received, in cents."""
        paid_cents = invoice.prepaid_cents or 0
        shown = self.row.cells.get("deja_regle", "")
        if invoice.kind == "credit_note":
            if paid_cents:
                self._problem("deja_regle", shown, "Un avoir ne se règle pas : laissez cette cellule vide.")
            return 0
        if paid_cents and state not in ("sent", "paid"):
            self._problem("deja_regle", shown, "Un règlement n'est repris que pour une facture envoyée ou payée.")
        if invoice.total_cents is not None and paid_cents > invoice.total_cents:
            self._problem("deja_regle", shown, "Ce montant dépasse le total de la facture.")
        return (invoice.total_cents or 0) if state == "paid" else paid_cents
