"""The letter window as its tests use it: every field of the page, the words of the paper in its frame."""

import lxml.html

from tests.web.reading import css, fields, words


def path(invoice, tail=""):
    return f"/factures/{invoice.id}/relancer/courrier{tail}"


def form_of(node):
    """What a browser would send for the window as it stands."""
    return fields(css(node, "form#letter")[0])


def paper_of(node):
    """The words of the letter in the frame."""
    (frame,) = css(node, "#sheet iframe")
    return words(lxml.html.fromstring(frame.get("srcdoc")))


def errors(node):
    return [words(error) for error in css(node, ".field .error")]


def checks(node):
    return [words(line) for line in css(node, "#checks li")]
