"""The small modules under every page: scope, htmx, i18n, filters, assets, navigation, fields."""

import datetime as dt
import gzip
import re

import pytest
from flask import render_template_string
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound, Unauthorized

from relance.web import filters, htmx, scope
from relance.web.forms import Form
from relance.web.forms.fields import (
    AmountField,
    DateField,
    EmailField,
    LinesField,
    NumberField,
    RateField,
    TextField,
    read_date,
    required,
)
from relance.web.i18n import _, _n
from tests import factories

TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def as_camille(app, camille):
    """A request in which Camille is signed in."""
    import flask_login

    with app.test_request_context():
        flask_login.login_user(scope.Visitor(camille))
        yield camille


# Scope


def test_a_row_is_found_through_the_current_account_only(as_camille, invoice, basile):
    assert scope.invoice_or_404(invoice.id) == invoice
    theirs = basile.account.clients.get()
    with pytest.raises(NotFound):
        scope.client_or_404(theirs.id)
    with pytest.raises(NotFound):
        scope.invoice_or_404(theirs.invoices.get().id)
    with pytest.raises(NotFound):
        scope.contact_or_404(theirs.contacts.get().id)
    with pytest.raises(NotFound):
        scope.document_or_404(factories.make_document(basile.account).id)


def test_nobody_has_no_account(app):
    with app.test_request_context(), pytest.raises(Unauthorized):
        scope.current_account()


@pytest.mark.parametrize("forged", ["", "1", "x:y", "1:", "99:abc"])
def test_a_session_that_names_nobody_is_nobody(app, camille, forged):
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = forged
    assert browser.get("/menu").status_code == 303


# htmx


def test_after_a_change_a_browser_is_redirected_and_htmx_told_to_go(app):
    with app.test_request_context():
        assert htmx.go_to("/menu").status_code == 303
    with app.test_request_context(headers={"HX-Request": "true"}):
        assert htmx.go_to("/menu") == ("", 200, {"HX-Redirect": "/menu"})


def test_caches_are_told_that_page_and_fragment_differ(client):
    assert "HX-Request" in client.get("/menu").headers["Vary"]


# Words


def test_a_link_inside_a_sentence_is_kept_and_the_rest_escaped(app):
    with app.test_request_context():
        found = _("Bonjour {prénom}", prénom=Markup("<b>Zoé</b>"))
        assert found == "Bonjour <b>Zoé</b>"
        assert isinstance(found, Markup)
        mixed = _("{a} et {b}", a=Markup("<i>x</i>"), b="<script>")
        assert mixed == "<i>x</i> et &lt;script&gt;"


def test_a_person_reads_their_language(as_camille):
    assert _n("{n} facture", "{n} factures", 2) == "2 factures"
    as_camille.language = "en"
    assert _("Réglages") == "Settings"


# Filters


def test_times_are_local_and_written_as_in_french(as_camille):
    assert filters.local_time(dt.datetime(2026, 11, 23, 8, 0)) == "9\u00a0h"
    assert filters.local_time(dt.datetime(2026, 7, 1, 12, 32)) == "14\u00a0h\u00a032"
    assert filters.local_time(9 * 60 + 5) == "9\u00a0h\u00a005"
    assert filters.local_day(dt.datetime(2026, 11, 23, 23, 30)) == dt.date(2026, 11, 24)


def test_the_first_of_the_month_is_raised_and_others_are_not(as_camille):
    assert "1<sup>er</sup>" in filters.long_date(dt.date(2027, 1, 1))
    assert "<sup>" not in filters.long_date(dt.date(2027, 1, 21))


def test_an_amount_is_cut_before_its_cents(as_camille):
    text = filters.amount(432000)
    assert filters.cents_split(text) == ("4\u00a0320", ",00\u00a0€")
    assert filters.iban("FR7630006000") == "FR76 3000 6000"
    assert filters.siret("73282932000074") == "732 829 320 00074"


# Assets


