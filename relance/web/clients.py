"""Clients and their contacts."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from peewee import JOIN

from relance import clock
from relance.db import transaction
from relance.models.accounts import User
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import client_figures, keeping_clients, listing
from relance.services.keeping_clients import ClientError, ContactFacts
from relance.web import history, names, rows
from relance.web.forms.clients import ClientForm, ContactForm, MergeForm, fill, fill_contact
from relance.web.htmx import go_to, respond, wants_fragment
from relance.web.i18n import _, _n
from relance.web.scope import client_or_404, contact_or_404, current_account, current_user

blueprint = Blueprint("clients", __name__)

TABS = {"factures": "Factures", "contacts": "Contacts", "echanges": "Échanges", "reglages": "Réglages"}
SHOWN_INVOICES = 200
EXCHANGES = 50


@blueprint.get("/clients")
def index() -> ResponseReturnValue:
    """The clients by name, with what they owe."""
    account, words = current_account(), " ".join(request.args.get("q", "").split())[:100]
    is_archived = request.args.get("archives") == "oui"
    listed = client_figures.listed(account, _today(), words, is_archived=is_archived)
    context: dict[str, Any] = {
        "listed": listed,
        "q": words,
        "is_archived": is_archived,
        "has_archived": Client.select().where(Client.account == account, Client.archived_at.is_null(False)).exists(),
        "kind_name": names.client_kind,
    }
    return respond("clients/index.html", "clients/_list.html", **context)


@blueprint.get("/clients/nouveau")
def new() -> ResponseReturnValue:
    """An empty client."""
    return make_response(render_template("clients/new.html", form=ClientForm(), hint=_payment_hint()))


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
    return make_response(render_template("clients/new.html", form=form, hint=_payment_hint()), 422)


@blueprint.get("/clients/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """One client: ?onglet=factures, contacts, echanges or reglages."""
    client = client_or_404(id)
    if client.merged_into_id is not None:
        return go_to(url_for("clients.show", id=client.merged_into_id))
    return _page(client, request.args.get("onglet", "factures"))


@blueprint.post("/clients/<int:id>/reglages")
def update(id: int) -> ResponseReturnValue:
    """Save the settings of a client."""
    client, form = client_or_404(id), ClientForm()
    if form.validate():
        try:
            keeping_clients.update(client, form.facts(), by=current_user(), now=clock.now())
            return go_to(url_for("clients.show", id=id, onglet="reglages"), _("Modifications enregistrées."))
        except ClientError as error:
            _show_errors(form, error)
    return _page(client, "reglages", 422, client_form=form)


@blueprint.get("/clients/<int:id>/contacts/nouveau")
def new_contact(id: int) -> ResponseReturnValue:
    """The row of a new contact."""
    client = client_or_404(id)
    if not keeping_clients.active_contacts(client):
        form = ContactForm(is_main=True) if request.method == "GET" else ContactForm()
    else:
        form = ContactForm()
    return _contacts(client, contact_form=form, edited_id=0)


@blueprint.post("/clients/<int:id>/contacts")
def add_contact(id: int) -> ResponseReturnValue:
    """Add a contact."""
    client, form = client_or_404(id), ContactForm()
    if form.validate():
        try:
            keeping_clients.add_contact(client, form.facts(), by=current_user(), now=clock.now())
            return _contacts_done(client, _("Contact ajouté."))
        except ClientError as error:
            _show_errors(form, error)
    return _contacts(client, 422, contact_form=form, edited_id=0)


@blueprint.get("/contacts/<int:id>/modifier")
def edit_contact(id: int) -> ResponseReturnValue:
    """The row of a contact becomes a form."""
    contact, form = contact_or_404(id), ContactForm()
    fill_contact(form, contact)
    return _contacts(contact.client, contact_form=form, edited_id=contact.id)


@blueprint.post("/contacts/<int:id>/modifier")
def update_contact(id: int) -> ResponseReturnValue:
    """Save a contact."""
    contact, form = contact_or_404(id), ContactForm()
    if form.validate():
        try:
            keeping_clients.update_contact(contact, form.facts(), by=current_user(), now=clock.now())
            return _contacts_done(contact.client, _("Contact modifié."))
        except ClientError as error:
            _show_errors(form, error)
    return _contacts(contact.client, 422, contact_form=form, edited_id=contact.id)


@blueprint.post("/contacts/<int:id>/archivage")
def archive_contact(id: int) -> ResponseReturnValue:
    """Write no more to this contact."""
    contact = contact_or_404(id)
    keeping_clients.archive_contact(contact, by=current_user(), now=clock.now())
    return _contacts_done(contact.client, _("Contact archivé. Il ne recevra plus de relance."))


@blueprint.post("/contacts/<int:id>/principal")
def make_main(id: int) -> ResponseReturnValue:
    """The contact reminders are first proposed to."""
    contact = contact_or_404(id)
    try:
        keeping_clients.make_main(contact, by=current_user(), now=clock.now())
    except ClientError as error:
        return go_to(_contacts_url(contact.client), _(str(error)), "warn")
    return _contacts_done(contact.client, _("Contact principal modifié."))


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


def _page(client: Client, tab: str, status: int = 200, **more: Any) -> Response:
    tab = tab if tab in TABS else "factures"
    now = clock.now()
    today = _today()
    context: dict[str, Any] = {
        "client": client,
        "tab": tab,
        "tabs": [(key, _(text)) for key, text in TABS.items()],
        "figures": client_figures.figures(client, today),
        "kind_name": names.client_kind(client.kind),
        "has_address": bool(keeping_clients.usable_contacts(client)),
        "is_expecting": Invoice.select().where(Invoice.client == client, Invoice.state == "sent").exists(),
        "hint": _payment_hint(),
    }
    if tab == "factures":
        query = Invoice.select(Invoice, Client).join(Client).where(Invoice.client == client)
        invoices = list(query.order_by(Invoice.issued_on.desc(), Invoice.id.desc()).limit(SHOWN_INVOICES))
        context["rows"] = rows.rows_of(current_account(), invoices, now)
    elif tab == "contacts":
        context |= _contacts_context(client)
    elif tab == "echanges":
        context["history"] = _exchanges(client)
    else:
        form = ClientForm()
        fill(form, client)
        context["client_form"] = form
    return make_response(render_template("clients/show.html", **(context | more)), status)


def _contacts(client: Client, status: int = 200, **more: Any) -> ResponseReturnValue:
    """The table of contacts, one row of which may be a form: alone for htmx, in its page otherwise."""
    if not wants_fragment():
        return _page(client, "contacts", status, **more)
    context = {"client": client, **_contacts_context(client), **more}
    return make_response(render_template("clients/_contacts.html", **context), status)


def _contacts_done(client: Client, notice: str) -> ResponseReturnValue:
    if wants_fragment():
        context = {"client": client, **_contacts_context(client), "announcement": notice}
        return make_response(render_template("clients/_contacts.html", **context))
    return go_to(_contacts_url(client), notice)


def _contacts_context(client: Client) -> dict[str, Any]:
    archived = Contact.select().where(Contact.client == client, Contact.archived_at.is_null(False))
    return {
        "contacts": keeping_clients.active_contacts(client),
        "archived_contacts": list(archived.order_by(Contact.name)),
        "has_address": bool(keeping_clients.usable_contacts(client)),
        "contact_form": None,
        "edited_id": None,
        "announcement": "",
    }


def _exchanges(client: Client) -> list[history.Line]:
    query = Event.select(Event, User).join_from(Event, User, JOIN.LEFT_OUTER).where(Event.client == client)
    return history.lines(query.order_by(Event.id.desc()).limit(EXCHANGES))


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


def _contacts_url(client: Client) -> str:
    return url_for("clients.show", id=client.id, onglet="contacts")


def _payment_hint() -> str:
    return _("Vide : {n} jours, comme vos autres clients.", n=current_account().payment_days)


def _today() -> date:
    return local_date(clock.now(), current_account().time_zone)
