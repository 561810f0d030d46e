"""The journal of a case file: one client's events in full, the others' as digests that give nothing away."""

import datetime as dt
import hashlib
import json

from relance.models.events import Event, record
from relance.services import case_events, journal
from tests import factories

SHA = "ab" * 32
HOUR = dt.timedelta(hours=1)


def test_events_of_other_clients_are_digests_and_the_chain_counts_to_its_head(account, latitude, camille, now):
    mine, apart = factories.make_invoice(latitude), factories.make_invoice(latitude)
    other = factories.make_client(account, "Hôtel des Cimes")
    for client, invoice, text in (
        (latitude, mine, "à nous"), (other, factories.make_invoice(other), "Cimes"), (latitude, apart, "autre facture"),
        (latitude, None, "du client"), (None, None, "du compte"),
    ):  # fmt: skip
        record(
            "evidence_added",
            account=account,
            client=client,
            invoice=invoice,
            at=now,
            text=text,
            user=camille,
            sha256=SHA,
        )
    moved = record("note_added", account=account, client=other, invoice=mine, at=now, text="du temps d'un autre client")
    journal.seal(now + HOUR)
    record("note_added", account=account, client=latitude, invoice=mine, at=now + HOUR, text="à l'instant")

    events = case_events.shown(account, latitude, [mine])
    assert [event.facts["text"] for event in events] == ["à nous", "du client", "à l'instant"]
    chain, trail = case_events.lines(account, events, [mine])
    read = list(chain)
    previous = journal.START
    for item, _line in read[:-1]:
        previous = "2" + hashlib.sha256(f"{previous}{item}".encode()).hexdigest()
    assert previous == trail.head == Event.get_by_id(moved.id).chain
    assert (trail.sealed, trail.shown, trail.withheld, set(trail.said)) == (6, 3, [6], {SHA})
    rows = [json.loads(line) for _item, line in read if line]
    assert [(row["n"], row["event"]["data"]["text"]) for row in rows] == [
        (1, "à nous"), (4, "du client"), (7, "à l'instant"),
    ]  # fmt: skip
    assert rows[-1]["chain"] is None and read[-1][0] == ""
    assert "Cimes" not in json.dumps(read, ensure_ascii=False)


def test_a_long_journal_is_read_by_pages(account, latitude, now, monkeypatch):
    monkeypatch.setattr(case_events, "PAGE", 3)
    for n in range(7):
        record("note_added", account=account, client=latitude, at=now, text=str(n))
    journal.seal(now + HOUR)
    chain, trail = case_events.lines(account, case_events.shown(account, latitude, []), [])
    assert [json.loads(line)["event"]["data"]["text"] for _item, line in chain] == list("0123456")
    assert trail.sealed == 7 and journal.first_break(account.id) is None
