"""Settings of the business and of the person: one page per topic, one « Enregistrer » per form."""

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue

from relance import clock
from relance.db import transaction
from relance.rules import labels, rates
from relance.services import configuring, encashments, onboarding, rating
from relance.services.onboarding import OnboardingError
from relance.web import access, nav, posting, rate_words, scope
from relance.web.forms.settings import (
    AlertsForm,
    BankForm,
    CompanyForm,
    DisplayForm,
    PasswordForm,
    PenaltiesForm,
    ProfileForm,
)
from relance.web.i18n import _
from relance.web.scope import current_account, current_user
from relance.web.topics import page, saved, topics

blueprint = Blueprint("settings", __name__)

COMPANY_FIELDS = (
    "siret",
    "business_name",
    "legal_form",
    "address",
    "vat_number",
    "phone",
    "email",
    "owner_name",
    "owner_capacity",
    "trade_names",
)


@blueprint.get("/reglages")
def index() -> ResponseReturnValue:
    """Every topic, one line each."""
    return render_template("settings/index.html", topics=topics())


@blueprint.route("/reglages/entreprise", methods=["GET", "POST"])
def company() -> ResponseReturnValue:
    """Who writes: name, SIRET, address, who signs."""
    account = current_account()
    form = CompanyForm(obj=account)
    if form.validate_on_submit():
        values = {name: form[name].data or "" for name in COMPANY_FIELDS}
        configuring.save(account, "entreprise", values, by=current_user(), now=clock.now())
        return saved("settings.company")
    return page("settings/company.html", form)


@blueprint.route("/reglages/coordonnees-bancaires", methods=["GET", "POST"])
def bank() -> ResponseReturnValue:
    """Where clients pay. Replacing an IBAN asks for the password and is told by e-mail."""
    account, user, now = current_account(), current_user(), clock.now()
    form = BankForm(obj=account)
    if form.validate_on_submit():
        needs_proof = bool(account.iban) and form.iban.data != account.iban
        if needs_proof:
            access.slow_down(f"proof:{user.id}", access.SIGN_IN_ATTEMPTS)
        if needs_proof and not onboarding.is_own_password(user, form.password.data or ""):
            form.refuse("password", "Confirmez votre mot de passe pour remplacer l'IBAN.")
        else:
            with transaction():
                pair = configuring.save_bank(
                    account,
                    holder=form.iban_holder.data,
                    iban=form.iban.data,
                    bic=form.bic.data,
                    by=user,
                    now=now,
                )
                if pair:
                    posting.tell_iban_changed(user, *pair, now=now)
            if pair:
                scope.ring()
            return saved("settings.bank")
    return page("settings/bank.html", form)


@blueprint.route("/reglages/penalites", methods=["GET", "POST"])
def penalties() -> ResponseReturnValue:
    """The rate of late-payment interest, and whether e-mails claim it."""
    account = current_account()
    form = PenaltiesForm(
        basis="legal" if account.late_rate_bp is None else "own",
        late_rate=account.late_rate_bp,
        claims_penalties=account.claims_penalties,
    )
    if form.validate_on_submit():
        values = {
            "late_rate_bp": form.late_rate.data if form.basis.data == "own" else None,
            "claims_penalties": form.claims_penalties.data,
        }
        configuring.save(account, "penalites", values, by=current_user(), now=clock.now())
        return saved("settings.penalties")
    table = rating.table_of(account)
    half_year: rates.HalfYear | None
    legal_bp: int | None
    try:
        half_year = table.half_year_of(nav.today())
        legal_bp = half_year.business_bp
    except rates.UnknownRate:
        half_year = legal_bp = None
    low_rate = rate_words.under_floor(table, account.late_rate_bp) if account.late_rate_bp is not None else ""
    return page("settings/penalties.html", form, half_year=half_year, legal_bp=legal_bp, low_rate=low_rate)


@blueprint.route("/reglages/alertes", methods=["GET", "POST"])
def alerts() -> ResponseReturnValue:
    """What Relance tells the user, by e-mail and in « À traiter »."""
    account = current_account()
    form = AlertsForm(obj=account)
    if form.validate_on_submit():
        values = {name: form[name].data for name in ("alerts_overdue", "reports_encashments")}
        with transaction():
            changed = configuring.save(account, "alertes", values, by=current_user(), now=clock.now())
            if "reports_encashments" in changed and account.reports_encashments:
                encashments.begin(account, now=clock.now())
        return saved("settings.alerts")
    return page("settings/alerts.html", form)


@blueprint.route("/reglages/affichage", methods=["GET", "POST"])
def display() -> ResponseReturnValue:
    """Theme, language and shortcuts of this person."""
    user = current_user()
    form = DisplayForm(obj=user)
    if form.validate_on_submit():
        values = {name: form[name].data or "" for name in ("theme", "language")}
        values["has_shortcuts"] = form.has_shortcuts.data
        configuring.save_user(user, "affichage", values, now=clock.now())
        response = make_response(saved("settings.display", labels.translate("C'est enregistré.", user.language)))
        # Kept in the browser too, so that the sign-in page has no flash of the other theme.
        is_https = scope.settings().is_https
        response.set_cookie("theme", user.theme, max_age=365 * 24 * 3600, samesite="Lax", secure=is_https)
        return response
    return page("settings/display.html", form)


@blueprint.get("/reglages/securite")
def security() -> ResponseReturnValue:
    """Name and password of this person."""
    return _security(PasswordForm(formdata=None), ProfileForm(formdata=None, obj=current_user()))


@blueprint.post("/reglages/securite/mot-de-passe")
def change_password() -> ResponseReturnValue:
    """A new password closes every other session, and the user is told by e-mail."""
    user, now = current_user(), clock.now()
    form = PasswordForm()
    if form.validate_on_submit():
        access.slow_down(f"proof:{user.id}", access.SIGN_IN_ATTEMPTS)
        if not onboarding.is_own_password(user, form.current.data):
            form.refuse("current", "Ce n'est pas votre mot de passe actuel.")
        else:
            try:
                with transaction():
                    onboarding.change_password(user, form.password.data, now=now)
                    posting.tell_password_changed(user, now=now)
            except OnboardingError as error:
                form.refuse("password", str(error))
            else:
                scope.ring()
                access.open_session(user, remembers=access.is_remembered())
                return saved("settings.security", _("Mot de passe changé. Vos autres sessions ont été fermées."))
    return _security(form, ProfileForm(formdata=None, obj=user))


@blueprint.post("/reglages/securite/profil")
def profile() -> ResponseReturnValue:
    """The name shown in the journal and in e-mails to the user."""
    form = ProfileForm()
    if form.validate_on_submit():
        values = {"first_name": form.first_name.data, "last_name": form.last_name.data}
        configuring.save_user(current_user(), "securite", values, now=clock.now())
        return saved("settings.security")
    return _security(PasswordForm(formdata=None), form)


def _security(form: PasswordForm, profile_form: ProfileForm) -> ResponseReturnValue:
    status = 422 if form.errors or profile_form.errors else 200
    return page("settings/security.html", form, status=status, profile=profile_form)
