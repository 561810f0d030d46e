"""What editing a sequence costs, with ten thousand invoices that follow it."""

import sqlite3
import threading
import time

from bench import rows
from bench.measuring import Measure, instance, list_of_invoices, timed
from bench.rows import NOW
from relance import db
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.sequences import Sequence
from relance.services import publishing
from tests import making

ENROLLED = 10_000
PAGES = 10


def sequence_effect() -> Measure:
    """What an edited sequence does to 10 000 invoices that follow it, against one page of the list of the same ones."""
    with list_of_invoices(ENROLLED) as (page, _):
        sequence = _edited(rows.enrol_all(Account.get()))

        def effect() -> None:
            found = publishing.effect_of(sequence, NOW)
            assert found.changed + found.unchanged == ENROLLED

        page()
        return Measure(timed(effect), "ms", timed(page, PAGES), 20, is_relative=True)


def publish_wait() -> Measure:
    """The longest wait of a writer while that sequence is published, against a bare UPDATE of the same 10 000 chases.

    The writer is one that claims messages: its transaction begins by taking a client's turn.
    """
    with instance() as settings:
        sequence = _edited(rows.enrol_all(rows.make(ENROLLED)))

        def bare() -> None:
            with sqlite3.connect(settings.data_dir / "relance.db") as connection:
                connection.execute("UPDATE chase SET next_check_at = '2026-11-23 10:00:00.5' WHERE ended_at IS NULL")

        baseline = timed(bare, 3)
        waits, is_over = [0.0], threading.Event()

        def claim() -> None:
            with db.connection():
                client = Client.get()
                while not is_over.is_set():
                    start = time.perf_counter()
                    with db.transaction():
                        client.take_turn()
                    waits.append((time.perf_counter() - start) * 1000)
                    time.sleep(0.005)

        writer = threading.Thread(target=claim)
        writer.start()
        try:
            publishing.publish(sequence, version=sequence.version, by=None, now=NOW)
        finally:
            is_over.set()
            writer.join()
        assert len(waits) > 10
        return Measure(max(waits), "ms", baseline, 1000)


def _edited(sequence: Sequence) -> Sequence:
    """The sequence with a draft: a block on another day, one taken out, one more."""
    making.move_block(sequence, 10, 12, now=NOW)
    making.drop_block(sequence, 20, now=NOW)
    making.add_block(sequence, 45, "dernier_rappel", now=NOW)
    edited: Sequence = making.latest(sequence)
    return edited
