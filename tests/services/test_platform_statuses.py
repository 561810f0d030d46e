import datetime as dt

import pytest

from relance import storage
from relance.imports import statuses
from relance.imports.statuses import StatusRead
from relance.models.events import Event
from relance.models.holds import Dispute
from relance.models.imports import ImportFile, ImportRun
from relance.models.payments import Payment
from relance.services import disputing, paying, platform_statuses, queueing
from relance.services.platform_statuses import StatusError
from tests import factories
from tests.factories import NOW, TODAY
from tests.imports.status_files import SELLER, message, reference
from tests.making import events, fresh

DAY = dt.date(2026, 11, 20)


def status(invoice, code, on=DAY, **values):
    return StatusRead(invoice.number, code, on, **values)


def spaced(dispute):
    return dispute.text.replace("\u00a0", " ")


def run(account, *read, now=NOW, by=None):
    """What was planned of each, then what was done, in words."""
    planned = platform_statuses.plan(account, read, now)
    platform_statuses.apply(account, planned, by, now)
    return [(item.effect, item.note or item.problem) for item in planned]


def recorded(invoice):
    """What is on the invoice, and what its events tell of statuses."""
    row = fresh(invoice)
    told = Event.select().where(Event.invoice == invoice, Event.kind == "platform_status_recorded").order_by(Event.id)
    return (row.platform_status, row.platform_status_on), [event.facts["code"] for event in told]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("207", "Mise en litige par le client sur la plateforme : trop cher"),
        ("210", "Refusée par le client sur la plateforme : trop cher"),
        ("213", "Rejetée par la plateforme, à corriger et à émettre de nouveau : trop cher"),
    ],
)
def test_a_dispute_holds_the_chase_until_a_person_closes_it(account, chased, camille, code, words):
    assert run(account, status(chased, code, reason="trop cher"), by=camille) == [("dispute", "")]
    row = Dispute.get()
    assert (spaced(row), row.kind, row.made_by_id, row.ended_at) == (words, "other", camille.id, None)
    assert recorded(chased) == ((code, DAY), [code])
    assert events(invoice=chased)[-2:] == ["platform_status_recorded", "dispute_opened"]
    late = NOW + dt.timedelta(days=8)  # J+1 and J+8 are past
    assert queueing.advance_due(late, domain="relance.example") == []
    # What the platform says later changes the words on the invoice, and lets nothing go.
    assert run(account, status(chased, "205", late.date()), now=late) == [("record", "held")]
    assert queueing.advance_due(late, domain="relance.example") == []
    disputing.close(chased, by=camille, now=late)
    assert queueing.advance_due(late + dt.timedelta(days=7), domain="relance.example") != []


def test_cashed_pays_what_is_left_and_stops_the_chase(account, chased, camille):
    assert run(account, status(chased, "212"), by=camille) == [("payment", "rest")]
    row, payment = fresh(chased), Payment.get()
    assert (row.state, row.balance_cents, row.paid_on) == ("paid", 0, DAY)
    assert (payment.amount_cents, payment.received_on, payment.created_by_id) == (chased.total_cents, DAY, camille.id)
    assert row.encashment_reported_at == NOW
    told = events(invoice=chased)[-4:]
    assert told == ["platform_status_recorded", "payment_recorded", "invoice_paid", "chase_stopped"]
    assert queueing.advance_due(NOW + dt.timedelta(days=8), domain="relance.example") == []


@pytest.mark.parametrize(
    ("cents", "noted", "paid"),
    [
        (50_000, [], [("payment", "", 50_000)]),
        (500_000, [], [("payment", "capped", 120_000)]),
        (50_000, [(50_000, TODAY)], [("record", "known", 50_000)]),
        (50_000, [(50_000, TODAY - dt.timedelta(days=40))], [("payment", "", 50_000)]),
        (120_000, [(120_000, TODAY)], [("record", "paid", 120_000)]),
    ],
)
def test_cashed_never_counts_money_twice_nor_goes_beyond_what_is_left(account, invoice, cents, noted, paid):
    for amount, day in noted:
        paying.record(invoice, amount, day, by=None, now=NOW)
    (item,) = platform_statuses.plan(account, [status(invoice, "212", amount_cents=cents)], NOW)
    platform_statuses.apply(account, [item], None, NOW)
    last = Payment.select().order_by(Payment.id.desc()).get()
    assert [(item.effect, item.note, last.amount_cents)] == paid
    assert Payment.select().count() == len(noted) + (item.effect == "payment")
    assert recorded(invoice) == (("212", DAY), ["212"])


def test_parts_cashed_on_several_days_are_all_recorded_and_the_same_ones_twice_change_nothing(account, invoice):
    parts = [
        status(invoice, "212", DAY, amount_cents=40_000, paid_on=DAY - dt.timedelta(days=2)),
        status(invoice, "212", DAY - dt.timedelta(days=5), amount_cents=40_000),
        status(invoice, "212", DAY, amount_cents=30_000),
    ]
    assert run(account, *parts) == [("payment", "")] * 3
    before = (fresh(invoice).balance_cents, events(invoice=invoice), Payment.select().count())
    assert before[::2] == (10_000, 3)
    assert {effect for effect, _note in run(account, *parts, now=NOW + dt.timedelta(days=1))} == {"same"}
    assert (fresh(invoice).balance_cents, events(invoice=invoice), Payment.select().count()) == before


def test_an_older_status_is_left_aside_and_the_same_one_twice_changes_nothing(account, invoice):
    run(account, status(invoice, "205"))
    assert run(account, status(invoice, "207", DAY - dt.timedelta(days=1))) == [("older", "")]
    assert run(account, status(invoice, "203")) == [("older", "")]
    assert run(account, status(invoice, "205")) == [("same", "")]
    assert recorded(invoice) == (("205", DAY), ["205"])
    assert Dispute.select().count() == 0


