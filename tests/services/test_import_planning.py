"""The dry run: what each document would become."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.services.import_planning import Item
from relance.services.importing import plan
from tests import factories
from tests.data import making
from tests.services.import_made import csv_lines, pdf_line

HEADER = "numero;type;client;client_siren;date_emission;date_echeance;montant_ttc;devise;facture_liee"


def planned(account: Account, *lines: str, header: str = HEADER) -> list[Item]:
    return plan(account, csv_lines(making.csv(*lines, header=header)), factories.TODAY)


def actions(found: list[Item]) -> list[str]:
    return [item.action for item in found]


def new_clients(found: list[Item]) -> list[str]:
    created = [item.debtor for item in found if item.action == "create" and item.debtor is not None]
    return list(dict.fromkeys(debtor.name for debtor in created if debtor.is_new))


def reasons(found: list[Item]) -> list[str]:
    return [problem.reason for item in found for problem in item.problems]


@pytest.mark.requirement("S3.6")
def test_a_dry_run_counts_and_writes_nothing(account: Account) -> None:
    found = plan(account, csv_lines(making.factures()), factories.TODAY)
    assert actions(found) == ["create"] * 5
    assert new_clients(found) == [
        "Maison Vauquelin",
        "Mairie de Sainte-Aube",
        "Odile Perrin",
    ]
    assert Client.select().count() == Invoice.select().count() == 0


def test_what_is_recorded_already_is_ignored(account: Account, latitude: Client) -> None:
    factories.make_invoice(latitude, "F-1", due_on=dt.date(2026, 12, 2), total_cents=1_000)
    found = planned(account, "F-1;;Latitude Conseil;;02/11/2026;02/12/2026;10;;")
    assert actions(found) == ["same"]
    assert new_clients(found) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("F-1;;Latitude Conseil;;02/11/2026;02/12/2026;12;;", "Total : 12,00 € ici, 10,00 € dans Relance."),
        ("F-1;;Latitude Conseil;;02/11/2026;03/12/2026;10;;", "Échéance"),
        ("F-1;;Autre client;;02/11/2026;02/12/2026;10;;", "Client : Autre client ici, Latitude Conseil dans Relance."),
    ],
)
def test_what_is_recorded_otherwise_is_shown_and_not_written(
    account: Account, latitude: Client, line: str, told: str
) -> None:
    factories.make_invoice(latitude, "F-1", due_on=dt.date(2026, 12, 2), total_cents=1_000)
    found = planned(account, line)
    assert actions(found) == ["different"]
    assert any(told in warning.replace("\u00a0", " ") for warning in found[0].differences)
    assert new_clients(found) == []


def test_a_payment_recorded_since_is_not_a_difference(account: Account, latitude: Client) -> None:
    factories.make_invoice(latitude, "F-1", due_on=dt.date(2026, 12, 2), total_cents=1_000, paid_cents=1_000)
    assert actions(planned(account, "F-1;;Latitude Conseil;;02/11/2026;02/12/2026;10;;")) == ["same"]


def test_the_same_number_on_another_date_is_accepted_with_a_warning(account: Account, latitude: Client) -> None:
    factories.make_invoice(latitude, "F-1", due_on=dt.date(2025, 12, 2), total_cents=1_000)
    found = planned(account, "F-1;;Latitude Conseil;;02/11/2026;02/12/2026;10;;")
    assert actions(found) == ["create"]
    assert any("sert déjà" in warning for warning in found[0].warnings)


def test_a_line_repeated_in_the_file_is_counted_once(account: Account) -> None:
    line = "F-1;;Latitude Conseil;;02/11/2026;02/12/2026;10;;"
    found = planned(account, line, "F-2;;Latitude Conseil;;02/11/2026;02/12/2026;10;;", line)
    assert actions(found) == ["create", "create", "same"]
    assert "Identique à la ligne 2" in found[2].warnings[0]


def test_a_number_repeated_with_other_values_is_to_fix_and_names_the_line(account: Account) -> None:
    found = planned(
        account,
        "F-1;;Latitude Conseil;;02/11/2026;02/12/2026;10;;",
        "F-1;;Latitude Conseil;;02/11/2026;02/12/2026;20;;",
    )
    assert actions(found) == ["create", "fix"]
    assert "la ligne 2" in reasons(found)[0]


def test_a_credit_note_is_tied_to_an_invoice_of_the_file_even_written_after_it(account: Account) -> None:
    found = planned(account, "A-1;avoir;Latitude;;10/11/2026;;5;;F-1", "F-1;;Latitude;;02/11/2026;;10;;")
    assert actions(found) == ["create", "create"]
    assert found[0].credited == "F-1"


def test_a_credit_note_is_tied_to_an_invoice_already_recorded(account: Account, latitude: Client) -> None:
    factories.make_invoice(latitude, "F-1")
    found = planned(account, "A-1;avoir;Latitude Conseil;;10/11/2026;;5;;F-1")
    assert (found[0].action, found[0].credited) == ("create", "F-1")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["A-1;avoir;Latitude;;10/11/2026;;5;;F-404"], "n'existe ni dans Relance ni dans ce fichier"),
        (
            ["F-1;;Vauquelin;;02/11/2026;;10;;", "A-1;avoir;Latitude;;10/11/2026;;5;;F-1"],
            "d'un autre client, ou dans une autre devise",
        ),
        (
            ["F-1;;Latitude;;02/11/2026;;10;CHF;", "A-1;avoir;Latitude;;10/11/2026;;5;EUR;F-1"],
            "d'un autre client, ou dans une autre devise",
        ),
        (["F-1;;Latitude;;hier;;10;;", "A-1;avoir;Latitude;;10/11/2026;;5;;F-1"], "n'existe ni dans Relance"),
    ],
)
def test_a_credit_note_without_its_invoice_is_to_fix(account: Account, lines: list[str], told: str) -> None:
    found = planned(account, *lines)
    assert found[-1].action == "fix"
    assert told in found[-1].problems[0].reason


def test_a_client_named_only_by_bad_lines_is_not_new(account: Account) -> None:
    found = planned(account, "F-1;;Latitude;;hier;;10;;", "A-1;avoir;Vauquelin;;10/11/2026;;5;;F-404")
    assert actions(found) == ["fix", "fix"]
    assert new_clients(found) == []


WORDLESS = {"Paiement à 30 jours": "Voir conditions générales"}


def pdf_plan(account: Account, takes_any_seller: bool = False, **changes: str) -> list[Item]:
    line = pdf_line(making.facturx(**changes))
    return plan(account, [line], factories.TODAY, takes_any_seller=takes_any_seller)


def test_someone_else_s_invoice_is_refused_or_told(account: Account) -> None:
    theirs = {
        "Atelier Roussel": "Hôtel des Cimes",
        "73282932000074": "55208131766522",
        "FR44732829320": "FR03552081317",
    }
    refused = pdf_plan(account, **theirs)
    assert actions(refused) == ["fix"]
    assert "Hôtel des Cimes, pas par Atelier Roussel" in reasons(refused)[0]
    told = pdf_plan(account, takes_any_seller=True, **theirs)
    assert actions(told) == ["create"]
    assert any("Hôtel des Cimes" in warning for warning in told[0].warnings)


def test_without_a_due_date_the_account_s_delay_is_used_and_told(account: Account) -> None:
    day = '<udt:DateTimeString format="102">20261101</udt:DateTimeString>'
    found = pdf_plan(account, **{f"<ram:DueDateDateTime>{day}</ram:DueDateDateTime>": "", **WORDLESS})
    assert found[0].wanted is not None
    assert found[0].wanted.due_on == dt.date(2026, 11, 1)
    assert any("30 jours après l'émission" in warning for warning in found[0].warnings)


def test_a_client_s_own_delay_comes_first(account: Account) -> None:
    factories.make_client(account, "Maison Vauquelin", siren="552081317", payment_days=45)
    day = '<udt:DateTimeString format="102">20261101</udt:DateTimeString>'
    found = pdf_plan(account, **{f"<ram:DueDateDateTime>{day}</ram:DueDateDateTime>": "", **WORDLESS})
    assert found[0].wanted is not None
    assert found[0].wanted.due_on == dt.date(2026, 11, 16)


def test_the_words_of_the_terms_come_before_the_account_s_delay_and_are_told(account: Account) -> None:
    day = '<udt:DateTimeString format="102">20261101</udt:DateTimeString>'
    told = {f"<ram:DueDateDateTime>{day}</ram:DueDateDateTime>": "", "Paiement à 30 jours": "Paiement à 45 jours"}
    found = pdf_plan(account, **told)
    assert found[0].wanted is not None
    assert found[0].wanted.due_on == dt.date(2026, 11, 16)
    assert any("Date proposée" in warning and "45 jours" in warning for warning in found[0].warnings)


def test_a_negative_correction_becomes_a_credit_note(account: Account) -> None:
    found = pdf_plan(
        account,
        **{
            "<ram:TypeCode>380<": "<ram:TypeCode>384<",
            "<ram:GrandTotalAmount>1800.00": "<ram:GrandTotalAmount>-1800.00",
            "<ram:DuePayableAmount>1500.00": "<ram:DuePayableAmount>-1800.00",
        },
    )
    wanted = found[0].wanted
    assert wanted is not None
    assert (wanted.kind, wanted.total_cents, wanted.paid_cents) == ("credit_note", 180_000, 0)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<ram:ID>F-2026-0101</ram:ID>", "<ram:ID/>", "numéro"),
        ("<ram:Name>Maison Vauquelin</ram:Name>", "", "nom du client"),
        ("20261002", "hier", "date d'émission"),
        ("20261002", "19991002", "année"),
        ("<ram:GrandTotalAmount>1800.00", "<ram:GrandTotalAmount>0.00", "rien à encaisser"),
        (
            "<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>",
            "<ram:InvoiceCurrencyCode>JPY</ram:InvoiceCurrencyCode>",
            "devise",
        ),
    ],
)
def test_what_an_invoice_cannot_do_without_is_to_fix(account: Account, old: str, new: str, told: str) -> None:
    found = pdf_plan(account, **{old: new})
    assert actions(found) == ["fix"]
    assert any(told in reason for reason in reasons(found))


def test_money_without_a_date_is_told_with_the_day_it_is_noted_at(account: Account) -> None:
    header = "numero;client;date_emission;montant_ttc;deja_regle"
    (item,) = planned(account, "F-1;Vauquelin;02/11/2026;100;40", header=header)
    told = [warning.replace("\u00a0", " ") for warning in item.warnings]
    assert "Sans date de paiement : 40,00 € seront notés au 2 nov. 2026." in told
