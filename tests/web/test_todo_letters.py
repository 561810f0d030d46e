"""« À traiter », the letters: what each line says and leads to."""

import datetime as dt

import pytest

from relance.models.letters import Letter
from tests import factories
from tests.factories import TODAY
from tests.services.notices import late
from tests.web.reading import css, page, words

DAY = dt.timedelta(1)


@pytest.fixture
def make(latitude, camille):
    bill = late(latitude)

    def _make(**fields):
        return factories.make_letter(latitude, [bill], **fields)

    return _make


def line(client, title):
    lines = css(page(client, "/tableau-de-bord"), "#desk .todo li, #desk li")
    [found] = [one for one in lines if title in words(one)][:1]
    return found


def test_a_letter_to_post_is_noted_as_posted_from_its_line(client, make):
    letter = make()
    found = line(client, "Mise en demeure à relire et à poster")
    assert css(found, f'a[href="/courriers/{letter.id}"]')
    assert css(found, f'a[hx-get="/courriers/{letter.id}/postee"]')


def test_a_letter_without_a_receipt_asks_what_became_of_it(client, make):
    letter = make(state="posted", mode="lrar_counter", posted_on=TODAY - 16 * DAY)
    found = line(client, "Mise en demeure : qu’est-elle devenue ?")
    assert "Postée le 7 novembre en recommandé : sans réception notée, son délai ne court pas." in words(found)
    assert css(found, f'a[hx-get="/courriers/{letter.id}/reception"]')


def test_a_time_that_is_over_leads_on_and_leaves_when_somebody_deals_with_it(client, make):
    letter = make(state="received", mode="lre", posted_on=TODAY - 9 * DAY, deadline_on=TODAY - DAY)
    found = line(client, "Délai de la mise en demeure écoulé le 22 novembre")
    assert css(found, f'a[href="/courriers/{letter.id}/et-maintenant"]')
    [form] = css(found, f'form[action="/courriers/{letter.id}/suite"]')
    assert "C’est réglé / Je m’en occupe" in words(form)
    answer = client.post(form.get("action"), data={"depuis": "tableau"})
    assert answer.headers["Location"] == "/tableau-de-bord"
    assert Letter.get().settled_at is not None
    assert "écoulé le 22 novembre" not in words(page(client, "/tableau-de-bord"))
