"""Files to import, many at once."""

import re
from pathlib import PurePath

from flask_wtf.file import MultipleFileField
from wtforms import HiddenField

from relance.imports.values import MAX_FILE_BYTES, MEGABYTE
from relance.rules.money import NBSP
from relance.web.forms import Form
from relance.web.i18n import _

MAX_FILES = 200
MAX_ALL_BYTES = 50 * MEGABYTE
TOO_MANY = "200 fichiers au plus à la fois : choisissez-en moins, ou un fichier ZIP."
TOO_BIG_ALL = "Ces fichiers dépassent 50 Mo ensemble. Importez-les en plusieurs fois."


class UploadForm(Form):
    """The files, whose contents the importers judge, and a key: the same form sent twice is one import."""

    files = MultipleFileField("Fichiers")
    key = HiddenField()

    def contents(self) -> list[tuple[str, bytes]]:
        """The name and the bytes of each file chosen; the form says what is too many or too big, and none is given."""
        given = [file for file in self.files.data or [] if getattr(file, "filename", "")]
        if not given:
            self.refuse("files", "Choisissez un fichier.")
        elif len(given) > MAX_FILES:
            self.refuse("files", TOO_MANY)
        found, weight = [], 0
        for file in given if not self.errors else []:
            content = bytes(file.read(MAX_ALL_BYTES + 1))
            weight += len(content)
            name = file_name(file.filename) or _("fichier")
            if weight > MAX_ALL_BYTES and len(given) > 1:
                self.refuse("files", TOO_BIG_ALL)
                break
            if len(content) > MAX_FILE_BYTES:
                sentence = "« {fichier} » pèse {taille}. Le maximum est de 10 Mo."
                self.refuse("files", sentence, fichier=name, taille=megabytes(len(content)))
            found.append((name, content))
        return [] if self.errors else found


def megabytes(size: int) -> str:
    """« 12,5 Mo »."""
    return f"{size / MEGABYTE:.1f}".replace(".", ",") + f"{NBSP}Mo"


def file_name(given: str) -> str:
    """A file name to show and to store, at most 200 characters: no folder, no invisible character."""
    last = PurePath(given.replace("\\", "/")).name
    return re.sub(r"[^\w\s.,;()+'’&-]", "_", "".join(letter for letter in last if letter.isprintable()))[-200:].strip()
