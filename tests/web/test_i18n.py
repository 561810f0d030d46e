from markupsafe import Markup

from relance.web.i18n import _, _n


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


def test_thousands_are_grouped_with_or_without_a_plural(as_camille):
    assert _n("{n} facture", "{n} factures", 2997) == _("{n} factures", n=2997) == "2\u00a0997 factures"
    assert _("{n} factures", n="2997") == "2997 factures"
