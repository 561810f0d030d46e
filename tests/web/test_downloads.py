"""The signed address of a file: it opens without an account, and no other does."""

import pytest

from relance import links
from tests import factories


@pytest.fixture
def document(account):
    return factories.make_document(account, b"%PDF-1.7 facture", "F-2026-0087.pdf")


def path_of(document):
    return links.url_of(document.id, document.sha256).partition("//")[2].partition("/")[2]


def test_a_client_downloads_the_invoice_without_an_account(stranger, document):
    answer = stranger.get(f"/{path_of(document)}")
    assert (answer.status_code, answer.data) == (200, b"%PDF-1.7 facture")
    assert "F-2026-0087.pdf" in answer.headers["Content-Disposition"]
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_an_address_that_was_not_signed_here_is_not_found(stranger, document):
    other = factories.make_document(document.account, b"%PDF-1.7 autre", "autre.pdf")
    signature = path_of(document).partition("-")[2]
    for path in (f"telecharger/{other.id}-{signature}", f"telecharger/{document.id}-x", f"telecharger/999-{signature}"):
        assert stranger.get(f"/{path}").status_code == 404


def test_only_invoices_are_given_so(stranger, account):
    letter = factories.make_document(account, b"%PDF-1.7 lettre", "lettre.pdf", kind="letter")
    assert stranger.get(f"/{path_of(letter)}").status_code == 404


@pytest.mark.parametrize("number", [2**31, 2**63 - 1, 2**63, 10**40])
def test_a_number_that_no_row_can_have_is_not_found(stranger, document, number):
    assert stranger.get(f"/telecharger/{number}-abc").status_code == 404


def test_a_file_that_is_gone_is_not_found(stranger, document, data_dir):
    (data_dir / "files" / document.sha256[:2] / document.sha256).unlink()
    assert stranger.get(f"/{path_of(document)}").status_code == 404
