import datetime as dt

import pytest
from werkzeug.datastructures import MultiDict

from relance.letters import amicable, pages, press
from relance.services.notice_checks import Check
from relance.web import notice_page
from relance.web.forms.letters import NoticeForm
from tests import factories
from tests.factories import TODAY
from tests.letters import samples
from tests.letters.test_amicable import facts

pytestmark = pytest.mark.usefixtures("as_camille")


@pytest.fixture
def late(latitude):
    """Two late invoices of Latitude Conseil, and what is not late."""
    old = factories.make_invoice(latitude, "F-1", due_on=TODAY - dt.timedelta(days=60))
    young = factories.make_invoice(latitude, "F-2", due_on=TODAY - dt.timedelta(days=5))
    factories.make_invoice(latitude, "F-3", due_on=TODAY)
    factories.make_invoice(latitude, "F-4", paid_cents=120_000)
    return [old, young]


def form_for(client, late, chosen, **values):
    data = {"dated_on": "23/11/2026", "delay_days": "8", "claims_interest": "y", "claims_fee": "y"} | values
    return NoticeForm(client, late, MultiDict([*data.items(), *(("invoices", str(one.id)) for one in chosen)]))


def test_only_what_is_late_can_be_chosen_the_oldest_first(latitude, late, account):
    factories.make_client(account, "Studio Kérity")
    assert notice_page.late_invoices(latitude) == late
    assert notice_page.late_clients() == [latitude]


def test_the_letter_that_would_be_made_says_what_was_chosen(latitude, late):
    facts, error = notice_page.draft(latitude, late, form_for(latitude, late, late[:1]))
    assert error is None
    assert [one.number for one in facts.invoices] == ["F-1"]
    assert (facts.dated_on, facts.delay_days) == (TODAY, 8)


def test_what_cannot_be_written_is_said_beside_its_field(latitude, late):
    form = form_for(latitude, late, late, dated_on="23/11/2020")
    facts, error = notice_page.draft(latitude, late, form)
    assert facts is None
    notice_page.refuse(form, error)
    assert form.dated_on.errors
    assert notice_page.draft(latitude, late, form_for(latitude, late, late, dated_on="bientôt")) == (None, None)


def test_the_frame_shows_the_letter_of_the_form(latitude, late):
    context = notice_page.context(latitude, late, form_for(latitude, late, late[1:]))
    assert context["is_early"]
    assert "F-2" in context["paper"] and "F-1" not in context["paper"]


def test_a_check_is_written_in_words():
    check = Check(True, "{n} relances envoyées, la dernière le {date}", {"n": 2, "date": dt.date(2026, 11, 1)})
    assert (
        notice_page.words_of_check(check).replace("\u00a0", " ")
        == "2 relances envoyées, la dernière le 1<sup>er</sup> novembre"
    )
    floor = Check(False, "Vérifiez que {taux} est bien le taux porté sur la facture", {"taux": 1215})
    assert "12,15 %" in notice_page.words_of_check(floor).replace("\u00a0", " ")


def test_the_paper_can_do_nothing_but_be_read():
    policy = notice_page.paper(pages.formal_notice(samples.organisation())).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src" not in policy and "unsafe" not in policy


def test_the_length_is_that_of_the_letter_its_annex_apart(monkeypatch):
    page = pages.formal_notice(samples.organisation())
    assert notice_page.length_of(page).replace("\u00a0", " ") == "Une page, une page d’annexe"
    assert notice_page.length_of(amicable.page(facts())) == "Une page"

    def missing(_page):
        raise press.PressError("libpango")

    monkeypatch.setattr(press, "count_pages", missing)
    assert notice_page.length_of(page) == ""
