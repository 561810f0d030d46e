"""Clients and their contacts."""

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.db import transaction
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.services import client_figures, keeping_clients, listing, sequencing
from relance.services.keeping_clients import ClientError, ContactFacts
from relance.web import client_page, names
from relance.web.forms.clients import ClientForm, ContactForm, MergeForm, fill_contact, settings_form
from relance.web.forms.reminder_settings import sequence_choices
from relance.web.htmx import go_to, respond
from relance.web.i18n import _, _n
from relance.web.scope import client_or_404, contact_or_404, current_account, current_user

blueprint = Blueprint("clients", __name__)


@blueprint.get("/clients")
def index() -> ResponseReturnValue:
    """The clients by name, with what they owe."""
    account, words = current_account(), " ".join(request.args.get("q", "").split())[:100]
    is_archived = request.args.get("archives") == "oui"
    listed = client_figures.listed(account, client_page.today(), words, is_archived=is_archived)
    context: dict[str, Any] = {
        "listed": listed,
        "q": words,
        "is_archived": is_archived,
        "has_archived": Client.select().where(Client.account == account, Client.archived_at.is_null(False)).exists(),
        "kind_name": names.client_kind,
        "sequence_choices": [] if is_archived else sequence_choices(account),
        "sequence_titles": {sequence.id: sequence.title for sequence in sequencing.listed(account)},
    }
    return respond("clients/index.html", "clients/list.htmx.html", **context)


@blueprint.get("/clients/nouveau")
def new() -> ResponseReturnValue:
    """An empty client."""
    return make_response(render_template("clients/new.html", form=ClientForm(), hint=client_page.payment_hint()))


@blueprint.post("/clients/nouveau")
def create() -> ResponseReturnValue:
    """Record a client and its first contact, together or not at all."""
    form, user, now = ClientForm(), current_user(), clock.now()
    if form.validate():
        try:
            with transaction():
                client = keeping_clients.create(current_account(), form.facts(), by=user, now=now)
                contact = ContactFacts(name=form.contact_name.data, email=form.contact_email.data)
                if contact.name or contact.email:
                    _add_first(client, contact)
            return go_to(url_for("clients.show", id=client.id), _("Client ajouté."))
        except ClientError as error:
            _show_errors(form, error)
    return make_response(render_template("clients/new.html", form=form, hint=client_page.payment_hint()), 422)


