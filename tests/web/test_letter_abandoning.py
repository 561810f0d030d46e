"""« Abandonner cette lettre », as a person does it."""

import datetime as dt

from relance.models.letters import Letter
from tests.web.reading import css, page, words
from tests.web.test_letter_posting import printed, text_of


def test_a_ready_letter_is_abandoned_and_taken_up_again(client, account, latitude, camille):
    letter = printed(latitude)
    place = f"/courriers/{letter.id}"
    assert "Abandonner cette lettre" in text_of(client.get(place))
    assert client.post(f"{place}/abandonner").status_code == 303
    shown = text_of(client.get(place))
    assert "Reprendre cette lettre" in shown
    assert "J'ai posté la lettre" not in shown
    assert "Abandonner cette lettre" not in shown
    [row] = css(page(client, "/courriers?statut=abandonnee"), ".table.letters tbody tr")
    assert "Abandonnée" in words(row)
    assert not css(page(client, "/courriers?statut=prete"), ".table.letters tbody tr")
    assert client.get("/courriers/pdf").status_code == 303, "nothing to print with the others"
    assert client.get(f"{place}/postee").status_code == 303
    assert "abandonnée sans être postée" in text_of(client.get(f"/factures/{letter.lines.get().invoice_id}/historique"))
    client.post(f"{place}/reprendre")
    assert Letter.get_by_id(letter.id).state == "ready"
    assert "Abandonner cette lettre" in text_of(client.get(place))


def test_a_letter_dated_ahead_says_when_it_leaves_instead_of_a_form(client, account, latitude, camille):
    letter = printed(latitude)
    ahead = letter.dated_on + dt.timedelta(30)
    Letter.update(dated_on=ahead).where(Letter.id == letter.id).execute()
    shown = text_of(client.get(f"/courriers/{letter.id}"))
    assert "à poster ce jour-là ou après" in shown
    assert "J'ai posté la lettre" not in shown
    assert client.get(f"/courriers/{letter.id}/postee").status_code == 303


def test_money_received_since_calls_for_no_new_letter_once_posted(client, account, latitude, camille):
    letter = printed(latitude)
    line = letter.lines.get()
    line.invoice.balance_cents -= 100
    line.invoice.save()
    assert "Préparer une nouvelle lettre" in text_of(client.get(f"/courriers/{letter.id}"))
    Letter.update(state="received", posted_on=letter.dated_on, received_on=letter.dated_on).execute()
    shown = text_of(client.get(f"/courriers/{letter.id}"))
    assert "a été enregistré depuis cette lettre." in shown
    assert "Préparer une nouvelle lettre" not in shown
