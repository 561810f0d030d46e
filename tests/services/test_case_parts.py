"""What goes into a case file, what is missing, and nothing of anybody else's."""

from relance.models.documents import Document
from relance.services import case_parts
from tests import factories
from tests.factories import TODAY
from tests.services.notices import late


def titles(file, order):
    return [part.title for part in file.of(order)]


def test_an_invoice_with_nothing_beside_it_says_all_that_a_court_would_look_for(account, latitude):
    file = case_parts.contents(account, latitude, [late(latitude, "F-77")])
    assert not file.parts
    assert file.gaps["P1"] == ("Le fichier de la facture F-77 manque.",)
    assert all(file.gaps[order] for order in ("P1", "P2", "P3", "P4", "P5", "P7"))
    assert not file.gaps["P6"] and not file.gaps["P8"]


def test_each_piece_is_in_its_place(account, latitude):
    invoice = late(latitude, "F-77", document=factories.make_document(account))
    apart = late(latitude, "F-78", document=factories.make_document(account, b"%PDF-2"))
    factories.make_invoice(
        latitude,
        "A-1",
        kind="credit_note",
        credited_invoice=invoice,
        document=factories.make_document(account, b"%PDF-3"),
    )
    factories.make_quote(latitude, "D-1", invoice=invoice, document=factories.make_document(account, b"%PDF-4"))
    for kind in ("terms", "performance", "registry", "acknowledgement"):
        factories.make_evidence(latitude, invoice, kind=kind, label=f"pièce {kind}")
    factories.make_evidence(latitude, apart, label="d'une autre facture")
    factories.make_evidence(latitude, invoice, label="retirée", archived_at=factories.NOW)
    factories.make_evidence(latitude, label="du client")
    slip = factories.make_document(account, b"\xff\xd8\xff slip", "depot.jpg", mime="image/jpeg")
    letter = factories.make_letter(
        latitude, [invoice, apart], state="posted", mode="lrar_counter", posted_on=TODAY, deposit_proof=slip
    )
    factories.make_letter(latitude, [invoice], state="draft")
    file = case_parts.contents(account, latitude, [invoice])
    assert titles(file, "P1") == ["Facture n° F-77", "Avoir n° A-1"]
    assert titles(file, "P2") == ["Devis n° D-1", "Conditions générales : pièce terms", "Devis signé : du client"]
    assert titles(file, "P3") == ["Preuve de la prestation : pièce performance"]
    assert titles(file, "P5") == ["Mise en demeure", "Preuve de dépôt, Mise en demeure"]
    assert file.of("P5")[0].letter == letter and file.of("P5")[1].ending == ".jpg"
    assert titles(file, "P7") == ["Extrait du registre : pièce registry"]
    assert titles(file, "P8") == ["Reconnaissance de dette : pièce acknowledgement"]
    assert file.gaps["P5"] == ("L'avis de réception manque.",) and not file.gaps["P2"]


def test_what_happened_while_the_invoice_was_another_clients_stays_out(account, latitude, nadia):
    """An invoice can change client: the messages and pieces of before are those of somebody else."""
    invoice = late(latitude, "F-77")
    other = factories.make_client(account, "Hôtel des Cimes")
    factories.make_message(other, [invoice])
    factories.make_letter(other, [invoice])
    factories.make_evidence(other, invoice)
    factories.make_quote(other, "D-1", invoice=invoice, document=Document.get())
    assert not case_parts.contents(account, latitude, [invoice]).parts


def test_a_message_that_the_server_refused_is_in_the_table_and_no_piece(account, latitude, nadia):
    invoice = factories.make_invoice(latitude)
    message = factories.make_message(latitude, [invoice], state="refused", claimed_at=factories.NOW)
    found = case_parts.contents(account, latitude, [invoice])
    assert [one.id for one in found.messages] == [message.id]
    assert titles(found, "P4") == []
