"""Letters to print in tests: Camille writes to a brewery, to a person and to a town hall."""

import dataclasses
from datetime import date
from typing import Any

from relance.letters.facts import Bank, ClaimedInvoice, NoticeFacts, Period, Received, Sender, SentReminder

D = date

SENDER = Sender(
    headline="Camille Roussel EI",
    lines=("Atelier Roussel", "14 rue des Capucins", "69001 Lyon"),
    details=("SIRET 732\u00a0829\u00a0320\u00a000074", "04 65 71 20 20", "camille@atelier-roussel.example"),
    place="Lyon",
    signer="Camille Roussel",
    capacity="Graphiste",
)
BANK = Bank("Camille Roussel", "FR7630006000011234567890189", "AGRIFRPP", "F-2026-0079")
REMINDERS = (
    SentReminder(D(2026, 9, 30), "Rappel", "Facture F-2026-0079", ("F-2026-0079",)),
    SentReminder(D(2026, 10, 8), "Relance 1", "Facture F-2026-0079, deuxième relance", ("F-2026-0079",)),
    SentReminder(D(2026, 10, 23), "Relance 2", "Facture F-2026-0079, troisième relance", ("F-2026-0079",)),
)
ONE_PERIOD = (Period(D(2026, 9, 23), D(2026, 9, 24), D(2026, 11, 23), 61, 1215, 186_000, 3777),)
TWO_PERIODS = (
    Period(D(2026, 6, 20), D(2026, 6, 21), D(2026, 6, 30), 10, 1215, 1_000_000, 3329),
    Period(D(2026, 6, 20), D(2026, 7, 1), D(2026, 11, 23), 146, 1240, 1_000_000, 49_600),
)


def invoice(number: str = "F-2026-0079", **fields: Any) -> ClaimedInvoice:
    """An invoice of 1 860 €, at the rate printed on it, unless ``fields`` say otherwise."""
    values: dict[str, Any] = {
        "number": number,
        "issued_on": D(2026, 8, 24),
        "due_on": (D(2026, 9, 23),),
        "object": "Carte et signalétique d’automne",
        "total_cents": 186_000,
        "received": (),
        "later_cents": 0,
        "principal_cents": 186_000,
        "interest_cents": 3777,
        "fee_cents": 4000,
        "daily_cents": 62,
        "has_contractual_rate": True,
        "periods": ONE_PERIOD,
    }
    return ClaimedInvoice(**values | fields)


def organisation(**fields: Any) -> NoticeFacts:
    """The letter of the mock-up: 1 860,00 + 37,77 + 40,00 = 1 937,77 €."""
    values: dict[str, Any] = {
        "debtor": "organisation",
        "dated_on": D(2026, 11, 23),
        "delay_days": 8,
        "currency": "EUR",
        "sender": SENDER,
        "recipient": ("BRASSERIE DES DEUX RIVES", "COMPTABILITE", "8 QUAI DES BATELIERS", "67000 STRASBOURG"),
        "invoices": (invoice(),),
        "reminders": REMINDERS,
        "claims_interest": True,
        "claims_fee": True,
        "imputation": "principal_first",
        "bank": BANK,
    }
    return NoticeFacts(**values | fields)


def individual(**fields: Any) -> NoticeFacts:
    """A letter to a person: the principal, and the legal rate from its receipt."""
    values: dict[str, Any] = {
        "debtor": "individual",
        "recipient": ("MADAME ODILE PERRIN", "3 RUE DES LILAS", "35000 RENNES"),
        "invoices": (invoice(interest_cents=0, fee_cents=0, daily_cents=0, periods=(), has_contractual_rate=False),),
        "claims_fee": False,
    }
    return dataclasses.replace(organisation(), **values | fields)


def public_body(**fields: Any) -> NoticeFacts:
    """A letter to a town hall, on six lines."""
    values: dict[str, Any] = {
        "debtor": "public",
        "recipient": (
            "MAIRIE DE SAINT ETIENNE DE L OLM",
            "SERVICE DES ACHATS",
            "BATIMENT B",
            "1 PLACE DE L HOTEL DE VILLE",
            "BP 1234",
            "30360 SAINT ETIENNE DE L OLM",
        ),
        "invoices": (invoice(has_contractual_rate=False),),
    }
    return dataclasses.replace(organisation(), **values | fields)


def several() -> NoticeFacts:
    """Four invoices: one across two half-years, one partly paid, one lowered by a credit note, one in two times."""
    received = (Received(D(2026, 10, 3), 50_000),)
    credited = (Received(D(2026, 10, 5), 20_000, is_credit_note=True, number="A-12"),)
    return organisation(
        invoices=(
            invoice(),
            invoice(
                "F-2026-0070",
                due_on=(D(2026, 6, 20),),
                total_cents=1_000_000,
                principal_cents=1_000_000,
                interest_cents=52_929,
                periods=TWO_PERIODS,
                has_contractual_rate=False,
            ),
            invoice("F-2026-0081", received=received, principal_cents=136_000),
            invoice("F-2026-0082", received=credited, later_cents=66_000, principal_cents=100_000),
        ),
        bank=dataclasses.replace(BANK, reference="Brasserie des Deux Rives, 4 factures"),
    )
