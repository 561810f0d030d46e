"""Forms of the settings, one per page."""

from typing import Any

from wtforms import Field, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from relance.rules import calendar, identity
from relance.rules.labels import LANGUAGES
from relance.web import filters
from relance.web.forms import Form
from relance.web.forms.fields import (
    MAX_NAME,
    AmountField,
    DateField,
    EmailField,
    LinesField,
    NumberField,
    RateField,
    SecretField,
    SwitchField,
    TextField,
    at_most,
    options,
    required,
    under,
)
from relance.web.i18n import _

MAX_SMALL = 1_000_000_00  # cents: beyond, it is no threshold, and the column is one of small numbers
HALF_HOURS = range(6 * 60, 21 * 60 + 1, 30)
REGION_NAMES = {
    "metropole": "France métropolitaine",
    "alsace-moselle": "Alsace-Moselle",
    "guadeloupe": "Guadeloupe",
    "martinique": "Martinique",
    "guyane": "Guyane",
    "reunion": "La Réunion",
    "mayotte": "Mayotte",
    "saint-barthelemy": "Saint-Barthélemy",
    "saint-martin": "Saint-Martin",
}
ZONES = {
    "Europe/Paris": "Paris (métropole)",
    "America/Guadeloupe": "Guadeloupe",
    "America/Martinique": "Martinique",
    "America/Cayenne": "Guyane",
    "Indian/Reunion": "La Réunion",
    "Indian/Mayotte": "Mayotte",
    "America/St_Barthelemy": "Saint-Barthélemy",
    "America/Marigot": "Saint-Martin",
    "America/Miquelon": "Saint-Pierre-et-Miquelon",
    "Pacific/Noumea": "Nouvelle-Calédonie",
    "Pacific/Tahiti": "Polynésie française",
    "Pacific/Wallis": "Wallis-et-Futuna",
    "Europe/Brussels": "Bruxelles",
    "Europe/Zurich": "Zurich",
    "Europe/Luxembourg": "Luxembourg",
    "Europe/London": "Londres",
}
SECURITIES = (
    ("ssl", "SSL/TLS (port 465)"),
    ("starttls", "STARTTLS (port 587)"),
    ("none", "Aucune (réseau local seulement)"),
)


