"""Formal notices: what may be claimed, when, and what is frozen."""

import datetime as dt
import io
import json
import threading

import pypdf
import pytest

from relance import db, storage
from relance.letters import press
from relance.models.accounts import Heartbeat
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.models.messages import Message, MessageItem
from relance.services import notice_checks, noticing, paying
from relance.services.noticing import NoticeError
from tests import factories
from tests.factories import NOW, TODAY

DAY = dt.timedelta(days=1)


@pytest.fixture
def business(database):
    return factories.make_account()


@pytest.fixture
def user(business):
    return factories.make_user(business)


@pytest.fixture
def brewery(business):
    return factories.make_client(business, "Brasserie des Deux Rives", address="8 quai des Bateliers\n67000 Strasbourg")


def late(client, number=None, **fields):
    """1 860 € due on 23 September 2026, 61 days before the letter."""
    return factories.make_invoice(
        client, number, **{"total_cents": 186_000, "due_on": dt.date(2026, 9, 23), "late_rate_bp": 1215} | fields
    )


def prepare(account, client, invoices, *, now=NOW, by=None, **options):
    values = {"dated_on": TODAY, "delay_days": 8, "claims_interest": True, "claims_fee": True} | options
    return noticing.prepare(account, client, invoices, by=by, now=now, **values)


def remind(invoice, template, on, state="sent", kind="reminder", subject="Facture en retard"):
    """A reminder about ``invoice``, sent at 10:00 in Paris on ``on``."""
    at = dt.datetime.combine(on, dt.time(9))
    message = Message.create(
        account=invoice.account_id,
        client=invoice.client_id,
        kind=kind,
        state=state,
        template=template,
        to_json="[]",
        subject=subject,
        body_text="",
        message_id=f"<{invoice.id}-{template}-{on}@x>",
        token=f"{invoice.id}-{template}-{on}",
        not_before_at=at,
        sent_at=at if state == "sent" else None,
        created_at=at,
    )
    for instalment in invoice.instalments:
        MessageItem.create(
            message=message,
            invoice=invoice,
            instalment=instalment,
            template=template,
            balance_cents=invoice.balance_cents,
        )
    return message


def kinds(letter):
    return [event.kind for event in Event.select().where(Event.letter == letter).order_by(Event.id)]


def text_of(pdf):
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


@pytest.mark.requirement("S2.17", "S4.17")
def test_a_notice_is_prepared_then_printed_once_and_frozen(business, user, brewery):
    invoice = late(brewery, "F-2026-0079")
    letter = prepare(business, brewery, [invoice], by=user)
    assert (letter.state, letter.document_id, letter.requested_at) == ("draft", None, NOW)
    assert (letter.principal_cents, letter.interest_cents, letter.fee_cents) == (186_000, 3_777, 4_000)
    assert letter.total_cents == 193_777
    line = LetterInvoice.get(LetterInvoice.letter == letter)
    assert (line.invoice_id, line.principal_cents, line.interest_cents) == (invoice.id, 186_000, 3_777)
    assert noticing.pending() == [letter.id]
    assert kinds(letter) == ["letter_requested"]

    pdf = noticing.render(letter.id, NOW)
    after = Letter.get_by_id(letter.id)
    assert (after.state, after.requested_at, after.error) == ("ready", None, "")
    assert after.document.name == "mise-en-demeure-brasserie-des-deux-rives-2026-11-23.pdf"
    assert (after.document.kind, after.document.mime, after.document.size) == ("letter", "application/pdf", len(pdf))
    assert after.sha256 == after.document.sha256
    assert storage.get(after.sha256) == pdf
    assert kinds(letter) == ["letter_requested", "letter_ready"]
    assert noticing.pending() == []
    assert "1 937,77 €" in text_of(pdf)

    assert noticing.render(letter.id, NOW + DAY) == pdf  # again: the same bytes, nothing new
    assert kinds(letter) == ["letter_requested", "letter_ready"]
    assert Document.select().count() == 1