def test_in_one_file_the_last_status_of_an_invoice_is_the_one_that_counts(account, invoice):
    read = [status(invoice, "206", DAY), status(invoice, "207", DAY - dt.timedelta(days=3))]
    assert run(account, *read) == [("record", ""), ("replaced", "")]
    assert (recorded(invoice), Dispute.select().count()) == ((("206", DAY), ["206"]), 0)


@pytest.mark.parametrize("code", ["200", "201", "202", "203", "204", "205", "206", "208", "209", "211"])
def test_other_statuses_are_recorded_and_change_nothing(account, chased, code):
    assert run(account, status(chased, code)) == [("record", "suspended" if code == "208" else "")]
    assert recorded(chased) == ((code, DAY), [code])
    assert len(queueing.advance_due(NOW + dt.timedelta(days=1), domain="relance.example")) == 1


def test_what_is_not_owed_is_not_contested(account, latitude):
    paid = factories.make_invoice(latitude, state="paid", balance_cents=0)
    note = factories.make_invoice(latitude, kind="credit_note")
    draft = factories.make_invoice(latitude, state="draft")
    read = [status(paid, "210"), status(note, "213"), status(draft, "212")]
    assert run(account, *read) == [("record", "not_owed")] * 3
    assert (Dispute.select().count(), Payment.select().count()) == (0, 0)


def test_a_status_finds_its_invoice_and_only_its_own(account, latitude, invoice):
    account.siret = SELLER + "00074"
    account.save()
    latitude.siren = "552100554"
    latitude.save()
    twins = [factories.make_invoice(latitude, "F-9", issued_on=dt.date(2026, month, 1)) for month in (1, 2)]
    read = [
        status(invoice, "210", seller_siren="552100554"),
        status(invoice, "210", seller_siren=SELLER, buyer_siren="732829320"),
        StatusRead("F-404", "210", DAY),
        StatusRead("F-9", "210", DAY),
        StatusRead("F-9", "210", DAY, issued_on=dt.date(2025, 1, 1)),
        StatusRead("F-9", "210", DAY, issued_on=twins[1].issued_on),
        status(invoice, "210", TODAY + dt.timedelta(days=2)),
        status(invoice, "212", amount_cents=1, currency="CHF"),
        status(invoice, "999", error=statuses.UNKNOWN),
    ]
    assert run(account, *read) == [
        ("problem", platform_statuses.NOT_OURS),
        ("problem", platform_statuses.OTHER_CLIENT),
        ("problem", platform_statuses.NOT_FOUND),
        ("problem", platform_statuses.SEVERAL),
        ("problem", platform_statuses.OTHER_DATE),
        ("dispute", ""),
        ("problem", platform_statuses.FUTURE),
        ("problem", "Ce montant n'est pas dans la devise de la facture."),
        ("problem", statuses.UNKNOWN),
    ]
    assert (recorded(invoice), recorded(twins[1])[1]) == ((("", None), []), ["210"])


def test_the_invoice_of_another_account_is_out_of_reach(account, invoice):
    other = factories.make_account("Menuiserie Basile")
    theirs = factories.make_invoice(factories.make_client(other), invoice.number)
    run(account, status(invoice, "210"))
    assert recorded(theirs) == (("", None), [])
    planned = platform_statuses.plan(other, [status(theirs, "210")], NOW)
    assert platform_statuses.apply(account, planned, None, NOW) == []
    assert recorded(theirs) == (("", None), [])


def test_a_file_is_planned_then_applied_once(account, invoice, camille, settings):
    storage.open_storage(settings.data_dir)
    content = message(reference(invoice.number, "210", seller="", issued=""), reference("F-404", "205", seller=""))
    sha256 = storage.put(content)
    document = factories.make_document(account, kind="import", sha256=sha256, name="cdv.xml")
    held = ImportRun.create(account=account, created_at=NOW)
    file = ImportFile.create(run=held, position=1, name="cdv.xml", format="cdar", document=document)
    assert [item.effect for item in platform_statuses.plan_file(file, NOW)] == ["dispute", "problem"]
    assert [item.effect for item in platform_statuses.apply_file(file, camille, NOW)] == ["dispute"]
    assert platform_statuses.apply_file(file, camille, NOW) == []
    assert recorded(invoice) == (("210", DAY), ["210"])


def test_a_person_records_what_she_read_on_her_platform(invoice, camille):
    done = platform_statuses.record_by_hand(invoice, code="210", on=DAY, reason="Doublon", by=camille, now=NOW)
    assert (done.effect, recorded(invoice)) == ("dispute", (("210", DAY), ["210"]))
    assert spaced(Dispute.get()).endswith(" : Doublon")
    # She chose the wrong one: the right one of the same day replaces it.
    done = platform_statuses.record_by_hand(invoice, code="204", on=DAY, reason="", by=camille, now=NOW)
    assert (done.note, recorded(invoice)) == ("held", (("204", DAY), ["210", "204"]))


@pytest.mark.parametrize(
    ("code", "on", "field"),
    [("999", DAY, "code"), ("210", TODAY + dt.timedelta(days=9), "on"), ("210", DAY - dt.timedelta(days=1), "on")],
)
def test_a_status_by_hand_that_makes_no_sense_is_refused_at_its_field(invoice, code, on, field):
    platform_statuses.record_by_hand(invoice, code="205", on=DAY, reason="", by=None, now=NOW)
    with pytest.raises(StatusError) as refused:
        platform_statuses.record_by_hand(invoice, code=code, on=on, reason="", by=None, now=NOW)
    assert refused.value.field == field
    assert recorded(invoice) == (("205", DAY), ["205"])
