"""The tables. ``ALL`` lists them in the order in which they can be created."""

from relance.models import (
    accounts,
    batches,
    chases,
    clients,
    documents,
    events,
    holds,
    invoices,
    letters,
    messages,
    payments,
    quotes,
    sequences,
    templates,
)

ALL = (
    *accounts.TABLES,
    *sequences.TABLES,
    *templates.TABLES,
    *clients.TABLES,
    *documents.TABLES,
    *invoices.TABLES,
    *payments.TABLES,
    *quotes.TABLES,
    *chases.TABLES,
    *holds.TABLES,
    *messages.TABLES,
    *batches.TABLES,
    *letters.TABLES,
    *events.TABLES,
)
