"""A due date worked out of the words of the terms of payment. It is proposed, with how it was read, never taken."""

from relance.imports.values import InvoiceRead


def proposed(read: InvoiceRead) -> InvoiceRead:
    """``read`` with the date its terms mean, when it has no due date and its terms are understood."""
    return read
