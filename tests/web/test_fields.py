import datetime as dt

import pytest
from flask import render_template_string
from werkzeug.datastructures import MultiDict

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

TODAY = dt.date(2026, 11, 23)


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


def test_a_form_sent_empty_is_an_error_beside_its_fields_not_a_fault(client, latitude):
    for path in (f"/clients/{latitude.id}/contacts", "/clients/nouveau", "/factures/nouvelle"):
        assert client.post(path, data={}).status_code == 422, path
