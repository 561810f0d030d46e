"""The doors: installation, sign-up, sign-in, forgotten password."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import flask_login
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.db import transaction
from relance.models.accounts import User
from relance.services import onboarding, signing_up, throttling
from relance.services.onboarding import OnboardingError
from relance.web import checks, posting, scope
from relance.web.forms import Form
from relance.web.forms.access import AccountForm, ForgottenForm, NewPasswordForm, SignInForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import public
from relance.web.security import is_own_path, visitor_ip, visitor_place

blueprint = Blueprint("access", __name__)

WINDOW = timedelta(minutes=15)
SIGN_IN_ATTEMPTS = 10  # for one address from one place
PLACE_ATTEMPTS = 100  # for all addresses from one place
RESET_ATTEMPTS = 3  # for one address from anywhere: each one is an e-mail


@blueprint.route("/installation", methods=["GET", "POST"])
@public
def install() -> ResponseReturnValue:
    """Create the first account, once, with the token printed when the server started."""
    settings = scope.settings()
    if onboarding.has_accounts() or settings.signup == "closed":
        abort(404)
    slow_down(f"install:{visitor_place()}", PLACE_ATTEMPTS)
    token = request.args.get("jeton", "")
    if not onboarding.is_installation_token(settings.data_dir, token):
        return render_template("access/no_token.html"), 403
    form = AccountForm()
    if form.validate_on_submit():
        try:
            user = _create(form, only_first=True)
        except OnboardingError as error:
            form.refuse(error.field, str(error))
        else:
            open_session(user, remembers=False)
            return go_to(url_for("onboarding.index"))
    context = {"checks": checks.all_checks(settings), "token": token}
    return _form_page("access/install.html", form, **context)


@blueprint.route("/inscription", methods=["GET", "POST"])
@public
def sign_up() -> ResponseReturnValue:
    """Ask for an account, where the host opened sign-ups. The answer never tells whether the address is known."""
    _only_open()
    form = AccountForm()
    if form.validate_on_submit():
        slow_down(f"signup:{visitor_place()}", SIGN_IN_ATTEMPTS)
        # Past the limit the answer stays the same: only the e-mails stop, which a third party may not have asked for.
        key = f"signup:{_digest(form.email.data)}"
        if throttling.count(key, window=WINDOW, now=clock.now()) > RESET_ATTEMPTS:
            return redirect(url_for("access.sign_up_sent"), 303)
        try:
            signing_up.ask(
                signing_up.Wish(
                    business_name=form.business_name.data,
                    first_name=form.first_name.data,
                    last_name=form.last_name.data,
                    email=form.email.data,
                ),
                form.password.data,
                now=clock.now(),
                base_url=scope.settings().base_url,
                domain=posting.domain(),
            )
        except OnboardingError as error:
            form.refuse(error.field, str(error))
        else:
            scope.ring()
            return redirect(url_for("access.sign_up_sent"), 303)
    return _form_page("access/sign_up.html", form)


@blueprint.get("/inscription/envoyee")
@public
def sign_up_sent() -> ResponseReturnValue:
    """« Consultez votre boîte », whoever asked."""
    _only_open()
    return render_template("access/sign_up_sent.html")


@blueprint.route("/inscription/<token>", methods=["GET", "POST"])
@public
def confirm_sign_up(token: str) -> ResponseReturnValue:
    """The link received: opening it acts on nothing, its button creates the account."""
    _only_open()
    form = Form()
    if form.validate_on_submit():
        try:
            user = signing_up.confirm(token, now=clock.now())
        except OnboardingError as error:
            form.refuse("", str(error))
        else:
            open_session(user, remembers=False)
            return go_to(url_for("onboarding.index"))
    return _form_page("access/confirm_sign_up.html", form)


@blueprint.route("/connexion", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Sign in, then go where the visitor wanted to go (``suite``), if it is one of our pages."""
    if scope.is_signed_in() and request.method == "GET":
        return redirect(_after_sign_in(), 303)
    if not onboarding.has_accounts() and request.method == "GET":
        return redirect(url_for("access.install"), 303)
    form = SignInForm()
    if form.validate_on_submit():
        email, place, now = form.email.data, visitor_place(), clock.now()
        key = f"signin:{_digest(email)}:{place}"
        if (
            throttling.count(key, window=WINDOW, now=now) > SIGN_IN_ATTEMPTS
            or throttling.count(f"signin:{place}", window=WINDOW, now=now) > PLACE_ATTEMPTS
        ):
            form.refuse("", "Trop d’essais. Réessayez dans 15 minutes ou réinitialisez votre mot de passe.")
            return _sign_in_page(form), 429, {"Retry-After": str(int(WINDOW.total_seconds()))}
        user = onboarding.check_sign_in(email, form.password.data, now=now, ip=visitor_ip())
        if user is not None:
            throttling.clear(key)
            open_session(user, remembers=form.remembers.data)
            return redirect(_after_sign_in(), 303)
        form.refuse("", "Adresse ou mot de passe incorrect.")
    return make_response(_sign_in_page(form), 422 if form.errors else 200)


