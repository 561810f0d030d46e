import datetime as dt

import pytest

from relance.imports import cdar, statuses
from relance.imports.values import RefusedError, UnsafeError
from tests.imports.status_files import message, reference

DAY = dt.date(2026, 11, 20)


def only(*references, **options):
    (found,) = cdar.read(message(*references, **options))
    return found


def test_a_message_gives_the_invoice_the_status_the_day_and_the_reason():
    read = only(reference("F-2026-0101", "210", reason="Prestation non conforme", code="NON_CONFORME"))
    assert (read.number, read.code, read.on) == ("F-2026-0101", "210", DAY)
    assert (read.issued_on, read.seller_siren) == (dt.date(2026, 11, 2), "732829320")
    assert (read.reason, read.error) == ("Prestation non conforme", "")


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"code": "TX_TVA_ERR"}, "taux de TVA erroné"),
        ({"code": "SOMETHING_NEW"}, "SOMETHING_NEW"),
        ({"code": "AUTRE", "note": "Le bon de commande manque"}, "Le bon de commande manque"),
        ({"code": "AUTRE"}, ""),
    ],
)
def test_a_reason_given_by_its_code_is_worded(extra, said):
    assert only(reference("F-1", "207", **extra)).reason == said


def test_what_was_cashed_is_summed_over_the_rates_of_vat_with_its_own_day():
    read = only(reference("F-1", "212", amounts=("1200.00", "55.5"), paid="20261118"))
    assert (read.amount_cents, read.currency, read.on, read.paid_on) == (125_550, "EUR", DAY, dt.date(2026, 11, 18))


@pytest.mark.parametrize("amounts", [("-12.00",), ("0",), ("douze",), ("1e9",), ("NaN",)])
def test_an_amount_that_takes_back_or_cannot_be_read_is_a_problem(amounts):
    assert only(reference("F-1", "212", amounts=amounts)).error == cdar.BAD_AMOUNT


def test_one_message_may_name_several_invoices():
    read = cdar.read(message(reference("F-1", "205"), reference("F-2", "213", reason="SIREN inconnu")))
    assert [(one.number, one.code, one.line) for one in read] == [("F-1", "205", 1), ("F-2", "213", 2)]


@pytest.mark.parametrize(
    "date",
    ["20261120", "20261120153000", "202611201530", "2026-11-20", "2026-11-20T15:30:00+01:00"],
)
def test_dates_come_in_several_formats_and_prefixes_do_not_matter(date):
    content = message(reference("F-1", "204"), date=date).replace(b"ram:", b"x:").replace(b":ram=", b":x=")
    assert cdar.read(content)[0].on == DAY


def test_a_status_written_in_the_detail_alone_is_read():
    assert only(reference("F-1", "", detail_code="207", reason="Montant")).code == "207"


def test_an_unknown_status_and_a_missing_number_are_problems_never_guesses():
    assert only(reference("F-1", "601")).error == statuses.UNKNOWN
    assert only(reference("", "210")).error == statuses.NO_NUMBER


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"<Invoice xmlns='urn:oasis'/>", RefusedError),
        (b"<CrossDomainAcknowledgementAndResponse/>", RefusedError),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", UnsafeError),
        (b"<a", RefusedError),
    ],
)
def test_what_is_no_such_message_is_refused(content, error):
    with pytest.raises(error):
        cdar.read(content)


def test_a_message_of_thousands_of_invoices_is_refused(monkeypatch):
    monkeypatch.setattr(statuses, "MAX_STATUSES", 2)
    with pytest.raises(RefusedError):
        cdar.read(message(*[reference(f"F-{n}", "200") for n in range(3)]))


@pytest.mark.parametrize("role", ["SR", "II", "DP"])
def test_who_issued_the_invoice_is_its_seller_whatever_its_role(role):
    content = message(reference("F-1", "212", amounts=("10.00",)))
    other = content.replace(b"RoleCode>SE<", f"RoleCode>{role}<".encode())
    assert other != content
    assert cdar.read(other)[0].seller_siren == "732829320"
