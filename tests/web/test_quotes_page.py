"""The page of a quote: its thread crosses its last day, and says what comes next and why it waits."""

import datetime as dt

import pytest

from relance.models.clients import Client
from relance.models.events import record
from relance.models.quotes import Quote
from relance.web import quotes_page
from tests import factories
from tests.factories import TODAY
from tests.web.reading import css, page, words

DAY = dt.timedelta(1)


@pytest.fixture
def quote(latitude, nadia):
    return factories.make_quote(latitude, "D-1", valid_until=TODAY + 11 * DAY, nudges=2)


def points(client, quote):
    thread = css(page(client, f"/devis/{quote.id}"), "#thread li")
    return [(point.get("data-e"), words(css(point, ".n")[0])) for point in thread]


def test_the_red_line_is_the_last_day_of_validity(client, quote, latitude):
    assert points(client, quote) == [
        ("done", "Devis"), ("next", "Prérelance de devis"), ("plan", "Prérelance de devis"), ("due", "Fin de validité"),
    ]  # fmt: skip
    factories.make_message(latitude, kind="quote", quote=quote, template="devis_prerelance")
    Quote.update(state="accepted", decided_on=TODAY).execute()
    assert points(client, quote) == [
        ("done", "Devis"), ("done", "Prérelance de devis"), ("due", "Fin de validité"), ("pay", "Accepté"),
    ]  # fmt: skip


def test_what_comes_next_is_told_with_its_days_or_why_it_waits(client, quote):
    panel = "section[aria-labelledby=nudge-title]"
    text = words(css(page(client, f"/devis/{quote.id}"), panel)[0])
    assert "vendredi 27 novembre" in text and "mercredi 2 décembre" in text
    Client.update(is_exempt=True).execute()
    assert "Retenue : client jamais relancé." in words(css(page(client, f"/devis/{quote.id}"), panel)[0])
    assert ("held", "Prérelance de devis") in points(client, quote)
    Quote.update(nudges=0).execute()
    assert "Rien ne part de soi-même" in words(css(page(client, f"/devis/{quote.id}"), panel)[0])
    Quote.update(nudges=1, valid_until=TODAY, issued_on=TODAY).execute()
    assert "Plus aucune prérelance" in words(css(page(client, f"/devis/{quote.id}"), panel)[0])


@pytest.mark.usefixtures("as_camille")
@pytest.mark.parametrize(
    ("state", "days", "badge", "delay"),
    [
        ("pending", 8, "En attente", "encore 8 jours"),
        ("pending", 1, "En attente", "encore un jour"),
        ("pending", 0, "En attente", "dernier jour"),
        ("pending", -1, "Expiré", "depuis hier"),
        ("pending", -3, "Expiré", "depuis 3 jours"),
        ("accepted", 8, "Accepté", ""),
        ("declined", -3, "Refusé", ""),
    ],
)
def test_each_state_has_its_badge_and_its_delay(latitude, state, days, badge, delay):
    quote = factories.make_quote(latitude, state=state, valid_until=TODAY + days * DAY)
    assert quotes_page.badge_of(quote, TODAY)[2] == badge
    assert quotes_page.delay_of(quote, TODAY).replace("\u00a0", " ") == delay


def test_its_day_come_the_page_proposes_to_follow_up(client, quote, clock):
    assert not css(page(client, f"/devis/{quote.id}"), ".notice a[href$='/relancer']")
    clock.shift(4 * DAY)
    assert css(page(client, f"/devis/{quote.id}"), ".notice a[href$='/relancer']")


def test_the_history_tells_what_happened_with_the_message(client, quote, latitude):
    message = factories.make_message(latitude, kind="quote", quote=quote, template="devis_prerelance")
    record(
        "reminder_sent",
        account=quote.account_id,
        client=latitude,
        quote=quote,
        message=message,
        at=factories.NOW,
        template="devis_prerelance",
        to=[["Nadia Benali", "n@x.example"]],
    )
    line = css(page(client, f"/devis/{quote.id}"), "#history li")[0]
    assert words(css(line, "p")[0]) == "Prérelance de devis envoyée à Nadia Benali"
    assert css(line, f"a[href='/devis/{quote.id}/messages/{message.id}']")


def test_what_will_leave_is_listed_with_the_other_sends(client, quote):
    shown = page(client, "/envois")
    lines = css(shown, "section[aria-labelledby=nudges-title] .agenda > li")
    assert [words(css(line, ".day")[0]) for line in lines] == ["vendredi 27 novembre", "mercredi 2 décembre"]
    assert css(lines[0], f"a[href='/devis/{quote.id}']")
    assert not css(page(client, "/envois?niveau=3"), "section[aria-labelledby=nudges-title]")
