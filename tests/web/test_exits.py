"""« Et maintenant ? »: what is proposed after the last step and after the deadline, as facts; and handing over."""

import datetime as dt
import io
import zipfile

import pytest

from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.rules import exit_facts
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import switch_on
from tests.web import reading
from tests.web.reading import css, words

HTMX = {"HX-Request": "true"}


def path(invoice):
    return f"/factures/{invoice.id}/et-maintenant"


def finish(invoice, nadia):
    row = switch_on(invoice, nadia, start="gently", count=2)
    Chase.update(ended_at=NOW, ended_because="finished", next_check_at=None).where(Chase.id == row.id).execute()


def notice(invoice, deadline_on, state="received"):
    letter = Letter.create(
        account=invoice.account, client=invoice.client, dated_on=TODAY - dt.timedelta(12), created_at=NOW,
        state=state, total_cents=120_000, deadline_on=deadline_on,
    )  # fmt: skip
    LetterInvoice.create(letter=letter, invoice=invoice, principal_cents=120_000)
    return letter


def rows(page):
    return {row.get("id"): row for row in css(page, ".exit")}


def hrefs(node):
    return [link.get("href") for link in css(node, "a")]


@pytest.mark.requirement("S1.24", "S0.16")
def test_after_the_last_step_the_invoice_shows_the_ways_out(client, invoice, nadia):
    assert not css(reading.page(client, f"/factures/{invoice.id}"), "#what-now")
    finish(invoice, nadia)
    [panel] = css(reading.page(client, f"/factures/{invoice.id}"), "#what-now")
    said, links = words(panel), hrefs(panel)
    assert "Convenir d'un échéancier" in said.replace("’", "'")
    for sentence in ("Préparer une mise en demeure", "Annonces du BODACC", "Médiation", "Confier le dossier"):
        assert sentence in said
    assert f"/courriers/nouveau?factures={invoice.id}" in links
    assert "https://www.bodacc.fr/pages/annonces-commerciales/?q.registre=registre:552100554" in links
    assert path(invoice) in links
    for link in css(panel, "a[target=_blank]"):
        assert link.get("rel") == "noreferrer noopener" and "(nouvel onglet)" in words(link)
    line = next(line for line in css(reading.page(client, "/tableau-de-bord"), "li") if path(invoice) in hrefs(line))
    assert "Et maintenant ?" in words(line).replace("\u00a0", " ")


@pytest.mark.requirement("S1.24")
def test_after_the_deadline_of_the_formal_notice_too(client, invoice):
    letter = notice(invoice, TODAY)
    assert not css(reading.page(client, f"/factures/{invoice.id}"), "#what-now"), "its last day is not over"
    Letter.update(deadline_on=TODAY - dt.timedelta(1)).where(Letter.id == letter.id).execute()
    [panel] = css(reading.page(client, f"/factures/{invoice.id}"), "#what-now")
    assert "écoulé depuis le 22 novembre 2026" in words(panel)
    assert f"/courriers/nouveau?factures={invoice.id}" not in hrefs(panel)
    page = reading.page(client, path(invoice))
    assert "délai écoulé le 22 novembre 2026" in words(page)
    assert f"/courriers/{letter.id}" in hrefs(rows(page)["notice"])


@pytest.mark.requirement("S2.16", "S0.16")
def test_the_page_puts_the_ways_in_order_with_facts_that_name_their_source(client, invoice, latitude, nadia):
    page = reading.page(client, path(invoice))
    found = rows(page)
    assert list(found) == [
        "plan", "notice", "insolvency", "mediation", "injunction", "lawsuit", "officer", "uncontested", "firm"
    ]  # fmt: skip
    assert "Proposé" not in words(found["notice"]), "two reminders first"
    facts = css(page, ".exit details li")
    assert sum("relu le 22 novembre 2026" in words(fact) for fact in facts) > 15
    for name in ("d’Ormane", "Legalstart", "Recogest"):
        assert name in words(found["firm"])
    assert "Formulaires 12946 ou 12948" in words(found["injunction"])
    assert not [link for link in hrefs(page) if link and ("utm_" in link or link.startswith("http:"))]
    for n, days in enumerate((30, 15)):
        template = ("rappel", "relance_1")[n]
        day = TODAY - dt.timedelta(days)
        factories.make_message(latitude, [invoice], template=template, day_on=day, sent_at=NOW - dt.timedelta(days))
    assert "Proposé" in words(rows(reading.page(client, path(invoice)))["notice"])
    assert not Letter.select().exists(), "never without a click"


