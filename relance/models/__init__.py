"""The tables. ``ALL`` lists them in the order in which they can be created."""

from relance.models import accounts, chases, clients, documents, events, invoices, letters, messages, payments

ALL = (
    *accounts.TABLES,
    *clients.TABLES,
    *documents.TABLES,
    *invoices.TABLES,
    *payments.TABLES,
    *chases.TABLES,
    *messages.TABLES,
    *letters.TABLES,
    *events.TABLES,
)
