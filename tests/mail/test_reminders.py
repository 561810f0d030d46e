"""Reminders: right facts, right tone at each level, the same words in the text and in the HTML."""

import datetime as dt
import html
import itertools
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.mail import delivered
from relance.mail.layout import Text
from relance.mail.phrases import Line
from relance.mail.reminders import TEMPLATES, ReminderFacts, build, empty_variables
from relance.rules.texts import TextError, Wording

LEVELS = {ref: kind.level for ref, kind in delivered.KINDS.items()}
NBSP = "\u00a0"
TODAY = dt.date(2026, 11, 22)
IBAN = "FR76 3000 6000 0112 3456 7890 189"

# What a courteous message never says; each family is allowed from a level on.
THREATS = {
    4: "mise en demeure|recommandé|dernier|article|code de|impayé|formal notice|registered|final|unpaid, ",
    3: "pénalit|indemnité|intérêt|recouvrement|interest|compensation",
    9: (
        "tribunal|huissier|commissaire|justice|contentieux|poursuite|avocat|saisie|juridique|plainte|sanction|exige|"
        "immédiat|court|lawyer|legal action|bailiff|seiz|prosecut|!|garanti|"
        "mauvais payeur|envoyé par relance|dernière chance"
    ),
}


def line(number: str = "F-2026-0087", due_on: dt.date = dt.date(2026, 10, 31), **changes: Any) -> Line:
    values: dict[str, Any] = {
        "number": number,
        "object": "refonte de l’identité, acompte 2",
        "kind": "invoice",
        "issued_on": dt.date(2026, 10, 1),
        "due_on": due_on,
        "balance_cents": 432_000,
        "total_cents": 432_000,
        "currency": "EUR",
        "days_late": max(0, (TODAY - due_on).days),
    }
    return Line(**{**values, **changes})


def facts(**changes: Any) -> ReminderFacts:
    values: dict[str, Any] = {
        "template": "rappel",
        "language": "fr",
        "register": "vous",
        "lines": (line(),),
        "today": TODAY,
        "first_name": "Nadia",
        "signer_name": "Camille Roussel",
        "business_name": "Atelier Roussel",
        "phone": "04 65 71 20 20",
        "iban": "FR7630006000011234567890189",
        "bic": "AGRIFRPP",
        "holder": "Atelier Roussel",
        "reference": "F-2026-0087",
        "previous_on": dt.date(2026, 11, 9),
        "interest_cents": 3_245,
        "fee_cents": 4_000,
        "client_kind": "organisation",
        "has_attachment": False,
    }
    return ReminderFacts(**{**values, **changes})


def variants() -> list[Any]:
    """Every template in every voice, for one and several invoices, late or not, claiming or not."""
    several = (line(), line("F-2026-0091", dt.date(2026, 11, 22), balance_cents=12_000, instalment=(2, 3)))
    sets = [
        (line(),),
        (line(due_on=TODAY),),
        (line(due_on=dt.date(2027, 1, 1)),),
        (line(balance_cents=100_000),),
        several,
        (several[1], replace(several[1], instalment=(3, 3))),
    ]
    kinds = ["organisation", "individual", "public"]
    voices = [("fr", "vous"), ("fr", "tu"), ("en", "vous")]
    found = []
    for template, (language, register), lines, kind in itertools.product(TEMPLATES, voices, sets, kinds):
        for claims, previous in ((True, True), (False, False)):
            found.append(
                facts(
                    template=template,
                    language=language,
                    register=register,
                    lines=lines,
                    client_kind=kind,
                    interest_cents=3_245 if claims else None,
                    fee_cents=4_000 if claims else None,
                    previous_on=dt.date(2026, 11, 9) if previous else None,
                    has_attachment=claims,
                )
            )
    return found


ALL = [(one, build(one)) for one in variants()]


def visible(text: Text) -> str:
    """What is read in the HTML, its tags taken away."""
    body = text.html.partition("<body")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", "<body" + body)).split(" "))