def test_the_event_tells_who_asked_and_the_machine_printed(business, user, brewery):
    letter = prepare(business, brewery, [late(brewery)], by=user)
    noticing.render(letter.id, NOW)
    asked, ready = Event.select().where(Event.letter == letter).order_by(Event.id)
    assert (asked.user_id, ready.user_id) == (user.id, None)
    assert asked.facts["total_cents"] == 193_777
    assert ready.facts["sha256"] == Letter.get_by_id(letter.id).sha256


def test_the_same_form_sent_twice_is_one_letter(business, brewery):
    invoice = late(brewery)
    first = prepare(business, brewery, [invoice])
    assert prepare(business, brewery, [invoice], now=NOW + dt.timedelta(seconds=20)).id == first.id
    assert Letter.select().count() == 1
    other = prepare(business, brewery, [invoice], delay_days=15)
    assert other.id != first.id
    assert kinds(first) == ["letter_requested"]


def test_several_invoices_are_one_letter_and_each_history_tells_it(business, brewery):
    invoices = [late(brewery), late(brewery, due_on=dt.date(2026, 6, 20), late_rate_bp=None), late(brewery)]
    letter = prepare(business, brewery, invoices)
    assert letter.fee_cents == 12_000
    assert LetterInvoice.select().where(LetterInvoice.letter == letter).count() == 3
    for invoice in invoices:
        events = Event.select().where(Event.invoice == invoice, Event.kind == "letter_requested")
        assert [event.letter_id for event in events] == [letter.id]
    facts = noticing.facts_of(letter)
    assert [line.due_on[0] for line in facts.invoices] == [dt.date(2026, 6, 20), *[dt.date(2026, 9, 23)] * 2]
    assert [period.rate_bp for period in facts.invoices[0].periods] == [1215, 1240]
    assert letter.total_cents == sum(
        line.principal_cents + line.interest_cents + line.fee_cents for line in letter.lines
    )


def test_payments_credit_notes_and_coming_instalments_lower_what_is_claimed(business, brewery):
    invoice = factories.make_invoice(
        brewery,
        instalments=[(dt.date(2026, 9, 23), 100_000), (dt.date(2026, 12, 23), 86_000)],
        late_rate_bp=1215,
    )
    paying.record(invoice, 30_000, dt.date(2026, 10, 3), by=None, now=NOW)
    factories.make_invoice(
        brewery,
        "A-12",
        total_cents=20_000,
        kind="credit_note",
        credited_invoice=invoice,
        issued_on=dt.date(2026, 10, 5),
    )
    paying.resettle(Invoice.get_by_id(invoice.id), by=None, now=NOW)
    letter = prepare(business, brewery, [invoice])
    (claimed,) = noticing.facts_of(letter).invoices
    assert (letter.principal_cents, claimed.later_cents) == (50_000, 86_000)
    assert [(line.amount_cents, line.is_credit_note) for line in claimed.received] == [(30_000, False), (20_000, True)]
    assert [(period.days, period.base_cents) for period in claimed.periods] == [
        (10, 100_000),
        (2, 70_000),
        (49, 50_000),
    ]
    assert claimed.due_on == (dt.date(2026, 9, 23),)


def test_an_individual_is_asked_for_the_principal_alone(business):
    odile = factories.make_client(business, "Odile Perrin", kind="individual", siren="")
    invoice = late(odile)
    letter = prepare(business, odile, [invoice], claims_fee=False)
    assert (letter.total_cents, letter.interest_cents, letter.fee_cents) == (186_000, 0, 0)
    with pytest.raises(NoticeError, match="particulier") as refused:
        prepare(business, odile, [invoice])
    assert set(refused.value.errors) == {"claims_fee"}
    text = text_of(noticing.render(letter.id, NOW))
    assert "1231-6" in text
    assert "441-10" not in text


def test_a_public_body_keeps_the_rate_of_the_half_year_in_which_interest_began(business):
    town = factories.make_client(business, "Mairie de Brest", kind="public")
    letter = prepare(business, town, [late(town, due_on=dt.date(2025, 12, 1))])
    (claimed,) = noticing.facts_of(letter).invoices
    assert [(period.rate_bp, period.days) for period in claimed.periods] == [(1015, 357)]
    assert letter.fee_cents == 4_000