class _NumberTextField(TextField):
    """A number of identity, stored without spaces."""

    def __init__(self, label: str, read: Any, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self._read = read

    def pre_validate(self, form: Any) -> None:
        """Check the key; the value becomes the compact number."""
        super().pre_validate(form)
        if self.data:
            try:
                self.data = self._read(self.data)
            except ValueError as error:
                sentence = str(error)
                raise ValidationError(_(sentence)) from error


class CompanyForm(Form):
    """Who writes: printed on letters, named in e-mails."""

    siret = _NumberTextField("SIRET", identity.read_siret)
    business_name = TextField("Nom de l'entreprise", [required("le nom de votre entreprise")])
    legal_form = TextField("Forme juridique")
    address = LinesField("Adresse")
    vat_number = _NumberTextField("Numéro de TVA", identity.read_vat)
    phone = TextField("Téléphone")
    email = EmailField("Adresse e-mail")
    owner_name = TextField("Nom du signataire")
    owner_capacity = TextField("Qualité du signataire")
    trade_names = LinesField("Autres noms commerciaux")

    def validate_address(self, field: Field) -> None:
        """Six lines of 38 characters: what does not fit is shown."""
        problems = [_(problem) for problem in identity.check_address(field.data or "")]
        if problems:
            raise ValidationError(" ".join(problems))


class BankForm(Form):
    """Where clients pay. ``password`` is asked to replace an IBAN."""

    iban_holder = TextField("Titulaire du compte")
    iban = _NumberTextField("IBAN", identity.read_iban)
    bic = _NumberTextField("BIC", identity.read_bic)
    password = SecretField("Votre mot de passe")


class SenderForm(Form):
    """What clients see, and where their answers go."""

    sender_name = TextField("Nom affiché")
    reply_to = EmailField("Adresse de réponse")


class ServerForm(Form):
    """The user's own outgoing server."""

    from_address = EmailField("Adresse d’envoi", [required("l'adresse d'où partent vos relances")])
    host = TextField("Serveur", [required("le serveur d'envoi de votre fournisseur")])
    security = SelectField("Sécurité")
    port = NumberField("Port", low=1, high=65535, validators=[required("le port du serveur")])
    username = TextField("Identifiant")
    password = SecretField("Mot de passe d’application")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.security.choices = [(key, _(name)) for key, name in SECURITIES]

    def validate_host(self, field: Field) -> None:
        """A name or an address, nothing else."""
        if any(character.isspace() or character in "/:@" for character in field.data or ""):
            raise ValidationError(_("Indiquez seulement le nom du serveur, par exemple smtp.fournisseur.fr."))


class CalendarForm(Form):
    """When e-mails may leave, and what is too small to chase."""

    days = SelectMultipleField(
        "Jours d’envoi",
        choices=options(
            (str(day), name) for day, name in enumerate(("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."), 1)
        ),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    send_from_minute = SelectField("Heure d’envoi", coerce=int)
    send_until_minute = SelectField("Plus d'envoi après", coerce=int)
    skips_holidays = SwitchField("Ne rien envoyer les jours fériés")
    holiday_region = SelectField("Jours fériés de")
    time_zone = SelectField("Fuseau horaire")
    min_gap_days = NumberField("Jours entre deux e-mails à un même client", low=0, high=30)
    is_grouping = SwitchField("Réunir dans un seul e-mail les factures d'un même client")
    min_amount = AmountField("Ne pas relancer en dessous de", validators=[under(MAX_SMALL)])
    tolerance = AmountField("Tenir pour payée une facture à", validators=[under(MAX_SMALL)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = options((minute, filters.local_time(minute)) for minute in HALF_HOURS)
        self.send_from_minute.choices = hours
        self.send_until_minute.choices = hours
        self.holiday_region.choices = [(key, _(name)) for key, name in REGION_NAMES.items()]
        self.time_zone.choices = [(key, _(name)) for key, name in ZONES.items()]

    def validate_days(self, field: Field) -> None:
        """Nothing could ever leave without a day."""
        if not field.data:
            raise ValidationError(_("Choisissez au moins un jour d'envoi."))

    def validate_send_until_minute(self, field: Field) -> None:
        """The window has a length."""
        if (
            field.data is not None
            and self.send_from_minute.data is not None
            and field.data <= self.send_from_minute.data
        ):
            raise ValidationError(_("La fin des envois doit suivre l'heure d'envoi."))

    def validate_min_gap_days(self, field: Field) -> None:
        """Empty is not zero."""
        if field.data is None and not field.errors:
            raise ValidationError(_("Indiquez un nombre entre {low} et {high}.", low=0, high=30))


class ClosureForm(Form):
    """A period in which nothing is sent."""

    starts_on = DateField("Du", [required("le premier jour")])
    ends_on = DateField("Au", [required("le dernier jour")])
    label = TextField("Motif")

    def validate_ends_on(self, field: Field) -> None:
        """The end does not precede the start, and a typing slip does not silence Relance for years."""
        if field.data is None or self.starts_on.data is None:
            return
        if field.data < self.starts_on.data:
            raise ValidationError(_("Le dernier jour doit suivre le premier."))
        if (field.data - self.starts_on.data).days > 366:
            raise ValidationError(_("Une fermeture dure un an au plus."))


class PenaltiesForm(Form):
    """The rate printed on invoices and whether e-mails claim it."""

    basis = RadioField(
        "Taux annuel des pénalités",
        choices=options([("legal", "Le taux légal par défaut"), ("own", "Le taux de mes factures")]),
    )
    late_rate = RateField("Taux annuel")
    claims_penalties = SwitchField("Réclamer les pénalités dans les e-mails, à partir de la relance 2")

    def validate_late_rate(self, field: Field) -> None:
        """Asked only when it is used."""
        if self.basis.data == "own" and field.data is None and not field.errors:
            raise ValidationError(_("Indiquez un taux en pour cent, par exemple 12,15."))


class AlertsForm(Form):
    """What Relance tells the user, by e-mail and in « À traiter »."""

    alerts_overdue = SwitchField("M'écrire quand une facture passe en retard")
    reports_encashments = SwitchField("Me rappeler de déclarer les encaissements sur ma plateforme")


class DisplayForm(Form):
    """How the pages look to this person."""

    theme = RadioField(
        "Apparence", choices=options([("", "Automatique"), ("light", "Claire"), ("dark", "Sombre")]), default=""
    )
    language = RadioField(
        "Langue", choices=options((code, {"fr": "Français", "en": "English"}[code]) for code in LANGUAGES)
    )
    has_shortcuts = SwitchField("Activer les raccourcis à une touche")


class PasswordForm(Form):
    """A new password, with the current one."""

    current = SecretField("Mot de passe actuel", [required("votre mot de passe actuel")])
    password = SecretField("Nouveau mot de passe", [required("un nouveau mot de passe")])


class ProfileForm(Form):
    """Who signs in."""

    first_name = TextField("Prénom", [required("votre prénom"), at_most(MAX_NAME)])
    last_name = TextField("Nom", [at_most(MAX_NAME)])


assert set(REGION_NAMES) == set(calendar.REGIONS), "every region of the calendar has a name"
