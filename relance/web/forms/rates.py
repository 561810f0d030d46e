"""The form of a half-year of legal rates, typed with its source."""

from typing import Any

from wtforms import HiddenField, SelectField

from relance.models.legal_rates import LegalRate
from relance.rules.rates import label_of
from relance.services.rate_entries import RateFacts, stamp_of
from relance.web.forms import Form
from relance.web.forms.fields import RateField, TextField, options
from relance.web.rate_words import label


class RatesForm(Form):
    """One half-year; a figure that is not known is left empty."""

    half_year = SelectField("Semestre")
    mro = RateField("Taux directeur de la BCE")
    professional = RateField("Intérêt légal, créanciers professionnels")
    individual = RateField("Intérêt légal, autres créanciers")
    source = TextField("Source")
    since = HiddenField()

    def __init__(self, halves: list[tuple[int, int]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.half_year.choices = options((f"{year}-{half}", label(label_of(year, half))) for year, half in halves)

    def show(self, half_year: tuple[int, int], row: LegalRate | None) -> None:
        """What is written down for this half-year, or nothing."""
        self.half_year.data = f"{half_year[0]}-{half_year[1]}"
        self.since.data = stamp_of(row)
        if row is not None:
            self.mro.data, self.source.data = row.mro_bp, row.source
            self.professional.data, self.individual.data = row.legal_professional_bp, row.legal_individual_bp

    def facts(self) -> RateFacts:
        """What the form says; only once it is valid."""
        year, half = (self.half_year.data or "0-0").split("-")
        return RateFacts(
            int(year),
            int(half),
            self.mro.data,
            self.professional.data,
            self.individual.data,
            self.source.data or "",
            self.since.data or "",
        )
