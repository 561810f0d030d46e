"""What the check page of an import gathers: few questions, whatever its size, and a page at a time."""

import lxml.html
import pytest
from flask.testing import FlaskClient

from relance.models.accounts import Account
from relance.models.imports import ImportRow
from relance.services import import_counts
from relance.web import import_page
from tests.counting import counted
from tests.data import making
from tests.services import import_made


@pytest.mark.parametrize("size", [50, 5_000])
def test_the_page_asks_few_questions_whatever_the_size(client: FlaskClient, account: Account, size: int) -> None:
    lines = [f"F-{n};Client {n % 30};02/11/2026;{'dix' if n % 2 else '10,00'}" for n in range(120)]
    run = import_made.given(account, ("factures.csv", making.csv(*lines)))
    if size > 120:
        row = ImportRow.select().where(ImportRow.run == run, ImportRow.action == "create").dicts().first()
        del row["id"]
        places = range(row["position"] + 1_000, row["position"] + 1_000 + size)
        more = [row | {"position": place, "number": f"X-{place}"} for place in places]
        for start in range(0, len(more), 100):
            ImportRow.insert_many(more[start : start + 100]).execute()
        import_counts.count(run)
    with counted() as queries:
        answer = client.get(f"/factures/importer/{run.id}/verifier")
    assert answer.status_code == 200
    assert len(queries) <= 12, queries
    found = lxml.html.fromstring(answer.get_data(as_text=True))
    assert len(found.xpath("//*[@id='to-fix']//li")) == import_page.SHOWN_ROWS
    following = client.get(found.xpath("//a[contains(@href, 'apres=')]/@href")[0]).get_data(as_text=True)
    assert "Ligne 121" in following
    assert "Ligne 3, " not in following