def words(text: str) -> list[str]:
    return re.findall(r"[\w€]+", text)


@pytest.mark.requirement("S0.17", "S1.8", "S1.23")
def test_no_message_threatens_before_its_level_and_none_ever_promises() -> None:
    for one, text in ALL:
        said = f"{text.subject}\n{text.text}".lower()
        for level, family in THREATS.items():
            if LEVELS[one.template] < level:
                assert not re.search(family, said), (one.template, one.language, re.search(family, said))


@pytest.mark.requirement("S0.17")
def test_the_first_reminder_after_the_date_presumes_forgetfulness() -> None:
    assert "simple oubli" in build(facts()).text
    assert "simple oubli" in build(facts(register="tu")).text
    assert "slipped your mind" in build(facts(language="en")).text


def test_no_brace_no_wrong_space_and_no_straight_apostrophe_remains() -> None:
    for one, text in ALL:
        for said in (text.subject, text.text, visible(text)):
            assert not re.search(r"[{}\ue000]|\bNone\b|undefined", said)
            assert "\u202f" not in said
            if one.language == "fr":
                assert not re.search(r" [;:!?%€»]|« |'", said), said
        assert not re.search(r" [,.]|,,|\.\.|\( |  \n|\n\n\n", text.text)
        assert "  " not in text.subject


def test_the_html_says_the_words_of_the_text_in_the_same_order() -> None:
    for _, text in ALL:
        assert words(visible(text)) == words(text.text)


@pytest.mark.requirement("S1.11")
def test_the_html_has_no_colour_no_image_no_link_and_no_script() -> None:
    for _, text in ALL:
        assert not re.search(r"[^-]color:|background|<img|<a |<script|http|class=", text.html)
        assert "color-scheme: light dark" in text.html
        assert "max-width:36em" in text.html


def test_no_line_is_too_long_and_no_amount_or_date_is_broken() -> None:
    for _, text in ALL:
        assert all(len(row) <= 76 for row in text.text.split("\n"))
        assert not re.search(r"\d\n\d|\d\n€|\d\n(janv|nov|oct|jours)", text.text)


def test_the_voice_is_the_one_asked_for() -> None:
    for one, text in ALL:
        said = text.text.lower()
        if one.language == "en":
            assert not re.search(r"\b(vous|votre|tu|ton|bonjour|facture)\b", said)
        elif one.register == "tu":
            assert not re.search(r"\b(vous|votre|vos)\b|[a-z]ez\b(?<!chez)", said), text.text
        else:
            assert not re.search(r"\b(tu|te|ton|ta|tes|toi)\b", said)


@pytest.mark.requirement("S3.5")
def test_payment_facts_are_text_and_ask_for_what_is_left() -> None:
    text = build(facts(lines=(line(balance_cents=100_000),)))
    assert f"dont il reste 1{NBSP}000,00{NBSP}€ à régler" in text.text.replace("\n", " ")
    assert (
        f"À régler{NBSP}: 1{NBSP}000,00{NBSP}€\n"
        f"Titulaire{NBSP}: Atelier Roussel\n"
        f"IBAN{NBSP}: {IBAN}\n"
        f"BIC{NBSP}: AGRIFRPP\n"
        f"Référence{NBSP}: F-2026-0087\n"
    ) in text.text


def test_without_an_iban_the_amount_and_the_reference_remain() -> None:
    said = build(facts(iban="", bic="")).text
    assert "IBAN" not in said and "Titulaire" not in said
    assert f"Référence{NBSP}: F-2026-0087" in said


