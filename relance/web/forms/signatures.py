"""A signature: a file, or what was drawn in the frame, and its name."""

import base64
import binascii

from flask_wtf.file import FileField
from wtforms import HiddenField

from relance.services import signing
from relance.web.forms import Form
from relance.web.forms.fields import TextField, at_most

_PREFIX = "data:image/png;base64,"  # what a canvas gives


class SignatureForm(Form):
    """What to keep, and under which name."""

    name = TextField("Nom de la signature", [at_most(signing.MAX_NAME)])
    file = FileField("Image de votre signature")
    drawing = HiddenField()

    @property
    def source(self) -> str:
        """uploaded, drawn, or nothing: a file wins over the frame."""
        if self.file.data:
            return "uploaded"
        return "drawn" if self.drawing.data else ""

    def content(self) -> bytes:
        """The bytes of the picture, as it was sent; empty when a drawing is no drawing."""
        if self.file.data:
            with self.file.data.stream as file:  # a large one waits in a temporary file
                return bytes(file.read())
        typed = self.drawing.data or ""
        try:
            return base64.b64decode(typed.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            return b""


class RenameForm(Form):
    """Another name for one of them."""

    name = TextField("Nom de la signature", [at_most(signing.MAX_NAME)])
