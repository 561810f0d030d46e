"""What the letter window is made of: where a sequence's letter opens, the paper in its frame, its length."""

import pytest

from relance.services import keeping_templates
from relance.web import amicable_page
from tests import factories
from tests.factories import NOW
from tests.letters.test_amicable import facts


@pytest.mark.parametrize(
    ("template", "address"),
    [
        ("", "/courriers/nouveau?factures={id}"),
        ("formal_notice", "/courriers/nouveau?factures={id}"),
        ("amicable", "/factures/{id}/relancer/courrier"),
        ("rappel", "/factures/{id}/relancer/courrier?modele=rappel"),
        ("dernier_rappel", "/factures/{id}/relancer/courrier?modele=dernier_rappel"),
        ("disparu", "/courriers/nouveau?factures={id}"),
    ],
)
def test_a_letter_to_validate_opens_the_editor_of_its_kind(as_camille, latitude, template, address):
    invoice = factories.make_invoice(latitude)
    assert amicable_page.editor_url(invoice, template) == address.format(id=invoice.id)


def test_a_text_of_the_user_s_own_follows_its_firmness(as_camille, account, latitude):
    invoice = factories.make_invoice(latitude)
    soft = keeping_templates.create(account, "Doux", "rappel", 2, by=None, now=NOW).ref
    hard = keeping_templates.create(account, "Formel", "dernier_rappel", 5, by=None, now=NOW).ref
    assert amicable_page.editor_url(invoice, soft).endswith(f"courrier?modele={soft}")
    assert amicable_page.editor_url(invoice, hard) == f"/courriers/nouveau?factures={invoice.id}"


def test_the_paper_in_the_frame_has_our_style_sheet_and_nothing_that_acts(as_camille, client):
    html = amicable_page.framed(facts(body="<script>alert(1)</script>"))
    (href,) = [part.partition('"')[0] for part in html.split('<link rel="stylesheet" href="')[1:]]
    answer = client.get(href)
    assert answer.mimetype == "text/css"
    assert "Relance Letter Serif" in answer.text
    assert "<script" not in html
    assert "style=" not in html
