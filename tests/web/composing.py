"""The composer of an e-mail, as its tests use it."""

from relance.models.events import Event
from tests.web import reading
from tests.web.reading import css, fields, words


def path(invoice, tail=""):
    return f"/factures/{invoice.id}/relancer/e-mail{tail}"


def composer(browser, invoice, query=""):
    return reading.page(browser, path(invoice) + query)


def form_of(node):
    """What a browser would send for the composer as it stands."""
    return fields(css(node, "form#letter")[0])


def preview_text(node):
    return css(node, "#preview .mail-text")[0].text_content()


def errors(node):
    return [words(error) for error in css(node, ".field .error, fieldset .error")]


def told(invoice):
    return [event.kind for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]
