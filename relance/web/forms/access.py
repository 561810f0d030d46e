"""Forms of visitors: installation, sign-up, sign-in, forgotten password."""

from wtforms import BooleanField

from relance.web.forms import Form
from relance.web.forms.fields import MAX_NAME, EmailField, SecretField, TextField, at_most, required


class SignInForm(Form):
    """E-mail and password."""

    email = EmailField("Adresse e-mail", [required("votre adresse e-mail")])
    password = SecretField("Mot de passe", [required("votre mot de passe")])
    remembers = BooleanField("Rester connecté sur cet appareil")


class AccountForm(Form):
    """A new account: the business and its first user."""

    business_name = TextField("Nom de l'entreprise", [required("le nom de votre entreprise")])
    first_name = TextField("Prénom", [required("votre prénom"), at_most(MAX_NAME)])
    last_name = TextField("Nom", [required("votre nom"), at_most(MAX_NAME)])
    email = EmailField("Adresse e-mail", [required("votre adresse e-mail")])
    password = SecretField("Mot de passe", [required("un mot de passe")])


class ForgottenForm(Form):
    """Where to send a link."""

    email = EmailField("Adresse e-mail", [required("votre adresse e-mail")])


class NewPasswordForm(Form):
    """A new password, by a link."""

    password = SecretField("Nouveau mot de passe", [required("un mot de passe")])
