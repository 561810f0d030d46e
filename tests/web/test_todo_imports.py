"""« À traiter », an import to check: what its line says and leads to."""

import json

from relance.models.imports import ImportRun
from tests.services.importing_rows import make_run
from tests.web.reading import css, page, words


def test_the_line_names_the_files_says_what_waits_and_leads_to_the_check(client, account):
    # Nothing was ever recorded: the first steps are shown too, and do not hide what waits.
    run = make_run(account, "ready", ("lot.zip", "lot.zip/a.pdf", "b.csv"))
    figures = {"create": 1_200, "update": 1, "same": 3, "fix": 2}
    ImportRun.update(counts_json=json.dumps(figures)).where(ImportRun.id == run.id).execute()
    [line] = css(page(client, "/tableau-de-bord"), "#todo .todo > li")
    said = words(line).replace("\u202f", " ")
    assert "lot.zip et un autre fichier : 1 200 à créer, une à mettre à jour, 3 ignorées, 2 à corriger." in said
    assert css(line, '[data-s="warn"]')
    assert css(line, f'a[href="/factures/importer/{run.id}"]')
    assert css(line, f'a[hx-get="/factures/importer/{run.id}/abandonner"][hx-target="#fenetre"]')
    assert css(page(client, f"/factures/importer/{run.id}/abandonner"), 'form input[name="confirme"]')
