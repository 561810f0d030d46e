"""Imports of invoices: what was given, what each document would become, and what was written.

Everything is a row before anything is decided, so that fifty thousand lines need no memory, a worker that dies
goes on where it was, and a person who closes the page finds it again.
"""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from relance.db import BaseModel
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.invoices import Invoice

# In order: files become rows, rows are compared with what is recorded, a person looks, rows become invoices.
STATES = ("reading", "checking", "ready", "writing", "done", "undoing", "undone", "refused", "discarded")
SOURCES = ("upload", "folder", "command")
ACTIONS = ("create", "update", "same", "different", "fix", "aside")
REMINDERS = ("off", "sequences")


class ImportRun(BaseModel):
    """One import: some files given together. ``key`` is unique: the same form sent twice is the same import.

    ``reminders``: « off » (the invoices wait for a choice), or « sequences » (each follows its client's sequence).
    ``is_whole``: a file with a row to fix is not imported at all. ``takes_seller``: the person said that a seller's
    name that is not the account's is hers. ``choices_json``: the client chosen for a name close to others
    ({debtor: client id, or 0 for a new one}). ``counts_json``: the figures of the last check. ``n_done`` of
    ``n_rows`` in the present state. ``claimed_until``: a run of work holds it until then (UTC).
    """

    account = ForeignKeyField(Account, backref="import_runs", on_delete="CASCADE")
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    source = CharField(default="upload")
    state = CharField(default="reading")
    key = CharField(null=True, unique=True)
    reminders = CharField(default="off")
    is_whole = BooleanField(default=False)
    takes_seller = BooleanField(default=False)
    choices_json = TextField(default="{}")
    counts_json = TextField(default="{}")
    n_rows = IntegerField(default=0)
    n_done = IntegerField(default=0)
    error = TextField(default="")  # a French sentence
    version = IntegerField(default=1)  # bumped by every change a person makes before confirming
    claimed_until = DateTimeField(null=True)
    created_at = DateTimeField()
    confirmed_at = DateTimeField(null=True)
    finished_at = DateTimeField(null=True)
    undone_at = DateTimeField(null=True)

    class Meta:
        indexes = ((("account", "id"), False), (("state", "id"), False))


class ImportFile(BaseModel):
    """A file of an import, or a member of a ZIP. ``format``: facturx, cii, ubl, pdf, csv, xlsx, cdar, statuses, or ''.

    ``table_json`` says how a table is read (columns, separator, encoding, order of dates…): see
    ``relance.imports.tables``. ``error``, a French sentence: nothing could be read in it.
    """

    run = ForeignKeyField(ImportRun, backref="files", on_delete="CASCADE")
    position = IntegerField()
    name = CharField()
    format = CharField(default="")
    document = ForeignKeyField(Document, null=True, on_delete="SET NULL")
    table_json = TextField(default="{}")
    warnings_json = TextField(default="[]")
    error = TextField(default="")
    is_read = BooleanField(default=False)  # its rows are all there
    n_rows = IntegerField(default=0)

    class Meta:
        indexes = ((("run", "position"), True),)


class ImportRow(BaseModel):
    """One document to import: a line of a table, or an electronic invoice.

    ``cells_json``: the cells of a table, by canonical column, as written. ``read_json``: what was read in an
    electronic invoice. ``fixes_json``: what the person corrected, by canonical column. ``document``: the file to keep
    with the invoice. ``action`` is one of ACTIONS, with ``problems_json`` ([column, value, reason]), ``warnings_json``
    and ``differences_json`` (French sentences). ``accepts``: what differs is to be taken from the file.
    ``is_aside``: the person leaves it out. ``debtor`` tells the client it names from others of the run. ``invoice``:
    the one it is the same as, or the one it made. ``written``: « created » or « updated », with ``before_json`` what
    undoing needs. Amounts are cents of ``currency``.
    """

    run = ForeignKeyField(ImportRun, backref="rows", on_delete="CASCADE")
    file = ForeignKeyField(ImportFile, backref="rows", on_delete="CASCADE")
    position = BigIntegerField()  # a million places for each file
    line = IntegerField(default=0)
    number = CharField(default="")
    kind = CharField(default="")
    issued_on = DateField(null=True)
    due_on = DateField(null=True)
    total_cents = BigIntegerField(default=0)
    paid_cents = BigIntegerField(default=0)
    currency = CharField(default="")
    state = CharField(default="sent")  # what the invoice would be: draft, to_process, sent, paid, cancelled
    cells_json = TextField(default="{}")
    read_json = TextField(default="{}")
    fixes_json = TextField(default="{}")
    document = ForeignKeyField(Document, null=True, on_delete="SET NULL")
    action = CharField(default="")
    accepts = BooleanField(default=False)
    is_aside = BooleanField(default=False)
    problems_json = TextField(default="[]")
    warnings_json = TextField(default="[]")
    differences_json = TextField(default="[]")
    debtor = CharField(default="")
    client_name = CharField(default="")
    client = ForeignKeyField(Client, null=True, on_delete="SET NULL")
    looks_like_json = TextField(default="[]")  # ids of clients of a close name
    invoice = ForeignKeyField(Invoice, null=True, on_delete="SET NULL")
    written = CharField(default="")
    before_json = TextField(default="{}")

    class Meta:
        indexes = (
            (("run", "position"), True),
            (("run", "action", "position"), False),
            (("run", "number"), False),
            (("run", "debtor"), False),
        )


class ColumnMap(BaseModel):
    """How an account read a table with these headers: the next file with the same ones is read alike."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    headers = CharField()  # a digest of the titles in their order
    table_json = TextField()
    used_at = DateTimeField()

    class Meta:
        indexes = ((("account", "headers"), True),)


TABLES = (ImportRun, ImportFile, ImportRow, ColumnMap)
