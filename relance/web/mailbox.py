"""The local mailbox on the page: what was sent, as it left. Only where no SMTP server was named.

An account sees its own messages and those sent to one of its users, and no others.
"""

import re
from datetime import datetime

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from relance import mail_reading, mailbox
from relance.mailbox import Summary
from relance.models.accounts import User
from relance.models.messages import Message
from relance.web import scope
from relance.web.security import sandboxed

PAGE = 50
_NAMES = {"From": "De", "To": "À", "Cc": "Copie", "Reply-To": "Réponses", "Subject": "Objet", "Date": "Date"}
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_CHUNK = 500  # values of one SQL IN: SQLite takes 999 by default

blueprint = Blueprint("mailbox", __name__, url_prefix="/boite-locale")


@blueprint.before_request
def only_without_a_server() -> None:
    """Where mail really leaves, this mailbox does not exist."""
    if not scope.settings().has_local_mailbox:
        abort(404)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The messages, newest first."""
    before = request.args.get("avant") or None
    own = _own(mailbox.list_messages(scope.settings().data_dir, mailbox.KEEPS, before))
    shown = own[:PAGE]
    older = shown[-1].id if len(own) > PAGE else ""
    return render_template(
        "mailbox/index.html", messages=[_row(one) for one in shown], older=older, is_first=not before
    )


@blueprint.get("/<number>")
def show(number: str) -> ResponseReturnValue:
    """One message: its headers, its text, its HTML in a frame, its files."""
    summary = _summary_or_404(number)
    parsed = mail_reading.parse(_raw_or_404(number))
    return render_template(
        "mailbox/show.html", message=summary, received_at=_instant(summary), mail=parsed, names=_NAMES
    )


@blueprint.get("/<number>/html")
def html(number: str) -> ResponseReturnValue:
    """The HTML of a message, for the frame: no script, no network, no form."""
    _summary_or_404(number)
    parsed = mail_reading.parse(_raw_or_404(number))
    if not parsed.html:
        abort(404)
    # The links of an alert lead to our own pages, which refuse to be framed: they open beside.
    base = '<base target="_blank">'
    head = _HEAD.search(parsed.html)
    at = head.end() if head else 0
    response = make_response(parsed.html[:at] + base + parsed.html[at:])
    response.mimetype = "text/html"
    return sandboxed(response)


@blueprint.get("/<number>/brut")
def raw(number: str) -> ResponseReturnValue:
    """The message as it left, to keep or to open elsewhere."""
    _summary_or_404(number)
    return _download(_raw_or_404(number), f"message-{number}.eml", "message/rfc822")


@blueprint.get("/<number>/pieces/<int:index>")
def attachment(number: str, index: int) -> ResponseReturnValue:
    """One file of a message."""
    _summary_or_404(number)
    found = mail_reading.attachment(_raw_or_404(number), index)
    if found is None:
        abort(404)
    part, content = found
    return _download(content, part.filename, "application/octet-stream")


def _own(summaries: list[Summary]) -> list[Summary]:
    """Those of the current account, or sent to one of its users."""
    account = scope.current_account()
    addresses = {row[0] for row in User.select(User.email).where(User.account == account).tuples()}
    written: set[str] = set()
    ids = [summary.message_id for summary in summaries]
    for start in range(0, len(ids), _CHUNK):
        query = Message.select(Message.message_id).where(
            Message.account == account, Message.message_id.in_(ids[start : start + _CHUNK])
        )
        written |= {row[0] for row in query.tuples()}
    return [
        summary
        for summary in summaries
        if summary.message_id in written or addresses & {address.lower() for address in summary.recipients}
    ]


def _summary_or_404(number: str) -> Summary:
    summary = mailbox.find(scope.settings().data_dir, number)
    if summary is None or not _own([summary]):
        abort(404)
    return summary


def _raw_or_404(number: str) -> bytes:
    content = mailbox.raw(scope.settings().data_dir, number)
    if content is None:
        abort(404)
    return content


def _instant(summary: Summary) -> datetime:
    return datetime.fromisoformat(summary.received_at)


def _row(summary: Summary) -> dict[str, object]:
    return {"summary": summary, "received_at": _instant(summary)}


def _download(content: bytes, name: str, mime: str) -> Response:
    response = make_response(content)
    response.mimetype = mime
    # Never shown inside our pages, whatever it claims to be.
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return response
