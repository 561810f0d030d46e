"""The paragraphs of a formal notice, as a person writes them."""

from collections.abc import Mapping

from wtforms import HiddenField, TextAreaField

from relance.web.forms import Form


class TextForm(Form):
    """One text area for each paragraph, named by its key (letters.notice_text.KEYS)."""

    object = TextAreaField("Objet")
    opening = TextAreaField("Les faits")
    grounds = TextAreaField("Ce qui fonde la demande")
    demand = TextAreaField("La demande")
    consequence = TextAreaField("À défaut de règlement")
    courtesy = TextAreaField("La main tendue")
    closing = TextAreaField("Formule de politesse")
    version = HiddenField(default="0")

    def show(self, texts: Mapping[str, str]) -> None:
        """Fill the areas."""
        for key, text in texts.items():
            self[key].data = text

    def own_words(self, delivered: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The paragraphs that are no longer those of Relance, spaces and line ends apart."""
        written = {key: (self[key].data or "").replace("\r\n", "\n").strip() for key in delivered}
        return tuple(sorted((key, text) for key, text in written.items() if _bare(text) != _bare(delivered[key])))

    def read_version(self) -> int:
        """The version of the draft when the page was made; one that nothing has when it is not a number."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _bare(text: str) -> str:
    return " ".join(text.split())  # a browser may change one space for another
