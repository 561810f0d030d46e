"""The tables. ``ALL`` lists them in the order in which they can be created."""

from relance.models import (
    accounts,
    chases,
    clients,
    documents,
    events,
    holds,
    invoices,
    letters,
    messages,
    payments,
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
    *chases.TABLES,
    *holds.TABLES,
    *messages.TABLES,
    *letters.TABLES,
    *events.TABLES,
)
