"""A stored message gives back what travelled, and says so when it cannot."""

import json

from relance import storage
from relance.models.messages import Message
from relance.services import sweeping
from relance.services.carrying import Post
from tests import factories
from tests.data import making
from tests.factories import NOW
from tests.web.reading import css, page, parse, words


def quote_message(latitude, account, settings):
    document = factories.make_document(account, making.pdf(), "devis.pdf", kind="quote")
    quote = factories.make_quote(latitude, "D-2026-014", nudges=1, remind_days=30, document=document)
    sweeping.sweep(NOW, Post.of(settings))
    message = Message.get(Message.kind == "quote")
    return message, f"/devis/{quote.id}/messages/{message.id}", document


def test_a_message_whose_file_is_gone_gives_no_other_one(client, latitude, nadia, account, settings, smtp_server):
    _message, path, document = quote_message(latitude, account, settings)
    storage._path(document.sha256).unlink()
    shown = page(client, path)
    assert not css(shown, f"a[href='{path}/eml']")
    answer = client.get(f"{path}/eml", follow_redirects=True)
    assert answer.request.path == path and "l’original est incomplet" in words(parse(answer))


def test_what_a_server_refused_among_several_is_named(client, latitude, nadia, account, settings, smtp_server):
    message, path, _document = quote_message(latitude, account, settings)
    Message.update(refused_json=json.dumps({"x@y.example": "550 inconnu"})).where(Message.id == message.id).execute()
    assert "x@y.example a été refusée : 550 inconnu" in words(css(page(client, path), "#message-state")[0])