@pytest.mark.parametrize(
    ("kind", "has", "has_not"),
    [
        ("individual", ("12948", "formulaire 16040", "Tribunal judiciaire"), ("BODACC", "L441-10", "40 €", "12946")),
        ("public", ("Juge administratif", "à vérifier"), ("BODACC", "Formulaire")),
    ],
)
def test_the_page_follows_the_kind_of_client(client, invoice, kind, has, has_not):
    Client.update(kind=kind).where(Client.id == invoice.client_id).execute()
    said = words(css(reading.page(client, path(invoice)), "main")[0]).replace("\u00a0", " ")
    assert all(word in said for word in has) and not [word for word in has_not if word in said]


def test_what_the_business_does_changes_the_court(client, invoice):
    page = reading.page(client, path(invoice) + "?activite=liberale")
    assert "Je ne sais pas" in words(css(page, ".filter[aria-current]")[0]), "an unknown word is ignored"
    page = reading.page(client, path(invoice) + "?activite=liberal")
    assert "Formulaire 12948" in words(rows(page)["injunction"]) and "uncontested" not in rows(page)
    assert "réservée aux factures entre commerçants" in words(page)


def test_an_invoice_that_is_not_owed_has_no_such_page(client, invoice):
    Invoice.update(state="paid", balance_cents=0).where(Invoice.id == invoice.id).execute()
    assert client.get(path(invoice)).status_code == 303


@pytest.mark.requirement("S2.19")
@pytest.mark.parametrize("address", ["/factures/{}/et-maintenant", "/courriers/nouveau?factures={}"])
def test_help_is_named_with_its_disclaimer(client, invoice, address):
    page = reading.page(client, address.format(invoice.id))
    assert {page.url for page in exit_facts.HELP} <= set(hrefs(page))
    said = words(page).replace("’", "'")
    assert "Relance n'est pas un conseil juridique" in said and "faites-vous aider par un avocat" in said


@pytest.mark.requirement("S0.16")
def test_an_invoice_is_handed_over_shown_and_taken_back(client, invoice, nadia):
    switch_on(invoice, nadia, start="gently", count=2)
    dialog = client.get(f"/factures/{invoice.id}/confier", headers=HTMX).get_data(as_text=True)
    assert dialog.lstrip().startswith("<dialog") and '<option value="Recogest">' in dialog
    refused = client.post(f"/factures/{invoice.id}/confier", data={"to": "", "on": "23/11/2026", "note": "Dossier 12"})
    assert refused.status_code == 422 and "Dossier 12" in refused.get_data(as_text=True)
    late = client.post(f"/factures/{invoice.id}/confier", data={"to": "Recogest", "on": "24/11/2026"})
    assert late.status_code == 422 and not Pause.select().exists()
    data = {"to": "Recogest", "on": "22/11/2026", "note": "Dossier 12"}
    assert client.post(f"/factures/{invoice.id}/confier", data=data).status_code == 303
    page = reading.page(client, f"/factures/{invoice.id}")
    said = words(page)
    assert "Dossier confié à Recogest depuis le 22 novembre 2026" in said and "Dossier 12" in said
    assert said.count("Les relances sont en pause") == 1 and "Motif : Dossier confié" not in said
    assert "Dossier confié à Recogest" in words(css(page, ".history")[0])
    assert client.post(f"/factures/{invoice.id}/confier/reprendre").status_code == 303
    assert "Reprendre le dossier" not in words(reading.page(client, f"/factures/{invoice.id}"))
    assert not Pause.select().where(Pause.ended_at.is_null()).exists()
    kinds = [event.kind for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]
    assert kinds[-4:] == ["paused", "handed_over", "taken_back", "resumed"]
    assert client.post(f"/factures/{invoice.id}/confier/reprendre").status_code == 303, "twice: said, not an error"


@pytest.mark.requirement("S0.16")
def test_the_case_file_is_beside_the_hand_over_and_opens(client, invoice, nadia):
    finish(invoice, nadia)
    link = f"/factures/{invoice.id}/dossier"
    assert link in hrefs(rows(reading.page(client, path(invoice)))["firm"])
    assert link in client.get(f"/factures/{invoice.id}/confier", headers=HTMX).get_data(as_text=True)
    client.post(f"/factures/{invoice.id}/confier", data={"to": "Recogest", "on": "23/11/2026"})
    notices = css(reading.page(client, f"/factures/{invoice.id}"), ".notice")
    assert any(link in hrefs(one) and "Dossier confié à Recogest" in words(one) for one in notices)
    page = reading.page(client, link)
    [form] = [one for one in css(page, "form[method=post]") if ".zip" in one.get("action", "")]
    content = client.post(form.get("action"), buffered=True).get_data()
    with zipfile.ZipFile(io.BytesIO(content)) as folder:
        assert folder.testzip() is None
        assert any(invoice.number in name or name.lower().endswith(".pdf") for name in folder.namelist())
        assert b"Recogest" in b"".join(folder.read(name) for name in folder.namelist() if not name.endswith(".pdf"))