@pytest.mark.requirement("S0.15")
def test_the_text_of_the_second_reminder_reads_as_a_letter() -> None:
    text = build(facts(template="relance_2", interest_cents=None, fee_cents=None))
    assert text.subject == f"Facture F-2026-0087, 4{NBSP}320,00{NBSP}€ en attente depuis le 31{NBSP}octobre"
    assert text.text.replace(NBSP, " ") == (
        "Bonjour Nadia,\n\n"
        "Je reviens vers vous au sujet de la facture F-2026-0087 (refonte de\n"
        "l’identité, acompte 2), d’un montant de 4 320,00 €, échue le 31 octobre.\n"
        "Elle n’apparaît pas encore comme réglée de mon côté, malgré mon message du\n"
        "9 novembre. Pourriez-vous faire le virement cette semaine, ou m’en\n"
        "indiquer la date ?\n\n"
        "À régler : 4 320,00 €\n"
        "Titulaire : Atelier Roussel\n"
        f"IBAN : {IBAN}\n"
        "BIC : AGRIFRPP\n"
        "Référence : F-2026-0087\n\n"
        "Si un point bloque (bon de commande, adresse de facturation, désaccord),\n"
        "dites-le-moi simplement en répondant à ce message. Si le virement est déjà\n"
        "parti, ne tenez pas compte de ce message.\n\n"
        "Bien à vous,\n"
        "Camille Roussel\n"
        "Atelier Roussel, 04 65 71 20 20\n"
    )


@pytest.mark.requirement("S1.17")
def test_the_message_of_the_due_date_says_today_or_when_it_was() -> None:
    on_time = build(facts(template="echeance", lines=(line(due_on=TODAY),)))
    assert on_time.subject == "Facture F-2026-0087, à échéance aujourd’hui"
    assert "arrive à échéance aujourd’hui" in on_time.text.replace("\n", " ")
    moved = build(facts(template="echeance", lines=(line(due_on=dt.date(2026, 11, 21)),)))
    assert f"est arrivée à échéance le 21{NBSP}novembre" in moved.text.replace("\n", " ")
    assert "aujourd’hui" not in moved.text


def test_several_invoices_are_a_table_with_its_total() -> None:
    lines = (line(), line("F-91", dt.date(2026, 11, 22), balance_cents=12_000, instalment=(2, 3)))
    text = build(facts(lines=lines))
    assert text.subject == f"2 factures en attente, 4{NBSP}440,00{NBSP}€"
    assert (
        "Facture       Échéance         Reste dû\n"
        "F-2026-0087   31 oct. 2026   4 320,00 €\n"
        "F-91 (2/3)    22 nov. 2026     120,00 €\n"
        "Total                        4 440,00 €\n"
    ) in text.text.replace(NBSP, " ")


def test_instalments_of_one_invoice_are_called_instalments() -> None:
    lines = (line(instalment=(1, 3)), line(instalment=(2, 3)))
    assert build(facts(lines=lines)).subject.startswith("2 échéances en attente")


def test_a_number_too_long_for_a_table_becomes_a_list_and_stays_whole() -> None:
    long = "CHANTIER-DE-LA-RUE-DES-LILAS-" * 3
    text = build(facts(lines=(line(long), line())))
    assert long in text.text.replace("\n", " ")


def test_an_instalment_and_the_kind_of_invoice_are_named() -> None:
    said = build(facts(lines=(line(kind="deposit", object="", instalment=(2, 3)),))).text.replace("\n", " ")
    assert "la facture d’acompte F-2026-0087 (échéance 2 sur 3)" in said


def test_penalties_are_figures_from_the_second_reminder_and_law_from_the_last() -> None:
    said = {template: build(facts(template=template)).text.replace("\n", " ") for template in TEMPLATES}
    for template in TEMPLATES[:5]:
        assert "32,45" not in said[template] and "40,00" not in said[template]
    assert f"32,45{NBSP}€ de pénalités" in said["relance_2"] and "441-10" not in said["relance_2"]
    assert f"L.{NBSP}441-10" in said["dernier_rappel"] and f"40,00{NBSP}€" in said["dernier_rappel"]
    public = build(facts(template="dernier_rappel", client_kind="public")).text
    assert f"L.{NBSP}2192-13" in public and "441-10" not in public
    unclaimed = build(facts(template="dernier_rappel", interest_cents=None, fee_cents=None)).text
    assert "441" not in unclaimed


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_consumer_is_never_asked_for_penalties_or_a_fee(template: str, language: str) -> None:
    said = build(facts(template=template, client_kind="individual", language=language)).text
    assert not re.search(r"32[.,]45|40[.,]00|pénalit|indemnit|interest|\b[LD]\.", said)


