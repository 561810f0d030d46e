"""What a line of a table becomes: its values, or its problems."""

from dataclasses import dataclass
from datetime import date

from relance.imports.values import InvoiceRead

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
CANONICAL = "Relance"  # the name of our own format among those of other tools


@dataclass(frozen=True)
class Problem:
    """Why a line cannot be imported: its column, the value as written, the reason in French."""

    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class RowRead:
    """One line. ``invoice`` is None when there are ``problems``. ``state``: draft, to_process, sent, paid, cancelled.

    ``paid_cents`` is the money already received (« déjà réglé », the total less what is left, or all of it when
    the state is paid), ``paid_on`` its date when the file says it. The amounts without tax, the address, the VAT
    number and the references are in ``invoice``.
    """

    line: int
    cells: dict[str, str]
    invoice: InvoiceRead | None = None
    state: str = "sent"
    client_kind: str = "organisation"
    emails: tuple[str, ...] = ()
    contact: str = ""
    phone: str = ""
    paid_cents: int = 0
    paid_on: date | None = None
    problems: tuple[Problem, ...] = ()
