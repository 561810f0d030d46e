"""Relance: polite reminders for unpaid invoices, exactly once, until the money is in."""

__version__ = "0.1.0"
