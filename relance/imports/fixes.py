"""What a person types to complete an electronic invoice, or a PDF without data."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from relance.imports import cells, words
from relance.imports.row_values import Problem
from relance.imports.values import InvoiceRead

# In the order they are asked for.
CORRECTIONS = (
    "numero",
    "type",
    "client",
    "client_siren",
    "email",
    "date_emission",
    "date_echeance",
    "montant_ttc",
    "deja_regle",
    "devise",
    "mode_paiement",
    "objet",
)


def read_fixes(fixes: Mapping[str, str], read: InvoiceRead) -> tuple[InvoiceRead, tuple[Problem, ...]]:
    """``read`` with what was typed, by column, and the problems of what cannot be read (which changes nothing).

    An empty cell changes nothing either. A total that is typed replaces the other amounts of the file.
    """
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for column in CORRECTIONS:
        text = fixes.get(column, "").strip()
        if not text:
            continue
        try:
            found[column] = _READERS[column](text)
        except ValueError as error:
            problems.append(Problem(column=column, value=text, reason=str(error)))
    return _changed(read, found), tuple(problems)


_READERS: dict[str, Callable[[str], Any]] = {
    "numero": lambda text: cells.line(text, 60),
    "type": lambda text: cells.word(text, words.ANY_KINDS, words.KINDS),
    "client": lambda text: cells.line(text, 200),
    "client_siren": cells.siren,
    "email": lambda text: ", ".join(cells.emails(text, is_loose=True)),
    "date_emission": cells.any_day,
    "date_echeance": cells.any_day,
    "montant_ttc": cells.positive_amount,
    "deja_regle": cells.amount,
    "devise": cells.currency,
    "mode_paiement": lambda text: cells.word(text, words.ANY_PAYMENT_MEANS, words.PAYMENT_MEANS),
    "objet": lambda text: cells.line(text, 250),
}
_FIELDS = {
    "numero": "number",
    "type": "kind",
    "date_emission": "issued_on",
    "date_echeance": "due_on",
    "montant_ttc": "total_cents",
    "devise": "currency",
    "mode_paiement": "payment_means",
    "objet": "object",
}


def _changed(read: InvoiceRead, found: Mapping[str, Any]) -> InvoiceRead:
    changes: dict[str, Any] = {_FIELDS[column]: value for column, value in found.items() if column in _FIELDS}
    buyer: dict[str, Any] = {}
    if "client" in found:
        buyer["name"] = found["client"]
    if "client_siren" in found:
        digits = found["client_siren"]
        buyer |= {"siren": digits[:9], "siret": digits if len(digits) == 14 else ""}
    if "email" in found:
        buyer["email"] = found["email"]
    if buyer:
        changes["buyer"] = replace(read.buyer, **buyer)
    if "montant_ttc" in found:
        changes |= {"net_cents": None, "vat_cents": None, "due_cents": None}
    if "deja_regle" in found:
        # What is asked would otherwise say the contrary of what was just typed.
        changes |= {"prepaid_cents": found["deja_regle"], "due_cents": None}
    return replace(read, **changes) if changes else read
