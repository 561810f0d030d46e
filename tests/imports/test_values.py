"""The values importers hand over cannot be changed by those who receive them."""

import dataclasses

import pytest

from relance.imports.values import InvoiceRead, Party, RefusedError, UnsafeError


def test_what_was_read_cannot_be_changed() -> None:
    read = InvoiceRead(file="facture.pdf", seller=Party(name="Atelier Roussel"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        read.total_cents = 1  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        read.seller.name = "Autre"  # type: ignore[misc]


def test_nothing_stated_is_nothing_known() -> None:
    read = InvoiceRead(file="facture.pdf")
    assert (read.total_cents, read.prepaid_cents, read.due_on, read.payment_means) == (None, None, None, None)
    assert read.buyer == Party()


def test_what_means_harm_is_refused_too() -> None:
    assert issubclass(UnsafeError, RefusedError)