def test_the_rate_is_the_invoice_s_then_the_account_s_then_the_legal_default(business, brewery):
    invoice = late(brewery, late_rate_bp=None)

    def rates():
        facts = noticing.facts_of(prepare(business, brewery, [Invoice.get_by_id(invoice.id)]))
        return {period.rate_bp for period in facts.invoices[0].periods}

    assert rates() == {1240}
    business.late_rate_bp = 1300
    business.save()
    assert rates() == {1300}
    Invoice.update(late_rate_bp=1500).execute()
    assert rates() == {1500}


def test_nothing_is_claimed_that_was_not_asked(business, brewery):
    letter = prepare(business, brewery, [late(brewery)], claims_interest=False, claims_fee=False)
    assert (letter.total_cents, letter.interest_cents, letter.fee_cents) == (186_000, 0, 0)
    assert noticing.facts_of(letter).invoices[0].periods == ()


def test_another_currency_has_no_forty_euros(business, brewery):
    letter = prepare(business, brewery, [late(brewery, currency="CHF")])
    assert (letter.currency, letter.fee_cents, letter.claims_fee) == ("CHF", 0, False)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"due_on": TODAY}, "n'est pas en retard"),
        ({"due_on": TODAY + DAY}, "n'est pas en retard"),
        ({"paid_cents": 186_000}, "n'est pas en retard"),
        ({"state": "draft"}, "n'est pas en retard"),
        ({"state": "cancelled"}, "n'est pas en retard"),
        ({"kind": "credit_note"}, "n'est pas en retard"),
    ],
)
def test_only_a_late_invoice_can_be_claimed(business, brewery, fields, sentence):
    invoice = late(brewery, **fields)
    with pytest.raises(NoticeError, match=sentence):
        prepare(business, brewery, [invoice])
    assert Letter.select().count() == 0
    assert Event.select().where(Event.kind == "letter_requested").count() == 0


def test_a_payment_recorded_just_before_is_seen(business, brewery):
    invoice = late(brewery)
    stale = Invoice.get_by_id(invoice.id)
    paying.record(invoice, 186_000, TODAY, by=None, now=NOW)
    with pytest.raises(NoticeError, match="n'est pas en retard"):
        prepare(business, brewery, [stale])


def test_invoices_of_another_client_account_or_currency_are_refused(business, brewery):
    other = factories.make_client(business, "Latitude Conseil")
    stranger = factories.make_client(factories.make_account("Menuiserie Basile"), "Hôtel des Cimes")
    with pytest.raises(NoticeError, match="même client"):
        prepare(business, brewery, [late(brewery), late(other)])
    with pytest.raises(NoticeError, match="même client"):
        prepare(business, stranger, [late(stranger)])
    with pytest.raises(NoticeError, match="une lettre par devise"):
        prepare(business, brewery, [late(brewery), late(brewery, currency="CHF")])
    with pytest.raises(NoticeError, match="au moins une facture"):
        prepare(business, brewery, [])


@pytest.mark.parametrize(
    ("options", "name"), [({"dated_on": TODAY - DAY}, "dated_on"), ({"delay_days": 3}, "delay_days")]
)
def test_a_letter_is_not_antedated_nor_its_delay_invented(business, brewery, options, name):
    with pytest.raises(NoticeError) as refused:
        prepare(business, brewery, [late(brewery)], **options)
    assert set(refused.value.errors) == {name}


def test_an_unknown_half_year_is_refused_with_the_way_out(business, brewery):
    eve = dt.datetime(2026, 12, 28, 9)
    invoice = late(brewery, late_rate_bp=None)
    with pytest.raises(NoticeError, match=r"1er semestre 2027.*ne réclamez pas") as refused:
        prepare(business, brewery, [invoice], now=eve, dated_on=dt.date(2027, 1, 4))
    assert set(refused.value.errors) == {"dated_on"}
    assert prepare(business, brewery, [invoice], now=eve, dated_on=dt.date(2026, 12, 31)).interest_cents > 0
    without = prepare(business, brewery, [invoice], now=eve, dated_on=dt.date(2027, 1, 4), claims_interest=False)
    assert without.interest_cents == 0


