import pytest

from relance.mail import account_notices as notices

ALL = [
    notices.password_reset("Zoé", "https://relance.example/mot-de-passe/abc", "fr"),
    notices.password_changed("Zoé", "fr"),
    notices.iban_changed("Zoé", "FR76 … 0189", "DE89 … 3000", "fr"),
    notices.confirm_sign_up("Zoé", "https://relance.example/inscription/abc"),
    notices.already_signed_up("Zoé", "https://relance.example/connexion", "fr"),
]


@pytest.mark.parametrize("text", ALL, ids=lambda text: text.subject)
def test_each_notice_greets_and_says_the_same_in_text_and_html(text):
    assert text.text.startswith("Bonjour Zoé,")
    assert "Bonjour Zoé," in text.html
    assert "'" not in text.subject + text.text
    assert "{" not in text.text


def test_the_link_is_whole_in_both_parts():
    text = ALL[0]
    assert "https://relance.example/mot-de-passe/abc" in text.text
    assert 'href="https://relance.example/mot-de-passe/abc"' in text.html


def test_a_user_who_reads_english_is_written_to_in_english():
    text = notices.iban_changed("Zoe", "FR76 … 0189", "DE89 … 3000", "en")
    assert text.subject == "Your IBAN was changed"
    assert "FR76 … 0189" in text.text


def test_a_name_cannot_bring_html_in():
    assert "<b>" not in notices.password_changed("<b>Zoé</b>", "fr").html
