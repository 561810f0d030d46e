"""A file to import, and the decision to import it."""

import re
from pathlib import PurePath

from flask_wtf.file import FileField
from wtforms import HiddenField

from relance.web.forms import Form
from relance.web.forms.fields import SwitchField


class UploadForm(Form):
    """The file. What it holds is judged by the importers."""

    file = FileField("Fichier")

    @property
    def name(self) -> str:
        """The name of the file as the browser gave it: its last part, without invisible characters."""
        return file_name(self.file.data.filename or "") if self.file.data else ""

    def content(self) -> bytes:
        """The bytes of the file; empty when none was chosen."""
        return bytes(self.file.data.read()) if self.file.data else b""


class ImportForm(Form):
    """The user has seen what would be written (``count`` invoices), and says what to do of bad lines."""

    count = HiddenField()
    skip_bad_rows = SwitchField("Importer les lignes correctes seulement")


def file_name(given: str) -> str:
    """A file name to show and to store, at most 200 characters: no folder, no invisible character."""
    last = PurePath(given.replace("\\", "/")).name
    return re.sub(r"[^\w\s.,;()+'’&-]", "_", "".join(letter for letter in last if letter.isprintable()))[-200:].strip()