@blueprint.post("/deconnexion")
@public
def sign_out() -> ResponseReturnValue:
    """Close this session only."""
    flask_login.logout_user()
    session.clear()
    return go_to(url_for("access.sign_in"), _("À bientôt. Votre session est fermée."), "info")


@blueprint.route("/mot-de-passe-oublie", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Send a link to choose a new password; the answer is the same for an unknown address."""
    form = ForgottenForm()
    if form.validate_on_submit():
        email, now = form.email.data, clock.now()
        slow_down(f"reset:{visitor_place()}", PLACE_ATTEMPTS)
        # Past the limit the answer stays the same: only the e-mails stop.
        if throttling.count(f"reset:{_digest(email)}", window=WINDOW, now=now) <= RESET_ATTEMPTS:
            with transaction():
                asked = onboarding.ask_reset(email, now=now)
                if asked:
                    posting.send_reset_link(*asked, now=now)
            if asked:
                scope.ring()
        sentence = "Si un compte existe à cette adresse, un lien vient d’y être envoyé."
        return go_to(url_for("access.sign_in"), _(sentence), "info")
    return _form_page("access/forgotten.html", form)


@blueprint.route("/mot-de-passe/<token>", methods=["GET", "POST"])
@public
def new_password(token: str) -> ResponseReturnValue:
    """Choose a new password by the link received; then signed in, every other session closed."""
    now = clock.now()
    slow_down(f"link:{visitor_place()}", PLACE_ATTEMPTS)
    if onboarding.user_of_reset(token, now=now) is None:
        return render_template("access/dead_link.html", form=ForgottenForm()), 410
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            with transaction():
                user = onboarding.use_reset(token, form.password.data, now=now)
                if user is not None:
                    posting.tell_password_changed(user, now=now)
        except OnboardingError as error:
            form.refuse(error.field, str(error))
        else:
            if user is None:
                return render_template("access/dead_link.html", form=ForgottenForm()), 410
            scope.ring()
            open_session(user, remembers=False)
            sentence = "Mot de passe changé. Vos autres sessions ont été fermées."
            return go_to(_home(), _(sentence))
    return _form_page("access/new_password.html", form, token=token)


def open_session(user: User, *, remembers: bool) -> None:
    """Sign ``user`` in with a fresh session: nothing a visitor brought survives (session fixation)."""
    session.clear()
    session.permanent = remembers
    flask_login.login_user(scope.Visitor(user))


def slow_down(key: str, limit: int, window: timedelta = WINDOW) -> None:
    """Count one attempt on ``key``; 429 past ``limit`` in 15 minutes, or in ``window``."""
    if throttling.count(key, window=window, now=clock.now()) > limit:
        abort(429)


def is_remembered() -> bool:
    """True when this session outlives the browser."""
    return session.permanent


def _create(form: AccountForm, *, only_first: bool) -> User:
    return onboarding.create_account(
        business_name=form.business_name.data,
        first_name=form.first_name.data,
        last_name=form.last_name.data,
        email=form.email.data,
        password=form.password.data,
        now=clock.now(),
        only_first=only_first,
    )


def _form_page(template: str, form: Form, **context: Any) -> Response:
    page = render_template(template, **{"form": form, **context})
    return make_response(page, 422 if form.errors else 200)


def _sign_in_page(form: SignInForm) -> str:
    wanted = request.args.get("suite", "")
    return render_template("access/sign_in.html", form=form, wanted=wanted if is_own_path(wanted) else "")


def _after_sign_in() -> str:
    wanted = request.args.get("suite", "")
    return wanted if wanted and is_own_path(wanted) else _home()


def _home() -> str:
    return url_for("system.home")


def _only_open() -> None:
    if scope.settings().signup != "open":
        abort(404)


def _digest(email: str) -> str:
    """Addresses are not kept in the table of attempts."""
    return hashlib.sha256(email.encode()).hexdigest()[:32]