def test_the_forty_euros_exist_in_euros_only() -> None:
    said = build(facts(template="relance_2", lines=(line(currency="CHF"),))).text
    assert f"32,45{NBSP}CHF" in said and "40,00" not in said


def test_without_a_first_name_the_greeting_is_plain() -> None:
    assert build(facts(first_name="")).text.startswith("Bonjour,\n")
    assert build(facts(first_name="", language="en")).text.startswith("Hello,\n")


def test_a_signer_who_is_the_business_signs_once() -> None:
    assert build(facts(signer_name="Atelier Roussel", phone="")).text.endswith("journée,\nAtelier Roussel\n")


@given(value=st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_value_of_a_user_can_make_a_header_a_block_or_a_tag(value: str) -> None:
    text = build(
        facts(
            lines=(line(number=value, object=value), line(object=value)),
            first_name=value,
            signer_name=value,
            business_name=value,
            reference=value,
            holder=value,
        )
    )
    assert "\n" not in text.subject and "\r" not in text.subject + text.text
    tags = re.findall(r"<(\w+)", text.html)
    assert set(tags) <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "p",
        "br",
        "table",
        "tr",
        "td",
        "th",
        "strong",
    }


def test_a_template_in_a_value_is_only_text() -> None:
    text = build(facts(lines=(line(object="{{ 7 * 7 }} {% raw -%} <b>gras</b>"),)))
    assert "{{ 7 * 7 }} {% raw -%} <b>gras</b>" in text.text.replace("\n", " ")
    assert "&lt;b&gt;gras&lt;/b&gt;" in text.html


def test_an_unknown_template_or_no_invoice_is_refused() -> None:
    with pytest.raises(ValueError, match="menace"):
        build(facts(template="menace"))
    with pytest.raises(ValueError, match="Aucun texte"):
        build(facts(lines=()))


def own(subject: str, body: str, **changes: Any) -> Text:
    return build(facts(template="modele-1", wording=Wording(subject, body), level=1, **changes))


def test_a_text_of_the_user_s_own_is_filled_like_a_delivered_one() -> None:
    text = own("Au sujet de {numero}", "{salutation}\n\nIl reste {reste_du}.\n\n{paiement}\n\nÀ bientôt,\n{signature}")
    assert text.subject == "Au sujet de F-2026-0087"
    assert text.text.startswith(f"Bonjour Nadia,\n\nIl reste 4{NBSP}320,00{NBSP}€.\n\nÀ régler{NBSP}: ")
    assert text.text.endswith("À bientôt,\nCamille Roussel\nAtelier Roussel, 04\u00a065\u00a071\u00a020\u00a020\n")
    assert words(visible(text)) == words(text.text)


def test_a_text_without_a_signature_is_signed_and_one_without_its_table_gets_it_before_the_payment() -> None:
    several = (line(), line("F-91", balance_cents=12_000))
    text = own("Vos factures", "Bonjour,\n\nVoici où payer :\n\n{paiement}\n\nMerci.", lines=several).text
    assert text.endswith("Merci.\n\nCamille Roussel\nAtelier Roussel, 04\u00a065\u00a071\u00a020\u00a020\n")
    assert text.index("payer") < text.index("F-91") < text.index("IBAN")
    bare = own("Vos factures", "Bonjour,\n\nMerci,\n{signature}", lines=several).text
    assert bare.index("Bonjour") < bare.index("F-91") < bare.index("Merci,")
    hidden = own("Vos factures", "[{tableau} {penalites}]\n\nMerci.", lines=several).text
    assert hidden.index("F-91") < hidden.index("Camille"), "a passage that vanishes takes no invoice with it"


def test_a_subject_that_comes_out_empty_names_the_invoice() -> None:
    assert own("{penalites}", "Merci.").subject == "Facture F-2026-0087"
    assert own("[{penalites} dus]", "Merci.", language="en").subject == "Invoice F-2026-0087"


