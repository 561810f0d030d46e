from relance.models.accounts import Account
from relance.models.invoices import Invoice


def test_each_task_says_whether_it_is_done_and_leads_to_its_page(client, camille):
    page = client.get("/bienvenue").text
    assert 'href="/reglages/entreprise?depuis=bienvenue"' in page
    assert 'href="/reglages/coordonnees-bancaires?depuis=bienvenue"' in page
    assert 'href="/reglages/expediteur?depuis=bienvenue"' in page
    assert page.count("Terminé") == 2, "the business and the IBAN; no mail was tested and no invoice typed"
    assert "À faire" in page
    assert 'href="/reglages/signatures?depuis=bienvenue"' in page and page.count("Facultatif") == 2


def test_a_first_invoice_is_one_task_less(client, invoice):
    assert client.get("/bienvenue").text.count("Terminé") == 3
    Invoice.delete().execute()
    assert client.get("/bienvenue").text.count("Terminé") == 2


def test_skipping_is_remembered_and_leads_home(client, camille, now):
    assert client.post("/bienvenue/passer").status_code == 303
    assert Account.get_by_id(camille.account_id).onboarding_dismissed_at == now
