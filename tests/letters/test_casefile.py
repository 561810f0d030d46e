"""The papers of a case file: what they print, by kind of debtor."""

import dataclasses
import datetime as dt
import html

import pytest

from relance.letters import casefile, press
from relance.letters.casefile import CaseFacts, Listed, Party
from tests.letters import samples
from tests.services.notices import text_of


def facts(**fields):
    party = Party("Atelier Roussel <b>", ("12 rue de la Charité",), (("SIRET", "732 829 320 00074"),))
    values = {
        "made_on": dt.date(2026, 11, 23),
        "creditor": party,
        "debtor": Party("Latitude & Fils", (), ()),
        "claims": (samples.organisation(),),
        "pieces": (Listed(1, "P1", "Facture n° F-1", dt.date(2026, 8, 1), "P1-factures/01-F-1.pdf"),),
        "gaps": (),
        "lost": (),
        "anchor": "2" + "abcdef0123456789" * 4,
    }
    return CaseFacts(**values | fields)


def test_names_are_escaped_and_the_anchor_is_at_the_foot():
    page = casefile.list_page(facts(lost=("Facture n° F-2 : introuvable",)))
    assert "Atelier Roussel &lt;b&gt;" in page and "Latitude &amp; Fils" in page
    assert "Journal\u00a0: abcd ef01 2345 6789 abcd" in page and "Fichiers introuvables" in page
    assert "Ce qui n’est pas au dossier" not in page


@pytest.mark.parametrize(
    ("debtor", "says", "never"),
    [
        ("organisation", "L.\u00a0441-10", "1231-6"),
        ("public", "R.\u00a02192-31", "441-10"),
        ("individual", "1231-6", "441-10"),
    ],
)
def test_the_method_quotes_the_law_of_the_debtor(debtor, says, never):
    claim = dataclasses.replace(samples.organisation(), debtor=debtor)
    for page in (casefile.list_page(facts(claims=(claim,))), casefile.account_page(facts(claims=(claim,)))):
        assert says in html.unescape(page) and never not in page
    assert "Les intérêts ne sont pas comptés" in casefile.list_page(facts(claims=(claim,), is_rate_known=False))


def test_the_list_is_laid_out_with_the_fonts_of_the_letters():
    pdf = press.print_pdf(casefile.list_page(facts()), created_at=dt.datetime(2026, 11, 23))
    assert "P1 · Factures" in text_of(pdf)