@pytest.mark.requirement("S4.4", "S2.16")
def test_the_reminders_that_left_are_counted_and_told(business, brewery):
    invoice, other = late(brewery), late(brewery)
    assert notice_checks.is_early(business, [invoice])
    remind(invoice, "standard", dt.date(2026, 8, 24))
    remind(invoice, "prerelance", dt.date(2026, 9, 20))
    remind(invoice, "rappel", dt.date(2026, 9, 30))
    remind(invoice, "relance_1", dt.date(2026, 10, 1), state="refused")
    remind(invoice, "relance_1", dt.date(2026, 10, 2), state="queued")
    assert notice_checks.is_early(business, [invoice])
    assert "Une seule relance envoyée" in notice_checks.before_posting(business, brewery, [invoice])[0].sentence
    remind(invoice, "relance_1", dt.date(2026, 10, 8), kind="manual", subject="Deuxième relance")
    assert not notice_checks.is_early(business, [invoice])
    first = notice_checks.before_posting(business, brewery, [invoice])[0]
    assert first.is_ok
    assert first.values == {"n": 2, "date": dt.date(2026, 10, 8)}
    assert notice_checks.is_early(business, [invoice, other])

    letter = prepare(business, brewery, [invoice])
    told = noticing.facts_of(letter).reminders
    assert [(reminder.on, reminder.label) for reminder in told] == [
        (dt.date(2026, 9, 30), "Rappel"),
        (dt.date(2026, 10, 8), "Relance 1"),
    ]
    assert "Deuxième relance" in text_of(noticing.render(letter.id, NOW))


def test_one_reminder_for_two_invoices_is_told_once(business, brewery):
    first, second = late(brewery), late(brewery)
    message = remind(first, "rappel", dt.date(2026, 9, 30))
    MessageItem.create(
        message=message, invoice=second, instalment=second.instalments.get(), template="rappel", balance_cents=1
    )
    (told,) = noticing.facts_of(prepare(business, brewery, [first, second])).reminders
    assert set(told.numbers) == {first.number, second.number}


def test_what_is_missing_is_said_with_where_to_correct_it(business):
    client = factories.make_client(business, "Studio sans adresse", address="")
    business.iban = business.address = ""
    business.save()
    found = {check.fix: check.sentence for check in notice_checks.before_posting(business, client, [late(client)])}
    assert "adresse postale est vide" in found["client"]
    assert "adresse" in found["company"]
    assert "IBAN" in found["bank"]


def test_a_contractual_rate_under_the_legal_floor_is_said_not_changed(business, brewery):
    invoice = late(brewery, late_rate_bp=300)
    checks = notice_checks.before_posting(business, brewery, [invoice])
    (floor,) = [check for check in checks if "sous le minimum légal" in check.sentence]
    assert floor.values == {"taux": 300, "semestre": "2e semestre 2026", "plancher": 825}
    assert noticing.facts_of(prepare(business, brewery, [invoice])).invoices[0].periods[0].rate_bp == 300


def test_two_workers_print_a_letter_once(business, brewery):
    letter = prepare(business, brewery, [late(brewery)])
    outcomes = []

    def work():
        with db.connection():
            outcomes.append(noticing.render(letter.id, NOW))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    printed = {outcome for outcome in outcomes if outcome is not None}
    assert len(printed) == 1
    assert Document.select().count() == 1
    assert kinds(letter) == ["letter_requested", "letter_ready"]


def test_a_worker_that_died_while_printing_only_delays_the_letter(business, brewery):
    letter = prepare(business, brewery, [late(brewery)])
    Letter.update(requested_at=NOW + noticing.LEASE).execute()  # taken, and nothing came of it
    assert noticing.render(letter.id, NOW) is None
    assert noticing.pending() == [letter.id]
    assert noticing.render(letter.id, NOW + noticing.LEASE) is not None


