"""Life-cycle statuses of electronic invoices (XP Z12-012): their codes and words, and a table of them.

A platform exports a table with a line for each invoice: its number, the status it reached, when, why, how much.
Titles and words are taken in several spellings. A word that is not known is a problem that is told, never guessed.
"""

import csv
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from relance.imports import cells, columns, encodings, workbook
from relance.imports.table import plain
from relance.imports.values import RefusedError

MAX_STATUSES = 5_000
MAX_REASON = 1_000  # characters; the rest is cut
MAX_NUMBER = 60
PREAMBLE = 20  # lines before the titles, at most

# The statuses Relance knows, in the words of the reform.
CODES = {
    "200": "Déposée",
    "201": "Émise",
    "202": "Reçue",
    "203": "Mise à disposition",
    "204": "Prise en charge",
    "205": "Approuvée",
    "206": "Approuvée partiellement",
    "207": "En litige",
    "208": "Suspendue",
    "209": "Complétée",
    "210": "Refusée",
    "211": "Paiement transmis",
    "212": "Encaissée",
    "213": "Rejetée",
}
WORDS = {
    **{plain(word): code for code, word in CODES.items()},
    "depose": "200",
    "emise_par_la_plateforme": "201",
    "recue_par_la_plateforme": "202",
    "mis_a_disposition": "203",
    "pris_en_charge": "204",
    "approuve": "205",
    "partiellement_approuvee": "206",
    "litige": "207",
    "suspendu": "208",
    "complete": "209",
    "refuse": "210",
    "encaisse": "212",
    "rejete": "213",
}
# What a title of column may be called, in plain form.
TITLES = {
    "number": ("numero", "numero_de_facture", "numero_facture", "n_facture", "n_de_facture", "facture", "no_facture",
               "n", "num_facture", "invoice_number", "invoice"),
    "status": ("statut", "code_statut", "statut_code", "code", "statut_de_la_facture", "statut_facture", "status",
               "dernier_statut", "code_du_statut", "libelle_statut", "libelle_du_statut"),
    "issued_on": ("date_emission", "date_d_emission", "date_de_facture", "date_facture", "date_de_la_facture",
                  "emise_le", "issue_date"),
    "on": ("date_statut", "date_du_statut", "date_de_statut", "date", "statut_le", "date_dernier_statut",
           "date_du_dernier_statut", "horodatage", "status_date"),
    "reason": ("motif", "motifs", "raison", "commentaire", "motif_du_statut", "libelle_motif", "reason"),
    "amount": ("montant", "montant_encaisse", "encaissement", "montant_ttc_encaisse", "montant_regle", "amount"),
    "currency": ("devise", "currency"),
    "seller": ("siren_vendeur", "siren_emetteur", "siren_fournisseur", "vendeur_siren", "emetteur_siren"),
    "buyer": ("siren_acheteur", "siren_client", "siren_destinataire", "client_siren", "acheteur_siren"),
}  # fmt: skip

UNKNOWN = "Ce statut n'est pas reconnu : écrivez son code, de 200 à 213, ou son nom, par exemple « Refusée »."
NO_NUMBER = "Le numéro de la facture manque."
BAD_DATE = "La date du statut ne se lit pas : écrivez 22/11/2026 ou 2026-11-22."
BAD_ISSUE_DATE = "La date de la facture ne se lit pas : écrivez 22/11/2026 ou 2026-11-22."
BAD_AMOUNT = "Le montant encaissé ne se lit pas ou n'est pas positif."
BAD_CURRENCY = "La devise du montant n'est pas reconnue."
NO_STATUS = "Ce fichier ne contient aucun statut de facture."
NOT_A_TABLE = "Ce fichier n'est pas un tableau de statuts : il faut une colonne « Numéro » et une colonne « Statut »."
TOO_MANY = "Ce fichier contient plus de 5 000 statuts. Découpez-le en plusieurs fichiers, puis réessayez."

# Columns of a table of invoices.
_AMOUNTS = {"montant_ttc", "montant_ht", "montant_tva", "deja_regle", "reste_a_payer"}
_CODE = re.compile(r"(?:fr[:_ ])?(\d{3})\b[\s:\-–—(.]*(.*?)\)?", re.IGNORECASE)


@dataclass(frozen=True)
class StatusRead:
    """One status of one invoice, as a file states it. What it does not state is empty or None.

    ``code`` is one of CODES, or what was written when Relance does not know it. ``on`` is the civil day of the status,
    ``paid_on`` the day the money came when the file states another one. ``amount_cents`` is what was cashed (212), in
    cents of ``currency``. ``line`` counts from 1. ``error``, a French sentence: the line cannot be taken.
    """

    number: str = ""
    code: str = ""
    on: date | None = None
    issued_on: date | None = None
    seller_siren: str = ""
    buyer_siren: str = ""
    reason: str = ""
    amount_cents: int | None = None
    currency: str = ""
    paid_on: date | None = None
    line: int = 0
    error: str = ""


_DATES = ("on", "issued_on", "paid_on")


def to_json(read: StatusRead) -> dict[str, Any]:
    """The values of ``read`` that are not empty, as JSON can write them. Dates are ISO."""
    found = asdict(read)
    for name in _DATES:
        found[name] = found[name].isoformat() if found[name] is not None else None
    return {name: value for name, value in found.items() if value not in (None, "")}