def test_a_file_is_kept_for_ever_under_the_name_of_its_content(anonymous):
    page = anonymous.get("/connexion", follow_redirects=True).text
    (css,) = re.findall(r'href="(/static/css/[^"]+)"', page)
    answer = anonymous.get(css, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.mimetype == "text/css"
    text = gzip.decompress(answer.data).decode()
    assert text.index("@layer reset, tokens, base") < text.index("--accent")
    assert len(answer.data) < 16_000, "the style sheet stays light on the wire"
    (font,) = re.findall(r'url\("\.\.(/fonts/[^"]+)"\)', text)
    assert anonymous.get(f"/static{font}").status_code == 200


def test_scripts_carry_the_fingerprint_that_the_browser_checks(anonymous):
    page = anonymous.get("/connexion", follow_redirects=True).text
    scripts = re.findall(r"<script ([^>]+)></script>", page)
    assert len(scripts) == 2
    assert all('integrity="sha384-' in script for script in scripts)


def test_only_listed_files_are_served(anonymous):
    for path in ("css/relance.css", "../app.py", "vendor/vendor.json", "css/tokens.css"):
        assert anonymous.get(f"/static/{path}").status_code == 404


# Navigation


def test_only_pages_that_exist_are_in_the_navigation(client):
    page = client.get("/menu").text
    links = set(re.findall(r'class="side-link" href="([^"]+)"', page))
    assert links
    for link in links:
        assert client.get(link).status_code == 200, link


def test_invoices_to_collect_are_counted(client, invoice):
    assert re.search(r'Factures<span class="n">1<span class="vh">', client.get("/menu").text)


# Fields


class Sample(Form):
    """One field of each kind."""

    line = TextField("Ligne", [required("la ligne")])
    email = EmailField("Adresse e-mail")
    lines = LinesField("Lignes")
    day = DateField("Jour")
    amount = AmountField("Montant")
    rate = RateField("Taux")
    number = NumberField("Nombre", low=2, high=12)


def _fill(**typed):
    form = Sample(formdata=MultiDict({"line": "x", **typed}))
    form.validate()
    return form


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20/12/2026", dt.date(2026, 12, 20)),
        ("20/12/26", dt.date(2026, 12, 20)),
        ("20.12.2026", dt.date(2026, 12, 20)),
        ("2026-12-20", dt.date(2026, 12, 20)),
        ("20/12", dt.date(2026, 12, 20)),
        ("2/1", dt.date(2027, 1, 2)),
        ("2/11", dt.date(2026, 11, 2)),
        ("demain", dt.date(2026, 11, 24)),
        ("Aujourd’hui", TODAY),
        ("+30", dt.date(2026, 12, 23)),
        ("+30 jours", dt.date(2026, 12, 23)),
    ],
)
def test_a_date_is_read_as_people_write_it(text, day):
    assert read_date(text, TODAY) == day


@pytest.mark.parametrize("text", ["31/02", "30/02/2026", "12/2026", "bientôt", "1/1/1", "99/99", "29/2/2027"])
def test_what_is_not_a_date_is_refused(text):
    with pytest.raises(ValueError):
        read_date(text, TODAY)


def test_every_field_reads_its_value(app):
    with app.test_request_context():
        form = _fill(
            line="  Atelier  ",
            email=" Camille@Atelier.EXAMPLE ",
            lines="a\r\n\r\n b ",
            day="20/12/2026",
            amount="1 920,5 €",
            rate="12,15 %",
            number="12",
        )
        assert not form.errors
        assert form.line.data == "Atelier"
        assert form.email.data == "camille@atelier.example"
        assert form.lines.data == "a\nb"
        assert form.day.data == dt.date(2026, 12, 20)
        assert (form.amount.data, form.rate.data, form.number.data) == (192050, 1215, 12)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("line", "a\rb"),
        ("line", "a\x00b"),
        ("line", "a\u2028b"),
        ("line", ""),
        ("email", "a@b"),
        ("email", "a@b.example\nBcc: c@d.example"),
        ("lines", "a\x07b"),
        ("day", "31/02/2026"),
        ("amount", "1.234.56,7,8"),
        ("rate", "12,155"),
        ("rate", "101"),
        ("number", "1"),
        ("number", "2,5"),
        ("number", "²"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_stays_in_the_field(app, field, typed):
    with app.test_request_context():
        form = _fill(**{field: typed})
        assert form.errors[field]
        html = render_template_string("{% from '_forms.html' import field %}{{ field(f) }}", f=form[field])
        assert 'aria-invalid="true"' in html
        if typed.isprintable() and typed:
            assert typed in html


def test_an_empty_optional_field_is_no_error(app):
    with app.test_request_context():
        form = _fill(day="", amount="", rate="", number="", email="")
        assert not form.errors
        assert form.day.data is None
        assert form.amount.data is None


def test_a_refusal_found_later_joins_the_summary(app):
    with app.test_request_context():
        form = _fill()
        form.refuse("line", "Ce nom est déjà pris.")
        form.refuse("", "Réessayez.")
        assert form.all_errors() == [("", "Réessayez."), ("line", "Ce nom est déjà pris.")]
