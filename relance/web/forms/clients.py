"""What is typed about clients and contacts, and the facts it makes."""

from typing import Any

from wtforms import BooleanField, HiddenField, SelectField

from relance.models.clients import Client, Contact
from relance.services.keeping_clients import ClientFacts, ContactFacts
from relance.web import names
from relance.web.forms import Form
from relance.web.forms.fields import LinesField, NumberField, RateField, TextField, required
from relance.web.i18n import _
from relance.web.numbers import row_id


class ClientForm(Form):
    """A client: who it is, how it is written to, when it pays."""

    name = TextField("Nom ou raison sociale", [required("le nom ou la raison sociale")])
    kind = SelectField("Type de client", default="organisation")
    siren = TextField("SIREN ou SIRET")
    vat_number = TextField("Numéro de TVA")
    address = LinesField("Adresse postale")
    country = TextField("Pays", default="FR")
    language = SelectField("Langue des messages", default="fr")
    payment_days = NumberField("Délai de paiement", low=0, high=120)
    late_rate_bp = RateField("Taux des pénalités de retard")
    is_exempt = BooleanField("Ne jamais relancer ce client")
    note = LinesField("Note interne")
    contact_name = TextField("Nom du contact")
    contact_email = TextField("Adresse e-mail")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(key, _(text)) for key, text in names.CLIENT_KINDS.items()]
        self.language.choices = [(key, _(text)) for key, text in names.LANGUAGES.items()]

    def facts(self) -> ClientFacts:
        """What the form says; only once it is valid."""
        return ClientFacts(
            name=self.name.data,
            kind=self.kind.data,
            siren=self.siren.data,
            vat_number=self.vat_number.data,
            address=self.address.data,
            country=(self.country.data or "FR").upper(),
            language=self.language.data,
            payment_days=self.payment_days.data,
            late_rate_bp=self.late_rate_bp.data,
            is_exempt=self.is_exempt.data,
            note=self.note.data,
        )


def settings_form() -> ClientForm:
    """The form of a client that is there: its contacts have a tab of their own."""
    form = ClientForm()
    del form.contact_name, form.contact_email
    return form


def fill(form: ClientForm, client: Client) -> None:
    """Show a stored client in the form."""
    for name in (
        "name",
        "kind",
        "siren",
        "vat_number",
        "address",
        "country",
        "language",
        "payment_days",
        "late_rate_bp",
        "is_exempt",
        "note",
    ):
        form[name].data = getattr(client, name)


class ContactForm(Form):
    """A contact at a client."""

    name = TextField("Nom")
    # The service checks the address: a line break in it is an attempt to write a header.
    email = TextField("Adresse e-mail")
    role = TextField("Fonction")
    phone = TextField("Téléphone")
    register = SelectField("Vous écrivez à ce contact", default="vous")
    is_main = BooleanField("Contact principal des relances")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register.choices = [("vous", _("en le vouvoyant")), ("tu", _("en le tutoyant"))]

    def facts(self) -> ContactFacts:
        """What the form says."""
        return ContactFacts(
            name=self.name.data,
            email=self.email.data,
            role=self.role.data,
            phone=self.phone.data,
            register=self.register.data,
            is_main=self.is_main.data,
        )


def fill_contact(form: ContactForm, contact: Contact) -> None:
    """Show a stored contact in the form."""
    for name in ("name", "email", "role", "phone", "register", "is_main"):
        form[name].data = getattr(contact, name)


class MergeForm(Form):
    """Which client another one is merged into."""

    survivor = SelectField("Garder la fiche", coerce=row_id, validate_choice=False)
    confirmed = HiddenField()
