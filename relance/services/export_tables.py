"""The tables of an export: which there are, and their rows, an account's own and by pages."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from peewee import BooleanField, DateTimeField, ForeignKeyField, fn

from relance.db import BaseModel
from relance.models.accounts import Account, Closure, SmtpServer, User
from relance.models.batches import Batch, BatchLine
from relance.models.chases import Chase, ChaseContact, Entry, Skip
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.evidence import Evidence
from relance.models.holds import Dispute, Extension, Hold, Pause, Promise, Reschedule, Task
from relance.models.invoices import Instalment, Invoice
from relance.models.legal_rates import LegalRate
from relance.models.letters import Letter, LetterBatch, LetterEnclosure, LetterInvoice
from relance.models.messages import Message, MessageAttachment, MessageItem
from relance.models.partners import Partner
from relance.models.payment_plans import PaymentPlan, PlanInvoice, PlanPart
from relance.models.payments import Payment
from relance.models.quotes import Quote
from relance.models.sequences import Sequence, SequenceStep
from relance.models.signatures import Signature
from relance.models.templates import Template, TemplateText
from relance.rules.calendar import local_datetime
from relance.rules.wording import french
from relance.services import export_files, export_words
from relance.services.export_columns import COLUMNS

PAGE = 500  # rows read at once

Teller = Callable[[Event], tuple[str, str]]
"""An event → what its kind is called, and what happened, in French."""

NAMES: dict[type[BaseModel], tuple[Any, ...]] = {
    Client: (Client.name,),
    Invoice: (Invoice.number,),
    Quote: (Quote.number,),
    Contact: (Contact.name, Contact.email),
    Sequence: (Sequence.title,),
    User: (User.first_name, User.last_name, User.email),
}
JSON_COLUMNS = frozenset(("data", "to_json", "cc_json", "refused_json", "invoice_ids", "contact_ids", "balances"))
_MAYBE_JSON = frozenset(("facts", "words"))


@dataclass(frozen=True)
class Table:
    """One table: its key in the JSON and the name of its CSV, its rows, its title.

    ``parent`` names the column that leads to the account when the table has none; ``currency`` the one that leads to
    the currency of its amounts.
    """

    key: str
    file: str
    title: str
    model: type[BaseModel]
    parent: str = ""
    currency: str = ""

    @property
    def titles(self) -> list[str]:
        """The French titles of the columns, in the order of ``Row.cells``."""
        found = []
        for name, title in self.shown.items():
            found.append(title)
            if _names_of(self.model._meta.fields[name]):
                found.append(f"{title} (identifiant)")
        found += ["Devise"] if self.currency else []
        found += ["Chemin"] if self.model in export_files.PATHS else []
        found += ["Ce qui s'est passé"] if self.model is Event else []
        return [french(title) for title in found]

    @property
    def shown(self) -> dict[str, str]:
        """The columns that a person reads, with their titles as they are declared: not those of programs."""
        columns = COLUMNS[self.model].items()
        return {name: title for name, title in columns if (self.model, name) not in export_words.ONLY_JSON}


@dataclass(frozen=True)
class Row:
    """One row: ``cells`` as a spreadsheet shows them (see ``export_cells``), ``record`` as the JSON has it."""

    cells: list[Any]
    record: dict[str, Any]


TABLES = (
    Table("account", "reglages.csv", "Réglages", Account),
    Table("users", "utilisateurs.csv", "Utilisateurs", User),
    Table("smtp_servers", "serveur-d-envoi.csv", "Serveur d’envoi", SmtpServer),
    Table("closures", "fermetures.csv", "Fermetures", Closure),
    Table("clients", "clients.csv", "Clients", Client),
    Table("contacts", "interlocuteurs.csv", "Interlocuteurs", Contact),
    Table("invoices", "factures-detail.csv", "Factures", Invoice),
    Table("instalments", "echeances.csv", "Échéances", Instalment, currency="invoice"),
    Table("payments", "reglements.csv", "Règlements", Payment, currency="invoice"),
    Table("quotes", "devis.csv", "Devis", Quote),
    Table("sequences", "sequences.csv", "Séquences", Sequence),
    Table("sequence_steps", "etapes-des-sequences.csv", "Étapes des séquences", SequenceStep, "sequence"),
    Table("templates", "modeles.csv", "Modèles", Template),
    Table("template_texts", "textes-des-modeles.csv", "Textes des modèles", TemplateText),
    Table("chases", "suivis.csv", "Suivis (relances activées)", Chase),
    Table("chase_contacts", "destinataires-des-suivis.csv", "Destinataires des suivis", ChaseContact, "chase"),
    Table("entries", "reprises-des-suivis.csv", "Reprises des suivis", Entry, "chase"),
    Table("skips", "relances-passees.csv", "Relances passées", Skip, "chase"),
    Table("holds", "relances-retenues.csv", "Relances retenues", Hold, "chase"),
    Table("reschedules", "relances-deplacees.csv", "Relances déplacées", Reschedule, "chase"),
    Table("messages", "messages.csv", "Messages (relances envoyées)", Message),
    Table("message_items", "factures-des-messages.csv", "Factures des messages", MessageItem, "message", "invoice"),
    Table("message_attachments", "pieces-jointes.csv", "Pièces jointes", MessageAttachment, "message"),
    Table("letters", "courriers.csv", "Courriers", Letter),
    Table(
        "letter_invoices", "factures-des-courriers.csv", "Factures des courriers", LetterInvoice, "letter", "invoice"
    ),
    Table("letter_enclosures", "pieces-des-courriers.csv", "Pièces des courriers", LetterEnclosure, "letter"),
    Table("letter_batches", "lots-de-courriers.csv", "Lots de courriers", LetterBatch),
    Table("signatures", "signatures.csv", "Signatures", Signature),
    Table("evidence", "pieces.csv", "Pièces des dossiers", Evidence),
    Table("promises", "promesses.csv", "Promesses", Promise, currency="invoice"),
    Table("disputes", "litiges.csv", "Litiges", Dispute),
    Table("pauses", "suspensions.csv", "Suspensions", Pause),
    Table("extensions", "delais-accordes.csv", "Délais accordés", Extension),
    Table("payment_plans", "echeanciers.csv", "Échéanciers", PaymentPlan),
    Table("plan_invoices", "factures-des-echeanciers.csv", "Factures des échéanciers", PlanInvoice, "plan"),
    Table("plan_parts", "parts-des-echeanciers.csv", "Parts des échéanciers", PlanPart, "plan", "plan"),
    Table("tasks", "taches.csv", "Tâches", Task),
    Table("batches", "envois-groupes.csv", "Envois groupés", Batch),
    Table("batch_lines", "lignes-des-envois-groupes.csv", "Lignes des envois groupés", BatchLine, "batch"),
    Table("partners", "partenaires.csv", "Partenaires", Partner),
    Table("legal_rates", "taux-saisis.csv", "Taux légaux saisis", LegalRate),
    Table("documents", "fichiers.csv", "Fichiers", Document),
    Table("events", "journal.csv", "Journal", Event),
)


def rows_of(account: Account, table: Table, tell: Teller | None = None) -> Iterator[list[Row]]:
    """The rows of a table of this account, by pages, in the order of their ids. ``tell`` puts events in words."""
    has_templates = any((table.model, name) in export_words.TEMPLATES for name in COLUMNS[table.model])
    templates = export_words.templates_of(account) if has_templates else {}
    last = 0
    while True:
        query = _own(account, table).where(table.model.id > last).order_by(table.model.id).limit(PAGE)
        found = list(query)
        if found:
            page = _Page(account, table, found, tell or _untold, templates)
            yield [page.row(one) for one in found]
        if len(found) < PAGE:
            return
        last = found[-1].id


def number_read(account: Account, model: type[BaseModel]) -> Any:
    """The query of the rows of a table that has the account on each, to count them."""
    return _own(account, next(table for table in TABLES if table.model is model))


def _own(account: Account, table: Table) -> Any:
    model: Any = table.model
    if model is Account:
        return Account.select().where(Account.id == account.id)
    if table.parent:
        link = model._meta.fields[table.parent]
        owner: Any = link.rel_model
        # Row by row: the pages stay in the order of the ids, whatever the planner thinks of the parents.
        return model.select().where(
            fn.EXISTS(owner.select(owner.id).where(owner.id == link, owner.account == account, *_shown(owner)))
        )
    return model.select().where(model.account == account, *_shown(model))


def _shown(model: type[BaseModel]) -> tuple[Any, ...]:
    """E-mails to the user hold links that open the account: only those to clients leave."""
    return (Message.client.is_null(False),) if model is Message else ()


def _untold(event: Event) -> tuple[str, str]:
    return str(event.kind), str(event.kind)


def _names_of(column: Any) -> tuple[Any, ...]:
    return NAMES.get(column.rel_model, ()) if isinstance(column, ForeignKeyField) else ()


@dataclass
class _Page:
    """A page of rows, with what their links are called."""

    account: Account
    table: Table
    found: list[Any]
    tell: Teller
    templates: export_words.Words
    names: dict[str, dict[int, str]] = field(default_factory=dict)
    currencies: dict[int, str] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the names of the links of the whole page, a query for each column."""
        for name in COLUMNS[self.table.model]:
            column = self.table.model._meta.fields[name]
            if shown := _names_of(column):
                self.names[name] = {
                    row[0]: _joined(column.rel_model, row[1:]) for row in self._linked(column, *shown).tuples()
                }
        if self.table.currency:
            column = self.table.model._meta.fields[self.table.currency]
            self.currencies = dict(self._linked(column, column.rel_model.currency).tuples())
        if self.table.model in export_files.PATHS:
            self.paths = export_files.PATHS[self.table.model](self.account, self.found)

    def _linked(self, column: Any, *shown: Any) -> Any:
        linked = column.rel_model
        ids = {key for one in self.found if (key := getattr(one, column.object_id_name)) is not None}
        return linked.select(linked.id, *shown).where(linked.id.in_(sorted(ids)), linked.account == self.account)

    def row(self, one: Any) -> Row:
        """A row in both forms."""
        cells: list[Any] = []
        record: dict[str, Any] = {}
        told = self.tell(one) if self.table.model is Event else ("", "")
        for name in COLUMNS[self.table.model]:
            column = self.table.model._meta.fields[name]
            value = one.__data__[name]
            record[column.column_name.removesuffix("_json")] = as_json(name, value)
            if (self.table.model, name) in export_words.ONLY_JSON:
                continue
            if name in self.names:
                cells += [self.names[name].get(value, ""), value]
            elif self.table.model is Event and name == "kind":
                cells.append(told[0])
            else:
                cells.append(self._cell(column, name, value))
        if self.table.currency:
            record["currency"] = self.currencies.get(one.__data__[self.table.currency], "")
            cells.append(record["currency"])
        if self.table.model in export_files.PATHS:
            record["path"] = self.paths.get(one.id)
            cells.append(record["path"])
        if self.table.model is Event:
            cells.append(told[1])
        return Row(cells, record)

    def _cell(self, column: Any, name: str, value: Any) -> Any:
        if value is None:
            return None
        if name.endswith("_cents"):
            return (value,)
        if name.endswith("_bp"):
            return f"{value // 100},{value % 100:02d}"
        if isinstance(column, DateTimeField):
            return local_datetime(value, self.account.time_zone).replace(tzinfo=None)
        if isinstance(column, BooleanField):
            return "oui" if value else "non"
        return export_words.readable((self.table.model, name), value, self.templates)


def as_json(name: str, value: Any) -> Any:
    """A value as the JSON has it: cents and ids are integers, dates ISO, instants ISO in UTC with « Z »."""
    if isinstance(value, dt.datetime):
        return f"{value.isoformat()}Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str) and (name in JSON_COLUMNS or (name in _MAYBE_JSON and value[:1] in ("{", "["))):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _joined(model: type[BaseModel], texts: tuple[str, ...]) -> str:
    if model is User:
        return f"{texts[0]} {texts[1]}".strip() or texts[2]
    return next((text for text in texts if text), "")