def from_json(found: dict[str, Any]) -> StatusRead:
    """The value that ``to_json`` wrote."""
    known = {field.name for field in fields(StatusRead)}
    values = {name: value for name, value in found.items() if name in known}
    for name in _DATES:
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    return StatusRead(**values)


def code_of(text: str) -> str:
    """« 210 », « Refusée » or « 210 - Refusée » → « 210 »; empty when it is none, or says two things."""
    found = _CODE.fullmatch(text.strip()) if len(text) <= 100 else None
    if found is None:
        return WORDS.get(plain(text), "")
    code, word = found[1], found[2]
    if code not in CODES or (word and WORDS.get(plain(word), code) != code):
        return ""
    return code


def read(content: bytes) -> tuple[StatusRead, ...]:
    """The statuses of a table: a text in any usual encoding and separator, or the first sheet of a workbook.

    RefusedError, in French, when it is none.
    """
    if content.startswith(b"PK"):
        return of_rows(workbook.lines(content, workbook.sheets(content)[0]))
    encoding = encodings.detect(content)[0]
    with encodings.opened(content, encoding) as text:
        head = "".join(itertools.islice(text, PREAMBLE))
    separator = max(";\t|,", key=head.count)
    with encodings.opened(content, encoding) as text:
        reader = csv.reader(text, delimiter=separator, strict=True)
        try:
            return of_rows((reader.line_num, row) for row in reader)
        except csv.Error as error:
            raise RefusedError(NOT_A_TABLE) from error


def is_table(titles: Sequence[str]) -> bool:
    """True when these titles are those of a table of statuses: a number, a status, no amount but what was cashed."""
    found = _columns(titles)
    guessed = zip(titles, columns.guess(titles, [[] for _ in titles]), strict=True)
    named = {target for title, (target, _) in guessed if "encaiss" not in plain(title)}
    return "number" in found and "status" in found and not named & _AMOUNTS


def of_rows(rows: Iterable[tuple[int, Sequence[str]]]) -> tuple[StatusRead, ...]:
    """The statuses of the rows of a table, each with its line; the titles are in one of the first lines.

    RefusedError when there is no number, no status, or too many lines.
    """
    places: dict[str, int] = {}
    found: list[StatusRead] = []
    for seen, (line, row) in enumerate(rows):
        if not places:
            places = _columns(row)
            if "number" in places and "status" in places:
                continue
            places = {}
            if seen >= PREAMBLE:
                raise RefusedError(NOT_A_TABLE)
        if not places or not any(cell.strip() for cell in row):
            continue
        if len(found) == MAX_STATUSES:
            raise RefusedError(TOO_MANY)
        found.append(_status(line, {name: row[n].strip() for name, n in places.items() if n < len(row)}))
    if not found:
        raise RefusedError(NO_STATUS if places else NOT_A_TABLE)
    return tuple(found)


def checked(read: StatusRead) -> StatusRead:
    """``read`` with its error when a value every source needs is missing or unknown."""
    if read.error:
        return read
    if not read.number:
        return replace(read, error=NO_NUMBER)
    if read.code not in CODES:
        return replace(read, error=UNKNOWN)
    return read


def _columns(titles: Sequence[str]) -> dict[str, int]:
    """The place of each column, by the first title that names it."""
    known = [plain(title) for title in titles]
    found = {}
    for name, words in TITLES.items():
        place = next((known.index(word) for word in words if word in known), None)
        if place is not None:
            found[name] = place
    if "number" not in found or "status" not in found:
        guessed = [target for target, _ in columns.guess(titles, [[] for _ in titles])]
        places = {"number": "numero", "status": "statut"}
        found |= {
            name: guessed.index(target) for name, target in places.items() if target in guessed and name not in found
        }
        coded = [n for n, title in enumerate(titles) if columns.is_status_code(title)]
        found |= {"status": coded[0]} if coded and "status" not in found else {}
    return found


def _status(line: int, row: dict[str, str]) -> StatusRead:
    errors: list[str] = []

    def taken(name: str, reader: Any, problem: str) -> Any:
        text = row.get(name, "")
        try:
            return reader(text) if text else None
        except ValueError:
            errors.append(problem)
            return None

    status = row.get("status", "")
    read = StatusRead(
        number=" ".join(row.get("number", "").split())[:MAX_NUMBER],
        code=code_of(status) or status[:40],
        on=taken("on", _day, BAD_DATE),
        issued_on=taken("issued_on", _day, BAD_ISSUE_DATE),
        seller_siren=_siren(row.get("seller", "")),
        buyer_siren=_siren(row.get("buyer", "")),
        reason=clean(row.get("reason", "")),
        amount_cents=taken("amount", cells.positive_amount, BAD_AMOUNT),
        currency=taken("currency", cells.currency, BAD_CURRENCY) or "",
        line=line,
    )
    read = checked(read)
    return read if read.error or not errors else replace(read, error=errors[0])


def _day(text: str) -> date:
    """A day, with or without an hour after it."""
    if len(text) > cells.MAX_DAY:
        return cells.day(text[: cells.MAX_DAY])
    return cells.day(re.sub(r"[T ]\s*\d{1,2}[:h]\d{2}.*$", "", text).strip())


def clean(text: str) -> str:
    """A reason on one line, without characters nobody sees, at most MAX_REASON characters."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:MAX_REASON]


def _siren(text: str) -> str:
    digits = "".join(letter for letter in text if letter in "0123456789")
    return digits[:9] if len(digits) in (9, 14) else ""
