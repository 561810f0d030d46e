"""Two windows at the same instant, each with its own connection: the second is told, and nothing is lost."""

import threading

import pytest

from relance import db
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.messages import Message, MessageItem
from relance.models.sequences import Sequence
from relance.services import enrolling, publishing, queueing, sweeping
from relance.services.carrying import Post
from relance.services.enrolling import EnrolmentConflict
from relance.services.publishing import Effect, StaleSequence
from relance.services.sweeping import Swept
from tests import factories
from tests.making import add_block, drop_block, enrol, latest, make_sequence, move_block
from tests.services.sending import nine_on

ROUNDS = 8


def at_once(*works):
    """Run each in a thread of its own, all let go at the same moment; what each returned, or raised."""
    start = threading.Barrier(len(works))
    found = [None] * len(works)

    def run(n, work):
        with db.connection():
            start.wait()
            try:
                found[n] = work()
            except (EnrolmentConflict, StaleSequence) as error:
                found[n] = error
        if not db.is_sqlite():
            db.database.obj.close_idle()

    threads = [threading.Thread(target=run, args=(n, work)) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.requirement("S3.28", "S3.29")
def test_a_client_moved_twice_at_once_is_in_one_sequence_and_the_second_window_is_told(account, camille, now):
    here = make_sequence(account, (3, "rappel"), title="Ici")
    there = make_sequence(account, (5, "rappel"), title="Là")
    for n in range(ROUNDS):
        client = factories.make_client(account, f"Client {n}")
        factories.make_contact(client)
        invoice = factories.make_invoice(client, due_on=factories.TODAY)

        def into(sequence, client_id=client.id):
            return lambda: enrolling.enrol(sequence, [client_id], expected={client_id: None}, by=camille, now=now)

        answers = at_once(into(here), into(there))
        told = [answer for answer in answers if isinstance(answer, EnrolmentConflict)]
        assert len(told) == 1 and [one.id for one in told[0].clients] == [client.id], answers
        followed = Client.get_by_id(client.id).sequence_id
        assert followed == (there if answers[0] is told[0] else here).id
        assert [chase.sequence_id for chase in Chase.select().where(Chase.invoice == invoice)] == [followed]
        assert Event.select().where(Event.client == client, Event.kind == "client_enrolled").count() == 1


@pytest.mark.requirement("S3.24")
def test_a_sequence_published_twice_at_once_is_published_once(account, camille, latitude, nadia, now):
    sequence = make_sequence(account, (3, "rappel"))
    factories.make_invoice(latitude, due_on=factories.TODAY)
    enrol(sequence, latitude)
    for n in range(ROUNDS):
        before = latest(sequence).revision
        add_block(sequence, 20 + n, "relance_1")
        version = latest(sequence).version

        def publish(version=version):
            return publishing.publish(Sequence.get_by_id(sequence.id), version=version, by=camille, now=now)

        answers = at_once(publish, publish)
        assert sum(isinstance(answer, StaleSequence) for answer in answers) == 1, answers
        assert latest(sequence).revision == before + 1
    assert Event.select().where(Event.kind == "sequence_published").count() == ROUNDS + 1


@pytest.mark.requirement("S3.23")
@pytest.mark.parametrize("change", ["dropped", "moved"])
def test_a_block_taken_out_while_its_message_leaves_is_sent_once_or_never(
    account, camille, settings, smtp_server, change
):
    """Whoever is first decides; what the client received is what the rows say."""
    post = Post.of(settings)
    sequence = make_sequence(account, (1, "rappel"), (30, "relance_2"))
    clients = []
    for n in range(6):
        client = factories.make_client(account, f"Client {n}")
        factories.make_contact(client, "Anne", f"anne-{n}@client.example")
        factories.make_invoice(client, due_on=factories.TODAY)
        clients.append(client)
    enrol(sequence, *clients)
    day = nine_on(factories.TODAY + factories.dt.timedelta(1))
    assert len(queueing.advance_due(day, domain="relance.example")) == 6
    if change == "dropped":
        drop_block(sequence, 1)
    else:
        move_block(sequence, 1, 10)
    version = latest(sequence).version
    answers = at_once(
        lambda: publishing.publish(Sequence.get_by_id(sequence.id), version=version, by=camille, now=day),
        lambda: sweeping.sweep(day, post),
    )
    assert isinstance(answers[0], Effect) and isinstance(answers[1], Swept)
    for client in clients:
        states = [row.state for row in Message.select().where(Message.client == client)]
        received = len(smtp_server.to(f"anne-{clients.index(client)}@client.example"))
        assert states in (["sent"], ["cancelled"]), states
        assert received == states.count("sent")
        left = MessageItem.select().join(Message).where(Message.client == client, MessageItem.slot.is_null(False))
        assert left.count() == received
