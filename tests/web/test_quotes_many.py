"""« Envoyer les prérelances » of a selection: reviewed first, sent once, what is set aside is said."""

import datetime as dt

import pytest

from relance.models.messages import Message
from tests import factories
from tests.factories import TODAY
from tests.web.reading import css, fields, page, parse, words

PATH = "/devis/envoyer-prerelances"


@pytest.fixture
def quotes(latitude, nadia):
    return [factories.make_quote(latitude, f"D-{n}") for n in range(3)]


def test_the_selection_of_the_list_is_reviewed_then_sent_once(client, quotes, bell):
    boxes = css(page(client, "/devis"), "#list tbody .row-check")
    chosen = [box.get("value") for box in boxes][:2]
    shown = parse(client.post(PATH, data={"ids": chosen}))
    assert not Message.select().exists() and words(css(shown, ".lede")[0]) == "2 e-mails, un par devis."
    form = fields(css(shown, "form.stack")[0])
    assert form["ids"] == chosen
    for _ in range(2):
        assert client.post(PATH, data=form).headers["Location"] == "/envois?vue=envoyes"
    assert Message.select().count() == 2 and bell == ["rung", "rung"]
    assert "2 prérelances partent dans une minute." in words(css(page(client, "/envois?vue=envoyes"), "main")[0])


def test_what_is_set_aside_is_said_with_the_way_to_mend_it(client, quotes, latitude, account):
    expired = factories.make_quote(latitude, "D-9", valid_until=TODAY - dt.timedelta(1))
    mute = factories.make_quote(factories.make_client(account, "Sans adresse"), "D-8")
    yes = factories.make_quote(latitude, "D-7", state="accepted")
    asked = "&".join(f"ids={row.id}" for row in (expired, mute, yes, quotes[0]))
    shown = page(client, f"{PATH}?{asked}&ids=999999&ids=x")
    aside = words(css(shown, "section[aria-labelledby=aside-title]")[0])
    for part in (
        "D-9 : sa validité est passée.",
        "D-8 : ce client n’a aucune adresse",
        "D-7 : ce devis a déjà sa réponse",
    ):
        assert part in aside
    assert css(shown, f"a[href='/devis/{expired.id}/modifier']")
    assert "Un devis choisi n’existe plus." in words(css(shown, "main")[0])
    answer = client.post(PATH, data=fields(css(shown, "form.stack")[0]))
    assert answer.status_code == 303 and Message.get().quote_id == quotes[0].id


def test_nothing_chosen_says_so(client, quotes):
    assert "Cochez des devis dans la liste." in words(css(page(client, PATH), "main")[0])
    shown = parse(client.post(PATH, data={"form_key": "x"}))
    assert "Cochez des devis dans la liste." in words(css(shown, "main")[0]) and not Message.select().exists()


def test_all_of_a_filter_is_chosen_at_once(client, quotes):
    shown = page(client, f"{PATH}?tout=1&statut=a-relancer&q=d-")
    assert "Cochez" in words(css(shown, "main")[0])  # ten days left: nothing to follow up yet
    shown = page(client, f"{PATH}?tout=1&q=d-1")
    assert words(css(shown, "button.primary")[0]) == "Envoyer une prérelance"


def test_a_second_form_the_same_day_sends_nothing_more(client, quotes):
    ids = [str(quote.id) for quote in quotes]
    client.post(PATH, data={"ids": ids, "form_key": "a"})
    shown = parse(client.post(PATH, data={"ids": ids, "form_key": "b"}), 422)
    aside = words(css(shown, "section[aria-labelledby=aside-title]")[0])
    assert aside.count("déjà parti, aujourd’hui") == 3 and Message.select().count() == 3


def test_the_bar_counts_what_is_ticked_and_all_of_a_filter_with_its_ids(client, quotes, latitude):
    factories.make_quote(latitude, "D-CHF", currency="CHF", total_cents=100)
    ids = [str(quote.id) for quote in quotes[:2]]
    bar = client.post("/devis/selection", data={"ids": ids}, headers={"HX-Request": "true"})
    assert "2 devis" in bar.text and "3\u00a0600,00\u00a0€" in bar.text and "data-ids" not in bar.text
    whole = client.get("/devis/selection?tout=1", headers={"HX-Request": "true"})
    assert f'data-ids="{",".join(str(quote.id) for quote in quotes)}' in whole.text and "CHF" in whole.text
    # Without htmx the same address shows what would leave.
    assert css(parse(client.post("/devis/selection", data={"ids": ids})), "section[aria-labelledby=sent-title]")


def test_what_is_ticked_is_exported_alone(client, quotes):
    text = client.post("/devis/exporter", data={"ids": [str(quotes[1].id), "999999", "x"]}).text
    assert "D-1" in text and "D-0" not in text


def test_a_client_of_several_quotes_is_named_before_it_receives_several_e_mails(client, quotes, account):
    other = factories.make_client(account, "Librairie L’Encrier")
    factories.make_contact(other)
    alone = factories.make_quote(other, "D-9")
    both = page(client, f"{PATH}?ids={quotes[0].id}&ids={quotes[1].id}&ids={alone.id}")
    assert "plusieurs e-mails aujourd’hui : Latitude Conseil." in words(css(both, "form.stack")[0])
    one = page(client, f"{PATH}?ids={quotes[0].id}&ids={alone.id}")
    assert "plusieurs e-mails" not in words(css(one, "form.stack")[0])
