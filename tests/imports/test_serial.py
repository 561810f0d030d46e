"""What was read survives its journey as JSON."""

import json
from datetime import date

from relance.imports import serial
from relance.imports.values import InvoiceRead, Party

WHOLE = InvoiceRead(
    file="f.pdf",
    number="F-1",
    kind="invoice",
    issued_on=date(2026, 11, 2),
    due_on=date(2026, 12, 2),
    currency="EUR",
    total_cents=0,
    due_cents=120_00,
    ibans=("FR7612345678901234567890123", "DE00"),
    seller=Party(name="Atelier", siren="123456789", address=("1 rue", "Lyon")),
    warnings=("Vérifiez.",),
    terms="30 jours fin de mois",
    terms_due_on=date(2026, 12, 31),
    terms_reading="Proposée.",
    credited_number="F-0",
    credited_numbers=("F-0", "F-00"),
    bics=("BREDFRPPXXX",),
    contact="Léa Martin",
    buyer_reference="SERVICE-7",
    instalments=((date(2026, 11, 30), 60_00), (date(2026, 12, 30), 60_00)),
)


def test_a_document_comes_back_as_it_was():
    assert serial.from_json(json.loads(json.dumps(serial.to_json(WHOLE)))) == WHOLE


def test_what_is_not_stated_stays_so():
    empty = InvoiceRead(file="f.pdf")
    assert serial.from_json(serial.to_json(empty)) == empty


def test_a_value_of_a_later_version_is_left_aside():
    assert serial.from_json({"file": "f.pdf", "colour": "red", "buyer": {"name": "B", "rank": 1}}).buyer.name == "B"
