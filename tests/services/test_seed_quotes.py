"""The demo's quotes wait, one of them to be followed up, and none leaves by itself today."""

from relance.models.accounts import User
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.services import quoting_lists, quoting_nudges, seeding
from tests.factories import NOW, TODAY


def test_three_quotes_wait_and_one_is_to_be_followed_up(database):
    seeding.seed(NOW)
    account = User.get(User.email == seeding.EMAIL).account
    assert [quote.number for quote in Quote.select().order_by(Quote.id)] == ["D-2026-012", "D-2026-013", "D-2026-014"]
    counts = quoting_lists.counts(account, TODAY)
    assert (counts["attente"], counts["a-relancer"]) == (3, 1)
    assert quoting_nudges.advance_due(NOW, domain="relance.example") == []
    assert not Message.select().where(Message.kind == "quote").exists()