@blueprint.get("/clients/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """One client: ?onglet=factures, contacts, echanges or reglages."""
    client = client_or_404(id)
    if client.merged_into_id is not None:
        return go_to(url_for("clients.show", id=client.merged_into_id))
    return client_page.page(client, request.args.get("onglet", "factures"))


@blueprint.post("/clients/<int:id>/reglages")
def update(id: int) -> ResponseReturnValue:
    """Save the settings of a client."""
    client, form = client_or_404(id), settings_form()
    if form.validate():
        try:
            keeping_clients.update(client, form.facts(), by=current_user(), now=clock.now())
            return go_to(url_for("clients.show", id=id, onglet="reglages"), _("Modifications enregistrées."))
        except ClientError as error:
            _show_errors(form, error)
    return client_page.page(client, "reglages", 422, client_form=form)


@blueprint.get("/clients/<int:id>/contacts/nouveau")
def new_contact(id: int) -> ResponseReturnValue:
    """The row of a new contact."""
    client = client_or_404(id)
    if not keeping_clients.active_contacts(client):
        form = ContactForm(is_main=True) if request.method == "GET" else ContactForm()
    else:
        form = ContactForm()
    return client_page.contacts(client, contact_form=form, edited_id=0)


@blueprint.post("/clients/<int:id>/contacts")
def add_contact(id: int) -> ResponseReturnValue:
    """Add a contact."""
    client, form = client_or_404(id), ContactForm()
    if form.validate():
        try:
            keeping_clients.add_contact(client, form.facts(), by=current_user(), now=clock.now())
            return client_page.contacts_done(client, _("Contact ajouté."))
        except ClientError as error:
            _show_errors(form, error)
    return client_page.contacts(client, 422, contact_form=form, edited_id=0)


@blueprint.get("/contacts/<int:id>/modifier")
def edit_contact(id: int) -> ResponseReturnValue:
    """The row of a contact becomes a form."""
    contact, form = contact_or_404(id), ContactForm()
    fill_contact(form, contact)
    return client_page.contacts(contact.client, contact_form=form, edited_id=contact.id)


@blueprint.post("/contacts/<int:id>/modifier")
def update_contact(id: int) -> ResponseReturnValue:
    """Save a contact."""
    contact, form = contact_or_404(id), ContactForm()
    if form.validate():
        try:
            keeping_clients.update_contact(contact, form.facts(), by=current_user(), now=clock.now())
            return client_page.contacts_done(contact.client, _("Contact modifié."))
        except ClientError as error:
            _show_errors(form, error)
    return client_page.contacts(contact.client, 422, contact_form=form, edited_id=contact.id)


@blueprint.post("/contacts/<int:id>/archivage")
def archive_contact(id: int) -> ResponseReturnValue:
    """Write no more to this contact."""
    contact = contact_or_404(id)
    keeping_clients.archive_contact(contact, by=current_user(), now=clock.now())
    return client_page.contacts_done(contact.client, _("Contact archivé. Il ne recevra plus de relance."))


@blueprint.post("/contacts/<int:id>/principal")
def make_main(id: int) -> ResponseReturnValue:
    """The contact reminders are first proposed to."""
    contact = contact_or_404(id)
    try:
        keeping_clients.make_main(contact, by=current_user(), now=clock.now())
    except ClientError as error:
        return go_to(client_page.contacts_url(contact.client), _(str(error)), "warn")
    return client_page.contacts_done(contact.client, _("Contact principal modifié."))


@blueprint.get("/clients/<int:id>/fusionner")
def ask_merge(id: int) -> ResponseReturnValue:
    """Choose the client that stays, and see what moves."""
    return _merge_page(client_or_404(id), MergeForm())


@blueprint.post("/clients/<int:id>/fusionner")
def merge(id: int) -> ResponseReturnValue:
    """Move everything to the client that stays; the first time, say what will move."""
    client, form = client_or_404(id), MergeForm()
    form.validate()
    survivor = _survivor(client, form.survivor.data)
    if survivor is None:
        form.refuse("survivor", "Choisissez le client à garder.")
        return _merge_page(client, form, 422)
    if form.confirmed.data != str(survivor.id):
        return _merge_page(client, form, survivor=survivor)
    try:
        keeping_clients.merge(survivor, client, by=current_user(), now=clock.now())
    except ClientError as error:
        _show_errors(form, error)
        return _merge_page(client, form, 422)
    notice = _("{autre} a rejoint {nom}.", autre=client.name, nom=survivor.name)
    return go_to(url_for("clients.show", id=survivor.id), notice)


@blueprint.post("/clients/<int:id>/archivage")
def archive(id: int) -> ResponseReturnValue:
    """Hide a client whose invoices are closed."""
    client = client_or_404(id)
    try:
        keeping_clients.archive(client, by=current_user(), now=clock.now())
    except ClientError as error:
        return go_to(url_for("clients.show", id=id, onglet="reglages"), _(str(error)), "warn")
    return go_to(
        url_for("clients.index"), _("{nom} est archivé. Son historique reste lisible.", nom=client.name), "info"
    )


@blueprint.post("/clients/<int:id>/restauration")
def restore(id: int) -> ResponseReturnValue:
    """Bring an archived client back."""
    client = client_or_404(id)
    try:
        keeping_clients.restore(client, by=current_user(), now=clock.now())
    except ClientError as error:
        return go_to(url_for("clients.show", id=id), _(str(error)), "warn")
    return go_to(url_for("clients.show", id=id), _("{nom} est de nouveau dans vos clients.", nom=client.name))


def _merge_page(
    client: Client, form: MergeForm, status: int = 200, survivor: Client | None = None
) -> ResponseReturnValue:
    others = [one for one in listing.open_clients(current_account()) if one.id != client.id]
    form.survivor.choices = [(one.id, one.name) for one in others]
    context: dict[str, Any] = {"client": client, "form": form, "survivor": survivor, "has_others": bool(others)}
    if survivor is not None:
        form.confirmed.data = str(survivor.id)
        form.confirmed.raw_data = None
        invoices = Invoice.select().where(Invoice.client == client).count()
        contacts = len(keeping_clients.active_contacts(client))
        context["moving"] = [
            _n("une facture", "{n} factures", invoices),
            _n("un contact", "{n} contacts", contacts),
            _("tout l'historique"),
        ]
    return make_response(render_template("clients/merge.html", **context), status)


def _survivor(client: Client, chosen: int | None) -> Client | None:
    found: Client | None = Client.get_or_none(
        Client.id == chosen, Client.account == current_account(), Client.id != client.id, Client.archived_at.is_null()
    )
    return found


def _add_first(client: Client, contact: ContactFacts) -> None:
    """The contact typed with the client: its errors are those of its own fields."""
    try:
        keeping_clients.add_contact(client, contact, by=current_user(), now=clock.now())
    except ClientError as error:
        raise ClientError({f"contact_{name}": text for name, text in error.errors.items()}) from error


def _show_errors(form: Any, error: ClientError) -> None:
    for name, sentence in error.errors.items():
        form.refuse(name if name in form else "", sentence)
