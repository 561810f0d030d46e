import pytest

from relance.models.accounts import Account, User
from relance.models.events import Event
from relance.models.messages import Message
from tests import factories

COMPANY = {
    "siret": "732 829 320 00074",
    "business_name": "Atelier Camille",
    "legal_form": "EI",
    "address": "12 rue de la Charité\r\n69002 LYON\r\n",
    "vat_number": "FR40303265045",
    "phone": "04 65 71 12 34",
    "email": "contact@atelier.example",
    "owner_name": "Camille Roussel",
    "owner_capacity": "gérante",
}
OTHER_IBAN = "DE89 3704 0044 0532 0130 00"
PAGES = (
    "entreprise",
    "coordonnees-bancaires",
    "expediteur",
    "signatures",
    "calendrier",
    "penalites",
    "alertes",
    "affichage",
    "securite",
)


def _account(camille):
    return Account.get_by_id(camille.account_id)


@pytest.mark.parametrize("name", PAGES)
def test_every_topic_is_in_the_list_and_opens(client, name):
    assert f'href="/reglages/{name}"' in client.get("/reglages").text
    page = client.get(f"/reglages/{name}")
    assert page.status_code == 200
    assert 'aria-current="page"' in page.text


def test_the_business_is_saved_and_the_change_written_down(client, camille):
    answer = client.post("/reglages/entreprise", data=COMPANY, follow_redirects=True)
    assert "C’est enregistré." in answer.text
    account = _account(camille)
    assert account.siret == "73282932000074"
    assert account.address == "12 rue de la Charité\n69002 LYON"
    assert account.owner_capacity == "gérante"
    event = Event.get(Event.kind == "settings_changed")
    assert event.user == camille
    assert "business_name" in event.facts["fields"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("siret", "732 829", "Un SIRET compte 14 chiffres, vous en avez saisi 6."),
        ("siret", "732 829 320 00075", "clé de contrôle"),
        ("vat_number", "FR00", "TVA"),
        ("business_name", "  ", "Indiquez le nom de votre entreprise."),
        ("business_name", "Atelier\r\nBcc: victime@x.example", "une seule ligne"),
        ("owner_name", "x" * 300, "255"),
        ("email", "sans-arobase", "n’est pas une adresse e-mail"),
        ("address", "1 rue X\n" + "y" * 40, "La ligne 2 dépasse 38 caractères"),
        ("address", "\n".join("1234567"), "vous en avez saisi 7"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(client, camille, field, value, sentence):
    page = client.post("/reglages/entreprise", data=COMPANY | {field: value})
    assert page.status_code == 422
    assert sentence in page.text
    assert f'id="{field}-err"' in page.text
    assert f'href="#{field}"' in page.text, "the summary leads to the field"
    assert "Erreur\u00a0: " in page.text
    assert "contact@atelier.example" in page.text or field == "email"
    assert _account(camille).business_name == "Atelier Roussel"
    assert not Event.select().where(Event.kind == "settings_changed").exists()


def test_a_page_opened_from_the_first_steps_returns_there(client):
    assert 'action="/reglages/entreprise?depuis=bienvenue"' in client.get("/reglages/entreprise?depuis=bienvenue").text
    assert client.post("/reglages/entreprise?depuis=bienvenue", data=COMPANY).location == "/bienvenue"


def test_a_first_iban_needs_no_password(client, camille):
    Account.update(iban="").where(Account.id == camille.account_id).execute()
    assert client.post("/reglages/coordonnees-bancaires", data={"iban": OTHER_IBAN}).status_code == 303
    assert _account(camille).iban == "DE89370400440532013000"
    assert Message.select().count() == 0


@pytest.mark.parametrize("password", ["", "faux"])
def test_an_iban_is_not_replaced_without_the_password(client, camille, password):
    data = {"iban": OTHER_IBAN, "iban_holder": "Camille", "password": password}
    page = client.post("/reglages/coordonnees-bancaires", data=data)
    assert page.status_code == 422
    assert "Confirmez votre mot de passe" in page.text
    assert 'value="Camille"' in page.text
    assert _account(camille).iban == factories.IBAN


def test_a_replaced_iban_is_told_by_mail_and_in_the_journal(client, camille, bell):
    data = {"iban": OTHER_IBAN, "password": factories.PASSWORD}
    assert client.post("/reglages/coordonnees-bancaires", data=data).status_code == 303
    assert _account(camille).iban == "DE89370400440532013000"
    message = Message.get()
    assert (message.kind, message.state) == ("iban_changed", "queued")
    assert "FR76 … 0189" in message.body_text
    assert factories.IBAN not in message.body_text
    assert Event.get(Event.kind == "iban_changed").facts["new"] == "DE89 … 3000"
    assert bell


def test_the_holder_changes_without_the_password(client, camille):
    data = {"iban": factories.IBAN, "iban_holder": "Camille Roussel"}
    assert client.post("/reglages/coordonnees-bancaires", data=data).status_code == 303
    assert _account(camille).iban_holder == "Camille Roussel"


def test_guessing_the_password_there_is_slowed_down_too(client):
    data = {"iban": OTHER_IBAN, "password": "faux"}
    answers = [client.post("/reglages/coordonnees-bancaires", data=data).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_an_iban_with_a_wrong_key_is_refused_and_kept_in_the_field(client):
    page = client.post("/reglages/coordonnees-bancaires", data={"iban": "FR76 3000 6000 0112 3456 7890 188"})
    assert page.status_code == 422
    assert "la clé de contrôle ne correspond pas" in page.text
    assert 'value="FR76 3000 6000 0112 3456 7890 188"' in page.text


def test_the_legal_rate_is_the_default_and_shown_with_its_half_year(client, camille):
    page = client.get("/reglages/penalites").text
    assert "taux de la BCE majoré de 10 points" in page
    assert "31\u00a0décembre 2026" in page or "31 décembre 2026" in page
    client.post("/reglages/penalites", data={"basis": "own", "late_rate": "12,15", "claims_penalties": "y"})
    assert (_account(camille).late_rate_bp, _account(camille).claims_penalties) == (1215, True)
    client.post("/reglages/penalites", data={"basis": "legal", "late_rate": "12,15"})
    assert (_account(camille).late_rate_bp, _account(camille).claims_penalties) == (None, False)


@pytest.mark.parametrize("rate", ["", "douze", "12,155", "-1", "101"])
def test_an_own_rate_must_be_readable(client, rate):
    page = client.post("/reglages/penalites", data={"basis": "own", "late_rate": rate})
    assert page.status_code == 422
    assert "Indiquez un taux en pour cent" in page.text
    assert f'value="{rate}"' in page.text


@pytest.mark.requirement("S0.1")
def test_the_alert_on_late_invoices_can_be_turned_off(client, camille):
    client.post("/reglages/alertes", data={"sent": "by a browser, without the box"})
    assert not _account(camille).alerts_overdue
    client.post("/reglages/alertes", data={"alerts_overdue": "y"})
    assert _account(camille).alerts_overdue


def test_the_theme_and_the_language_follow_the_person(client, camille):
    answer = client.post("/reglages/affichage", data={"theme": "dark", "language": "en"})
    assert "theme=dark" in answer.headers["Set-Cookie"]
    page = client.get("/reglages").text
    assert '<html lang="en" data-theme="dark">' in page
    assert "Settings" in page
    assert "data-shortcuts" not in page
    assert not User.get_by_id(camille.id).has_shortcuts


def test_a_language_that_does_not_exist_is_refused(client, camille):
    page = client.post("/reglages/affichage", data={"theme": "dark", "language": "de"})
    assert page.status_code == 422
    assert "Choisissez une option de la liste." in page.text
    assert User.get_by_id(camille.id).theme == ""


def test_a_changed_password_closes_the_other_sessions_and_says_so(app, client, camille, sign_in):
    elsewhere = sign_in(camille)
    data = {"current": factories.PASSWORD, "password": "trois pommes vertes"}
    page = client.post("/reglages/securite/mot-de-passe", data=data, follow_redirects=True)
    assert "Vos autres sessions ont été fermées." in page.text
    assert client.get("/menu").status_code == 200
    assert elsewhere.get("/menu").status_code == 303
    assert Message.get().kind == "password_changed"
    assert Event.get(Event.kind == "password_changed").user == camille


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"current": "faux", "password": "trois pommes vertes"}, "pas votre mot de passe actuel"),
        ({"current": factories.PASSWORD, "password": "court"}, "12 caractères"),
        ({"current": "", "password": ""}, "Indiquez votre mot de passe actuel."),
    ],
)
def test_a_refused_change_of_password_changes_nothing(client, camille, data, sentence):
    page = client.post("/reglages/securite/mot-de-passe", data=data)
    assert page.status_code == 422
    assert sentence in page.text
    assert User.get_by_id(camille.id).session_key == camille.session_key


def test_the_name_of_the_person_is_saved(client, camille):
    client.post("/reglages/securite/profil", data={"first_name": "Camille", "last_name": "Roussel-Petit"})
    assert User.get_by_id(camille.id).full_name == "Camille Roussel-Petit"
    assert client.post("/reglages/securite/profil", data={"first_name": ""}).status_code == 422
