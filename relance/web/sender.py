"""Settings: the name clients see, where answers go, and the user's own outgoing server."""

from flask import Blueprint, flash, request, session, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.services import configuring, connecting
from relance.services.carrying import Post
from relance.services.connecting import ServerWish
from relance.web import scope
from relance.web.access import slow_down
from relance.web.forms.settings import SenderForm, ServerForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_account, current_user
from relance.web.topics import page, saved

blueprint = Blueprint("sender", __name__)

# host, port, security, and what to know about the password
PRESETS = {
    "gmail": ("Gmail", "smtp.gmail.com", 465, "ssl"),
    "outlook": ("Outlook", "smtp.office365.com", 587, "starttls"),
    "ovh": ("OVH", "ssl0.ovh.net", 465, "ssl"),
    "gandi": ("Gandi", "mail.gandi.net", 465, "ssl"),
    "infomaniak": ("Infomaniak", "mail.infomaniak.com", 465, "ssl"),
    "autre": ("Autre", "", 587, "starttls"),
}
TESTS = 10  # in 15 minutes: each is a real e-mail
_WAITING = "waits_for_test"


@blueprint.get("/reglages/expediteur")
def edit() -> ResponseReturnValue:
    """Both forms; a preset fills the server."""
    return _page(SenderForm(formdata=None, obj=current_account()), _server_form())


@blueprint.post("/reglages/expediteur")
def save() -> ResponseReturnValue:
    """The displayed name and the address of answers."""
    form = SenderForm()
    if form.validate_on_submit():
        values = {"sender_name": form.sender_name.data, "reply_to": form.reply_to.data}
        configuring.save(current_account(), "expediteur", values, by=current_user(), now=clock.now())
        return saved("sender.edit")
    return _page(form, _server_form())


@blueprint.post("/reglages/expediteur/serveur")
def save_server() -> ResponseReturnValue:
    """The user's own server; it is used once a test mail has left through it."""
    form = ServerForm()
    account = current_account()
    server = connecting.server_of(account)
    if form.validate_on_submit():
        if form.username.data and not form.password.data and not (server and server.password_encrypted):
            form.refuse("password", "Indiquez le mot de passe d'application de votre fournisseur.")
        else:
            wish = ServerWish(
                host=form.host.data,
                port=form.port.data,
                security=form.security.data,
                username=form.username.data,
                password=_password(form),
                from_address=form.from_address.data,
            )
            connecting.save_server(account, wish, by=current_user(), now=clock.now())
            return go_to(
                _here(), _("Serveur enregistré. Testez la connexion : il sert dès que le test a réussi."), "info"
            )
    return _page(SenderForm(formdata=None, obj=account), form)


@blueprint.post("/reglages/expediteur/serveur/retirer")
def forget_server() -> ResponseReturnValue:
    """Back to the instance's address."""
    connecting.forget_server(current_account(), by=current_user(), now=clock.now())
    return go_to(_here(), _("Vos relances partent de nouveau de l'adresse de l'instance."))


@blueprint.post("/reglages/expediteur/test")
def test() -> ResponseReturnValue:
    """« Tester la connexion »: connect, sign in, send one mail to the user, within the request."""
    user, now = current_user(), clock.now()
    slow_down(f"test:{user.account_id}", TESTS)
    settings = scope.settings()
    carrier = connecting.carrier_to_test(user.account, Post.of(settings))
    timeout = min(connecting.TEST_TIMEOUT, settings.smtp_timeout)
    result = connecting.send_test(user, carrier, now=now, timeout=timeout)
    if result.has_left:
        session[_WAITING] = True
        return go_to(_here(), _("E-mail envoyé à {adresse}. L’avez-vous reçu ?", adresse=user.email))
    flash(result.sentence, "late")
    return go_to(_here())


@blueprint.post("/reglages/expediteur/recu")
def received() -> ResponseReturnValue:
    """The answer to « L'avez-vous reçu ? »."""
    session.pop(_WAITING, None)
    if request.form.get("answer") == "yes":
        values = {"has_received_test": True}
        configuring.save(current_account(), "expediteur", values, by=current_user(), now=clock.now())
        return saved("sender.edit", _("L'adresse d'envoi est prête."))
    return go_to(url_for("sender.edit", recu="non", depuis=request.args.get("depuis")))


def _page(form: SenderForm, server_form: ServerForm) -> ResponseReturnValue:
    status = 422 if form.errors or server_form.errors else 200
    return page(
        "settings/sender.html",
        form,
        status=status,
        server_form=server_form,
        server=connecting.server_of(current_account()),
        instance_address=scope.settings().mail_from or "",
        presets={key: preset[0] for key, preset in PRESETS.items()},
        waits=bool(session.get(_WAITING)),
        is_lost=request.args.get("recu") == "non",
        shows_server=bool(server_form.errors) or request.args.get("fournisseur") in PRESETS,
        chosen=request.args.get("fournisseur", ""),
    )


def _server_form() -> ServerForm:
    """The stored server, or the preset asked for."""
    preset = PRESETS.get(request.args.get("fournisseur", ""))
    if preset:
        _name, host, port, security = preset
        user = current_user()
        return ServerForm(
            formdata=None, host=host, port=port, security=security, username=user.email, from_address=user.email
        )
    server = connecting.server_of(current_account())
    return ServerForm(formdata=None, obj=server) if server else ServerForm(formdata=None, security="ssl", port=465)


def _password(form: ServerForm) -> str | None:
    """None keeps the stored password; a server without a user name has none."""
    if not form.username.data:
        return ""
    return form.password.data or None


def _here() -> str:
    return url_for("sender.edit", depuis=request.args.get("depuis"))
