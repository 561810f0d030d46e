"""Who is asking, and the only way to load a row by id: through the current account.

What belongs to another account is 404, like what does not exist.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import flask_login
from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin
from peewee import JOIN

from relance.config import Settings
from relance.models.accounts import Account, User
from relance.models.batches import Batch
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.evidence import Evidence
from relance.models.holds import Task
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.models.legal_rates import LegalRate
from relance.models.letters import Letter, LetterBatch
from relance.models.messages import Message
from relance.models.partners import Partner
from relance.models.payment_plans import PaymentPlan
from relance.models.payments import Payment
from relance.models.quotes import Quote
from relance.models.sequences import Sequence
from relance.models.signatures import Signature
from relance.services import templating
from relance.services.templating import Info

View = TypeVar("View", bound=Callable[..., Any])


class Visitor(UserMixin):
    """A signed-in user, as flask-login wants to see one."""

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        """The session names the user and their key: a new key closes every session."""
        return f"{self.user.id}:{self.user.session_key}"


def public(view: View) -> View:
    """Mark a view that a signed-out visitor may reach. Every other one asks to sign in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Ask every view that is not ``@public`` for a signed-in user."""
    manager = LoginManager()
    manager.session_protection = None  # bound to User.session_key instead: an address may change on a train
    manager.init_app(app)
    manager.user_loader(_load)
    app.before_request(_require_sign_in)
    app.context_processor(_names)


def settings() -> Settings:
    """What the host decided for this instance."""
    return cast(Settings, current_app.config["RELANCE"])


def ring() -> None:
    """Wake the worker. Call it after the commit of what it should find."""
    current_app.config["RELANCE_BELL"]()


def signed_in_user() -> User | None:
    """The user who is asking, or None: one look-up, for every sentence of a page asks whose language it is."""
    visitor = flask_login.current_user._get_current_object()
    return visitor.user if isinstance(visitor, Visitor) else None


def is_signed_in() -> bool:
    """True when the request comes from a signed-in user."""
    return signed_in_user() is not None


def current_user() -> User:
    """The user who is asking; 401 when nobody is signed in."""
    user = signed_in_user()
    if user is None:
        abort(401)
    return user


def current_account() -> Account:
    """The account of the user who is asking; 401 when nobody is signed in."""
    return current_user().account


def invoice_or_404(number: int) -> Invoice:
    """An invoice (or credit note) of the current account."""
    return cast(Invoice, _own(Invoice, number))


def client_or_404(number: int) -> Client:
    """A client of the current account."""
    return cast(Client, _own(Client, number))


def contact_or_404(number: int) -> Contact:
    """A contact of one of the current account's clients."""
    return cast(Contact, _own(Contact, number))


def letter_or_404(number: int) -> Letter:
    """A letter of the current account."""
    return cast(Letter, _own(Letter, number))


def evidence_or_404(number: int) -> Evidence:
    """A piece of the case files of the current account."""
    return cast(Evidence, _own(Evidence, number))


def legal_rate_or_404(number: int) -> LegalRate:
    """Rates that the current account wrote down."""
    return cast(LegalRate, _own(LegalRate, number))


def document_or_404(number: int) -> Document:
    """A file of the current account."""
    return cast(Document, _own(Document, number))


def quote_or_404(number: int) -> Quote:
    """A quote of the current account."""
    return cast(Quote, _own(Quote, number))


def message_or_404(number: int) -> Message:
    """A message of the current account."""
    return cast(Message, _own(Message, number))


def partner_or_404(number: int) -> Partner:
    """A line of the current account's list of partners."""
    return cast(Partner, _own(Partner, number))


def payment_or_404(number: int) -> Payment:
    """A payment of the current account."""
    return cast(Payment, _own(Payment, number))


def signature_or_404(number: int) -> Signature:
    """A signature in use of the person who is asking: not even a colleague's."""
    row = cast(Signature, _own(Signature, number))
    if row.user_id != current_user().id or row.archived_at is not None:
        abort(404)
    return row


def plan_or_404(number: int) -> PaymentPlan:
    """A payment plan of the current account."""
    return cast(PaymentPlan, _own(PaymentPlan, number))


def sequence_or_404(number: int) -> Sequence:
    """A sequence of the current account."""
    return cast(Sequence, _own(Sequence, number))


def batch_or_404(number: int) -> Batch:
    """A sending to many clients, of the current account."""
    return cast(Batch, _own(Batch, number))


def letter_batch_or_404(number: int) -> LetterBatch:
    """Letters asked for together, of the current account."""
    return cast(LetterBatch, _own(LetterBatch, number))


def import_run_or_404(number: int) -> ImportRun:
    """The current account's import with this id."""
    found: ImportRun = _own(ImportRun, number)
    return found


def import_file_or_404(run: ImportRun, number: int) -> ImportFile:
    """The file of this import with this id."""
    return cast(ImportFile, _part(ImportFile, run, number))


def import_row_or_404(run: ImportRun, number: int) -> ImportRow:
    """The document of this import with this id."""
    return cast(ImportRow, _part(ImportRow, run, number))


def _part(model: Any, run: ImportRun, number: int) -> Any:
    found = model.get_or_none(model.id == number, model.run == run) if number < 2**63 else None
    if found is None:
        abort(404)
    return found


def task_or_404(number: int) -> Task:
    """A letter or a call to see to, of the current account."""
    return cast(Task, _own(Task, number))


def template_or_404(ref: str) -> Info:
    """A template in use, delivered or of the current account."""
    info = templating.find(current_account(), ref)
    if info is None or info.archived_at is not None:
        abort(404)
    return info


def _own(model: Any, number: int) -> Any:
    # A number that no column can hold is not found either: SQLite would refuse to compare it.
    row = _found(model, number) if number < 2**63 else None
    if row is None:
        abort(404)
    return row


def _found(model: Any, number: int) -> Any:
    """The row; for a page that is only shown, with its client and the account that are known already.

    What writes reads them again in its own transaction.
    """
    account = current_account()
    if request.method not in ("GET", "HEAD"):
        return model.get_or_none(model.id == number, model.account == account)
    has_client = "client" in model._meta.fields
    query = model.select(model, Client).join(Client, JOIN.LEFT_OUTER) if has_client else model.select()
    row = query.where(model.id == number, model.account == account).get_or_none()
    for known in (row, row.client if row is not None and has_client else None):
        if known is not None:
            known.account = account
            known._dirty.discard("account")
    return row


def _load(session_id: str) -> Visitor | None:
    number, _, key = session_id.partition(":")
    if not number.isdigit():
        return None
    user = User.select(User, Account).join(Account).where(User.id == int(number), User.session_key == key).get_or_none()
    return Visitor(user) if user else None


def _require_sign_in() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "is_public", False) or is_signed_in():
        return None
    # Only a page can be returned to: the answer to a POST is not one.
    wanted = request.full_path.rstrip("?") if request.method == "GET" and not request.htmx else None  # type: ignore[attr-defined]
    target = url_for("access.sign_in", suite=wanted)
    if request.htmx:  # type: ignore[attr-defined]
        return "", 200, {"HX-Redirect": target}  # a 302 would put the sign-in page inside a panel
    return redirect(target, 303)


def _names() -> dict[str, Any]:
    """What every template may name: the user, the account (or None) and the host's settings."""
    user = current_user() if is_signed_in() else None
    return {"user": user, "account": user.account if user else None, "settings": settings()}
