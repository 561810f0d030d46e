"""What goes with the text of a letter, of either kind: signature, files that follow, enclosures."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from relance.models.evidence import Evidence
from relance.models.signatures import Signature
from relance.services import appending
from relance.web.forms import Form
from relance.web.forms.fields import LinesField, options
from relance.web.i18n import _
from relance.web.numbers import row_id


class PartsForm(Form):
    """``signs`` without any ``signature`` means nothing: the control is shown disabled. Whose it is, services check."""

    signs = BooleanField("Ajouter ma signature numérique au document")
    signature = SelectField("Signature", coerce=row_id, validate_choice=False)
    evidence = SelectMultipleField(
        "Pièces du dossier à joindre", coerce=row_id, widget=ListWidget(), option_widget=CheckboxInput()
    )
    enclosures = LinesField("Autres pièces dans l'enveloppe")
    pieces: Sequence[Evidence] = ()

    def offer(self, signatures: Sequence[Signature], pieces: Sequence[Evidence], kept: Signature | None = None) -> None:
        """Fill the two lists: this person's signatures, the default one first, and the pieces of the case.

        ``kept``: the signature that the draft carries; somebody else's is named by its owner, and comes last.
        """
        self.pieces = list(pieces)
        offered = [(one.id, one.name) for one in signatures]
        if kept is not None and kept.archived_at is None and kept.id not in dict(offered):
            offered.append((kept.id, _("Signature de {nom}", nom=kept.user.full_name)))
        self.signature.choices = options(offered)
        if self.signature.data is None and offered:
            self.signature.data = offered[0][0]
        self.evidence.choices = options((one.id, appending.title_of(one)) for one in pieces)

    def read_version(self) -> int:
        """The version of the draft when the page was made; one that nothing has when it is not a number."""
        text = str(self["version"].data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1

    def parts(self) -> dict[str, Any]:
        """The same for the choices of a letter."""
        return {
            "signature_id": self.signature.data if self.signs.data else None,
            "enclosures": tuple((self.enclosures.data or "").splitlines()),
            "evidence_ids": tuple(self.evidence.data or ()),
        }
