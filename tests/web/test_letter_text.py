"""The paragraphs of a formal notice, written anew for one copy."""

import datetime as dt
import re
from html import unescape

import pytest

from relance.letters import notice_text
from relance.models.letters import Letter
from relance.services import noticing, printing
from tests import factories
from tests.factories import NOW
from tests.services.notices import text_of as pdf_text
from tests.web.test_letter_drafts import frozen, saved
from tests.web.test_letters import text_of


@pytest.fixture
def late(latitude):
    """An invoice of Latitude Conseil, 61 days late, at 12,15 %."""
    return factories.make_invoice(
        latitude, "F-2026-0079", total_cents=186_000, due_on=dt.date(2026, 9, 23), late_rate_bp=1215
    )


@pytest.mark.requirement("S4.14")
def test_the_text_is_written_anew_for_this_copy_only(client, late):
    letter = saved(client, late, texte="1")
    page = client.get(f"/courriers/{letter.id}/texte")
    assert "{total}" in page.text and "le tableau des sommes dues" in text_of(page)
    areas = dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', page.text, re.DOTALL))
    data = {key: unescape(text).strip() for key, text in areas.items()} | {"version": "0"}
    assert tuple(areas) == notice_text.KEYS
    address = f"/courriers/{letter.id}/texte"

    wrong = data | {"demand": "Payez {somme} sous {délai}.", "courtesy": "Gardé tel quel."}
    refused = client.post(address, data=wrong)
    assert refused.status_code == 422
    assert 'id="demand-err"' in refused.text and "Gardé tel quel." in refused.text
    assert Letter.get().words == ""

    assert client.post(address, data=data | {"courtesy": "Appelez-moi : nous trouverons."}).status_code == 303
    assert client.post(address, data=data | {"courtesy": "Trop tard."}).status_code == 409  # read at version 0
    assert "Vous avez modifié le texte" in text_of(client.get(f"/courriers/{letter.id}"))
    back = client.post(address, data=data | {"defaut": "1", "version": "1"})
    assert "je vous prie de ne pas en tenir compte" in text_of(back) and "Appelez-moi" in Letter.get().words

    assert frozen(client, letter).status_code == 303
    printed = pdf_text(printing.render(letter.id, NOW))
    assert "Appelez-moi : nous trouverons." in printed and "1 937,77 €" in printed
    facts = noticing.facts_of(Letter.get())
    assert "Appelez-moi" not in "".join(part.text for part in notice_text.delivered(facts))


def test_a_consumer_s_letter_cannot_be_given_penalties_by_hand(client, account):
    odile = factories.make_client(account, "Odile Perrin", kind="individual", siren="")
    invoice = factories.make_invoice(odile, "F-9", total_cents=50_000)
    letter = saved(client, invoice)
    page = client.get(f"/courriers/{letter.id}/texte")
    areas = dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', page.text, re.DOTALL))
    data = {key: unescape(text).strip() for key, text in areas.items()} | {"version": "0"}
    refused = client.post(f"/courriers/{letter.id}/texte", data=data | {"courtesy": "Les pénalités courent."})
    assert refused.status_code == 422
    assert "ne peut pas parler de « pénalités »" in text_of(refused)
