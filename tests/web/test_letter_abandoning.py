"""« Abandonner cette lettre », as a person does it."""

import datetime as dt

from relance.models.holds import Task
from relance.models.letters import Letter
from tests.making import switch_on
from tests.services.notices import late
from tests.web.reading import css, page, words
from tests.web.test_letter_posting import printed, receive, text_of


def test_a_ready_letter_is_abandoned_and_taken_up_again(client, account, latitude, camille):
    letter = printed(latitude)
    place = f"/courriers/{letter.id}"
    assert "Abandonner cette lettre" in text_of(client.get(place))
    assert client.post(f"{place}/abandonner").status_code == 303
    shown = text_of(client.get(place))
    assert "Reprendre cette lettre" in shown
    assert "J'ai posté la lettre" not in shown
    assert "Abandonner cette lettre" not in shown
    [row] = css(page(client, "/courriers?statut=abandonnee"), ".table.letters tbody tr")
    assert "Abandonnée" in words(row)
    assert not css(page(client, "/courriers?statut=prete"), ".table.letters tbody tr")
    assert client.get("/courriers/pdf").status_code == 303, "nothing to print with the others"
    assert client.get(f"{place}/postee").status_code == 303
    assert "abandonnée sans être postée" in text_of(client.get(f"/factures/{letter.lines.get().invoice_id}/historique"))
    client.post(f"{place}/reprendre")
    assert Letter.get_by_id(letter.id).state == "ready"
    assert "Abandonner cette lettre" in text_of(client.get(place))


def test_a_letter_dated_ahead_says_when_it_leaves_instead_of_a_form(client, account, latitude, camille):
    letter = printed(latitude)
    ahead = letter.dated_on + dt.timedelta(30)
    Letter.update(dated_on=ahead).where(Letter.id == letter.id).execute()
    shown = text_of(client.get(f"/courriers/{letter.id}"))
    assert "à poster ce jour-là ou après" in shown
    assert "J'ai posté la lettre" not in shown
    assert client.get(f"/courriers/{letter.id}/postee").status_code == 303


def test_money_received_since_calls_for_no_new_letter_once_posted(client, account, latitude, camille):
    letter = printed(latitude)
    line = letter.lines.get()
    line.invoice.balance_cents -= 100
    line.invoice.save()
    assert "Préparer une nouvelle lettre" in text_of(client.get(f"/courriers/{letter.id}"))
    Letter.update(state="received", posted_on=letter.dated_on, received_on=letter.dated_on).execute()
    shown = text_of(client.get(f"/courriers/{letter.id}"))
    assert "a été enregistré depuis cette lettre." in shown
    assert "Préparer une nouvelle lettre" not in shown


def test_the_list_says_until_when_the_client_may_pay_then_that_the_time_is_over(client, latitude, camille, clock):
    letter = printed(latitude)
    day = letter.dated_on
    fields = {"state": "received", "posted_on": day, "received_on": day, "deadline_on": day + dt.timedelta(8)}
    Letter.update(fields).execute()
    assert "délai jusqu’au" in text_of(client.get("/courriers")).replace("'", "’")
    clock.move_to(dt.datetime(2026, 12, 20, 9, tzinfo=dt.UTC))
    assert "délai écoulé le" in text_of(client.get("/courriers"))


def test_a_number_that_another_letter_has_is_said_and_kept(client, account, latitude, camille):
    first, second = printed(latitude), printed(latitude, "F-2026-0080")
    sent = {"on": "23/11/2026", "mode": "lrar_counter", "tracking_number": "1A23456789012"}
    client.post(f"/courriers/{first.id}/postee", data=sent)
    said = text_of(client.post(f"/courriers/{second.id}/postee", data=sent, follow_redirects=True))
    assert "déjà celui d" in said
    assert "autre lettre, à Latitude Conseil" in said
    assert Letter.get_by_id(second.id).tracking_number == "1A23456789012"


def test_a_corrected_receipt_tells_what_it_was(client, account, latitude, camille, clock):
    letter = printed(latitude)
    client.post(f"/courriers/{letter.id}/postee", data={"on": "23/11/2026", "mode": "lrar_counter"})
    clock.move_to(dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC))
    for day in ("26/11/2026", "25/11/2026"):
        assert receive(client, letter, on=day).status_code == 303
    [told] = css(page(client, f"/factures/{letter.lines.get().invoice_id}/historique"), "main")
    assert "réception corrigée : reçue le 25 novembre 2026 (auparavant le 26 novembre 2026)" in words(told)


def test_the_task_on_the_invoice_leads_to_the_letter_that_is_there(client, account, latitude, camille, nadia):
    letter = printed(latitude)
    invoice = letter.lines.get().invoice
    chase = switch_on(invoice, nadia, start="gently")
    Task.create(
        account=account, client=latitude, invoice=invoice, chase=chase, kind="letter", template="formal_notice",
        due_on=letter.dated_on, slot="1:1:1", created_at=letter.created_at,
    )  # fmt: skip
    shown = page(client, f"/factures/{invoice.id}")
    [link] = [one for one in css(shown, "#chase a") if "Relire la lettre" in words(one)]
    assert link.get("href") == f"/courriers/{letter.id}"


def test_an_invoice_without_a_pdf_is_enclosed_by_hand(client, account, latitude, camille):
    invoice = late(latitude)
    said = page(client, f"/courriers/nouveau?factures={invoice.id}")
    assert "à glisser vous-même dans l" in " ".join(words(one) for one in css(said, "main"))
    assert css(said, f'main a[href="/factures/{invoice.id}"]')