def test_html_and_marks_of_a_user_s_text_are_words() -> None:
    text = own(
        "<b>Facture</b>",
        "<script>alert(1)</script> $x \ue000paiement\ue000 [sic] & {client}",
        client_name="<i>X</i>",
    )
    assert "<script>alert(1)</script> $x paiement [sic] & <i>X</i>" in text.text
    assert "<script" not in text.html and "<i>" not in text.html and "<b>" not in text.html
    assert "IBAN" not in text.text


@pytest.mark.requirement("S2.8")
@pytest.mark.parametrize("body", ["Facture {{numero}}", "Facture {nmero}", "Facture {numero", "Facture numero}"])
def test_a_text_that_would_show_a_brace_is_never_sent(body: str) -> None:
    with pytest.raises(TextError):
        own("Facture", body)


@pytest.mark.requirement("S2.8")
def test_a_variable_without_a_value_is_told_unless_its_passage_goes_with_it() -> None:
    wording = Wording("Facture {numero}", "Objet {objet_facture}[, payée à {penalites}]\nBIC {bic}")
    one = facts(template="modele-1", wording=wording, lines=(line(object=""),), bic="")
    assert empty_variables(one) == ("objet_facture", "bic")
    assert empty_variables(facts()) == ()


def test_no_delivered_text_ever_needs_a_value_it_may_lack() -> None:
    assert {(one.template, names) for one, _ in ALL if (names := empty_variables(one))} == set()


def test_penalties_of_an_own_text_follow_its_tone() -> None:
    said = {
        level: build(
            facts(
                template="modele-1",
                wording=Wording("F", "[Dû {penalites}, {indemnite}.] [{articles_de_loi}]"),
                level=level,
            )
        ).text
        for level in range(6)
    }
    assert all("32,45" not in said[level] and "441" not in said[level] for level in (0, 1, 2))
    assert "32,45" in said[3] and "441" not in said[3]
    assert "32,45" in said[4] and "441" in said[4]


@pytest.mark.requirement("S2.13")
@pytest.mark.parametrize(("language", "register"), [("fr", "vous"), ("fr", "tu"), ("en", "vous")])
def test_the_quote_text_never_speaks_of_an_invoice(language: str, register: str) -> None:
    quote = line("D-2026-0007", dt.date(2026, 12, 1), kind="quote", object="refonte")
    for lines in ((quote,), (quote, replace(quote, number="D-2026-0008"))):
        text = build(
            facts(template="devis_prerelance", language=language, register=register, lines=lines, has_attachment=True)
        )
        said = f"{text.subject} {text.text}".lower()
        assert not re.search(r"factur|invoice|impay|unpaid|retard|iban", said), said
        assert "d-2026-0007" in said


def test_the_thanks_ask_for_nothing() -> None:
    for lines in ((line(balance_cents=0),), (line(balance_cents=0), line("F-91", balance_cents=0))):
        text = build(facts(template="remerciement", lines=lines))
        assert text.subject.startswith("Bien reçu") and "IBAN" not in text.text and "Merci" in text.text


@pytest.mark.parametrize(
    ("register", "language", "whole", "part"),
    [
        ("vous", "fr", "n’est pas encore réglée", "n’est pas entièrement réglée"),
        ("tu", "fr", "n’est pas encore réglée", "n’est pas entièrement réglée"),
        ("vous", "en", "has not been paid yet", "has not been paid in full yet"),
    ],
)
def test_what_is_partly_paid_is_not_called_unpaid(register: str, language: str, whole: str, part: str) -> None:
    def said(paid_cents: int) -> str:
        lines = (line(total_cents=120_000, balance_cents=120_000 - paid_cents),)
        built = build(facts(template="rappel", lines=lines, register=register, language=language))
        return " ".join(built.text.split(" ")).replace("\n", " ")

    assert whole in said(0) and part not in said(0)
    assert part in said(20_000) and whole not in said(20_000)
