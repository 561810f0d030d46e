"""What is noted about a letter that left: its deposit, its receipt, their proofs."""

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField

from relance.imports.values import MAX_FILE_BYTES
from relance.services.posting_letters import MAX_NUMBER, File
from relance.web.forms import Form
from relance.web.forms.fields import DateField, TextField, at_most, options, required
from relance.web.forms.imports import file_name
from relance.web.numbers import row_id


class ProofForm(Form):
    """A proof to join: a PDF or a photograph."""

    proof = FileField("Fichier")
    version = HiddenField()

    def file(self) -> File | None:
        """The bytes and the name of the file; None when none was chosen."""
        given = self.proof.data
        name = file_name(given.filename or "") if given else ""
        return (bytes(given.read(MAX_FILE_BYTES + 1)), name) if name else None

    def shown_version(self) -> int:
        """The version of the letter that the form was shown with."""
        return row_id(self.version.data)


class DepositForm(ProofForm):
    """« J'ai posté la lettre »."""

    on = DateField("Date du dépôt", [required("la date du dépôt")])
    mode = RadioField("Mode d'envoi", validate_choice=False)
    tracking_number = TextField("Numéro de suivi", [at_most(2 * MAX_NUMBER)])
    proof = FileField("Preuve de dépôt")

    def __init__(self, modes: Iterable[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mode.choices = options(modes)


class ReceiptForm(ProofForm):
    """What became of the letter."""

    outcome = RadioField("Ce qu'est devenue la lettre", default="received", validate_choice=False)
    on = DateField("Date", [required("la date")])
    proof = FileField("Preuve")

    def __init__(self, outcomes: Iterable[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = options(outcomes)