@pytest.mark.parametrize("trouble", [press.PressError("Il manque libpango."), RuntimeError("bug")])
def test_a_letter_that_cannot_be_printed_says_why_and_can_be_asked_again(business, brewery, monkeypatch, trouble):
    letter = prepare(business, brewery, [late(brewery)])

    def broken(page, *, created_at):
        raise trouble

    monkeypatch.setattr(press, "print_pdf", broken)
    assert noticing.render(letter.id, NOW) is None
    failed = Letter.get_by_id(letter.id)
    assert (failed.state, failed.requested_at, failed.document_id) == ("draft", None, None)
    assert failed.error
    assert noticing.pending() == []
    assert kinds(letter) == ["letter_requested", "letter_failed"]
    monkeypatch.undo()
    noticing.ask_again(failed, by=None, now=NOW)
    assert noticing.render(letter.id, NOW) is not None
    assert Letter.get_by_id(letter.id).state == "ready"
    assert kinds(letter) == ["letter_requested", "letter_failed", "letter_requested", "letter_ready"]


def test_without_a_worker_for_two_minutes_whoever_waits_prints(business, brewery):
    letter = prepare(business, brewery, [late(brewery)])
    assert noticing.needs_hand(letter, NOW)
    Heartbeat.beat("worker", NOW)
    assert not noticing.needs_hand(letter, NOW + dt.timedelta(minutes=2))
    assert noticing.needs_hand(letter, NOW + dt.timedelta(minutes=2, seconds=1))
    noticing.render(letter.id, NOW)
    assert not noticing.needs_hand(Letter.get_by_id(letter.id), NOW + DAY)


def test_money_received_since_makes_the_letter_outdated(business, brewery):
    invoice = late(brewery)
    letter = prepare(business, brewery, [invoice])
    assert not noticing.is_outdated(letter)
    paying.record(invoice, 1_000, TODAY, by=None, now=NOW)
    assert noticing.is_outdated(letter)


def test_the_letter_is_what_was_true_when_it_was_asked(business, brewery):
    letter = prepare(business, brewery, [late(brewery)])
    brewery.name = "Autre nom"
    brewery.save()
    text = text_of(noticing.render(letter.id, NOW))
    assert "BRASSERIE DES DEUX RIVES" in text
    assert json.loads(letter.facts)["recipient"][0] == "BRASSERIE DES DEUX RIVES"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Café de l'Œuvre & Fils", "mise-en-demeure-cafe-de-l-oeuvre-fils-2026-11-23.pdf"),
        ("../../etc/passwd", "mise-en-demeure-etc-passwd-2026-11-23.pdf"),
        ("株式会社", "mise-en-demeure-client-2026-11-23.pdf"),
        ("x" * 200, f"mise-en-demeure-{'x' * 60}-2026-11-23.pdf"),
    ],
)
def test_the_file_has_a_plain_name(business, name, expected):
    client = factories.make_client(business, name)
    assert noticing.file_name(prepare(business, client, [late(client)])) == expected


def test_the_head_of_the_letter_names_a_sole_trader_or_a_company(business, brewery):
    facts = noticing.facts_of(prepare(business, brewery, [late(brewery)]))
    assert facts.sender.headline == "Camille Roussel\u00a0EI"
    assert facts.sender.lines == ("Atelier Roussel", "12 rue de la Charité", "69002 LYON")
    assert facts.sender.details[0].replace("\u00a0", " ") == "SIRET 732 829 320 00074"
    assert (facts.sender.place, facts.sender.signer, facts.sender.capacity) == ("Lyon", "Camille Roussel", "graphiste")
    business.legal_form = "SARL"
    business.save()
    facts = noticing.facts_of(prepare(business, brewery, [late(brewery)]))
    assert facts.sender.headline == "Atelier Roussel\u00a0SARL"
    assert facts.sender.lines == ("12 rue de la Charité", "69002 LYON")
