"""The whole story of one invoice, told by its page in the exact order in which it happened (S3.34)."""

import csv
import datetime as dt
import io

import pytest

from relance.models.accounts import Account
from relance.models.messages import Message
from relance.services import sweeping
from relance.services.carrying import Post
from tests import factories
from tests.making import enrol, make_sequence
from tests.web.reading import css, fields, page, words

D = dt.date
DUE = D(2026, 12, 1)  # a Tuesday


@pytest.fixture
def tick(settings, clock, smtp_server):
    """``tick(day)``: the machine's clock at nine in Paris on that day, and the worker's turn."""

    def _tick(day):
        clock.move_to(dt.datetime.combine(day, dt.time(8), dt.UTC))
        sweeping.sweep(dt.datetime.combine(day, dt.time(8)), Post.of(settings))

    return _tick


@pytest.fixture
def told(client, clock):
    """``told(invoice)``: the sentences of the history's page, the oldest first, what is planned left out."""

    def _told(invoice, place="factures", query=""):
        shown = page(client, f"/{place}/{invoice.id}/historique{query}")
        lines = [one for one in css(shown, "#history .history > li") if one.get("data-k") != "plan"]
        return [words(css(line, ".h > p")[0]) for line in reversed(lines)]

    return _told


def submit(client, path, **typed):
    """Send the form of a page as a person fills it in."""
    form = fields(css(page(client, path), "form.panel")[0])
    answer = client.post(path, data=form | typed)
    assert answer.status_code == 303, words(css(page(client, path), "main")[0])
    return answer


@pytest.mark.requirement("S3.34", "S1.26", "S3.30", "S3.32")
def test_after_a_scenario_the_timeline_has_the_exact_ordered_list(
    client, account, latitude, nadia, tick, told, clock, smtp_server
):
    Account.update(sends_thanks=True, copies_user=True).where(Account.id == account.id).execute()
    blocks = ((-3, "prerelance"), (3, "rappel"), (10, "relance_1"), (14, "", "call"), (20, "relance_2"))
    sequence = make_sequence(account, *blocks, title="Standard B2B")
    invoice = factories.make_invoice(latitude, "F-1", due_on=DUE)
    other = factories.make_invoice(latitude, "F-2", due_on=DUE)
    enrol(sequence, latitude)
    tick(D(2026, 11, 27))  # J-3 is a Saturday: the Friday before
    tick(D(2026, 12, 2))  # late
    smtp_server.refused[nadia.email] = "451 4.3.0 plus tard"
    tick(D(2026, 12, 4))  # J+3, put off
    smtp_server.refused.clear()
    clock.move_to(dt.datetime(2026, 12, 4, 8, 30, tzinfo=dt.UTC))
    sweeping.sweep(dt.datetime(2026, 12, 4, 8, 30), Post.of(client.application.config["RELANCE"]))
    submit(client, f"/factures/{invoice.id}/appel", outcome="no_answer", note="Messagerie pleine")
    submit(client, f"/factures/{invoice.id}/reponse", text="Nous réglons le 8.")
    promise = {"outcome": "promised", "promised_on": "08/12/2026", "amount": "1 200,00"}
    submit(client, f"/factures/{invoice.id}/appel", **promise)
    tick(D(2026, 12, 11))  # two days of grace have passed: broken; J+10, relance 1
    tick(D(2026, 12, 15))  # the call of J+14 comes up
    submit(client, f"/factures/{invoice.id}/pause", until_on="24/12/2026", reason="Livraison en retard")
    tick(D(2026, 12, 21))  # J+20 falls in the pause
    client.post(f"/factures/{invoice.id}/notes", data={"note": "Livré hier"})
    submit(client, f"/factures/{invoice.id}/paiements", amount="200,00", received_on="21/12/2026")
    submit(client, f"/factures/{invoice.id}/reprendre")
    submit(client, f"/factures/{invoice.id}/paiements", amount="1 000,00", received_on="21/12/2026")
    tick(D(2026, 12, 22))  # the thank-you
    assert told(invoice) == [
        "Client inscrit à la séquence Standard B2B",
        "Relances activées : séquence Standard B2B",
        "Prérelance envoyée à Nadia Benali",
        "Échéance dépassée",
        "Rappel envoyé à Nadia Benali",
        "Appel à Nadia Benali, sans réponse",
        "Réponse reçue de Nadia Benali le 4 décembre 2026",
        "Appel à Nadia Benali, promesse de paiement",
        "Promesse de paiement pour le 8 décembre 2026, 1 200,00 €, de la part de Nadia Benali",
        "Promesse non tenue, elle était pour le 8 décembre 2026",
        "Relance 1 envoyée à Nadia Benali",
        "Appel à passer",
        "Relances mises en pause jusqu’au 24 décembre 2026 inclus",
        "Relance 2 attend jusqu’au 24 décembre 2026 : relances de la facture en pause",
        "Note",
        "Paiement reçu, 200,00 €",
        "Relances reprises, prochaine : Relance 2",
        "Paiement reçu, 1 000,00 €",
        "Facture payée",
        "Relances terminées : facture payée",
        "Remerciement envoyé à Nadia Benali",
    ]
    exported = client.get(f"/factures/{invoice.id}/historique/exporter").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(exported.replace("\u00a0", " ")), delimiter=";"))[1:]
    assert [row[2] for row in reversed(rows) if row[1] == "Passé"] == told(invoice)
    assert told(invoice, query="?h=paiements") == [
        "Paiement reçu, 200,00 €",
        "Paiement reçu, 1 000,00 €",
        "Facture payée",
    ]
    # The client's story holds both invoices, and one entry for a message about the two.
    both = told(latitude, "clients")
    assert both.count("Prérelance envoyée à Nadia Benali") == 1
    assert both.count("Relances activées : séquence Standard B2B") == 2
    assert Message.select().where(Message.client == latitude, Message.kind == "thanks").count() == 1
    assert other.id != invoice.id
