"""The words of the check page of an import: files, columns, rows to correct."""

import json

import pytest
from flask import Flask

from relance.models.accounts import Account
from relance.models.imports import ImportFile, ImportRow
from relance.web import import_shown
from tests.data import making
from tests.services import import_made


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Montant TTC", "ligne 2, montant TTC"),
        ("SIREN ou SIRET du client", "ligne 2, SIREN ou SIRET du client"),
        ("E-mail du contact", "ligne 2, e-mail du contact"),
    ],
)
def test_a_label_keeps_its_initials_inside_a_sentence(label: str, inside: str) -> None:
    assert f"ligne 2, {import_shown._inside(label)}" == inside


def test_a_row_says_where_it_is_what_is_wrong_and_the_rest_of_its_line(app: Flask, account: Account) -> None:
    content = making.csv("F-1;Perrin;02/11/2026;", "F-2;Perrin;hier;devis")
    run = import_made.given(account, ("factures.csv", content), ("autre.csv", making.csv("F-9;Perrin;02/11/2026;1")))
    files = {file.id: file for file in ImportFile.select().where(ImportFile.run == run)}
    one, two = list(
        ImportRow.select().where(ImportRow.run == run, ImportRow.action == "fix").order_by(ImportRow.position)
    )
    with app.test_request_context():
        shown = import_shown.to_fix(one, files, None)
        assert shown.where == "Ligne 2, factures.csv, montant TTC"
        assert [(fix.id, fix.kind, fix.value) for fix in shown.fixes] == [(f"fix-{one.id}-montant_ttc", "amount", "")]
        assert shown.fixes[0].reason.startswith("Cellule vide.")
        assert ("Client", "Perrin") in shown.others
        both = import_shown.to_fix(two, files, None)
    assert both.where == "Ligne 3, factures.csv"
    assert {fix.label: fix.value for fix in both.fixes} == {"Date de facture": "hier", "Montant TTC": "devis"}


def test_a_word_that_is_not_known_is_chosen_from_a_list_that_keeps_it(app: Flask, account: Account) -> None:
    content = making.csv(
        "F-1;Perrin;02/11/2026;10;perdue de vue", header="numero;client;date_emission;montant_ttc;statut"
    )
    run = import_made.given(account, ("factures.csv", content))
    row = ImportRow.get(ImportRow.run == run)
    assert json.loads(row.problems_json)[0][0] == "statut"
    with app.test_request_context():
        fix = import_shown.to_fix(row, {row.file_id: row.file}, None).fixes[0]
    assert fix.options[0] == ("perdue de vue", "perdue de vue")
    assert ("payee", "Payée") in fix.options
