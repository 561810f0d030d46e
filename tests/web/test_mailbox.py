"""The local mailbox on the page: what was sent, to the account that sent it and to nobody else."""

import email
import email.policy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from relance import mailbox
from relance.config import Smtp
from relance.mail.mail import Address, Attachment, Mail, new_message_id
from relance.mail.outcome import Sent
from relance.mail.post import Line
from relance.models.accounts import Account, User
from relance.models.messages import Message
from tests import factories

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def box(data_dir: Path) -> Iterator[mailbox.Mailbox]:
    running = mailbox.start_mailbox(data_dir)
    yield running
    running.stop()


@pytest.fixture
def send(box: mailbox.Mailbox) -> Callable[..., str]:
    """Send a mail to the mailbox; returns its number. ``account``: the one whose Message row it is."""
    count = iter(range(1000))

    def _send(account: Account | None, to: str = "compta@latitude-conseil.example", **parts: Any) -> str:
        token = f"{next(count):020x}"
        values: dict[str, Any] = {
            "subject": "Facture F-2026-0087, échue",
            "text": "Bonjour Nadia,\n\nÀ régler\u00a0: 12,00\u00a0€\n",
            "html": '<p onclick="x()">Bonjour</p><script>alert(1)</script><img src="http://evil.example/x.png">',
            "sender": Address("Atelier Roussel", "relance@relance.localhost"),
            "to": (Address("", to),),
            "message_id": new_message_id(token, "relance.localhost"),
            "token": token,
        }
        mail = Mail(**{**values, **parts})
        if account is not None:
            Message.create(
                account=account,
                kind="reminder",
                to_json=json.dumps([["", to]]),
                subject=mail.subject,
                body_text=mail.text,
                message_id=mail.message_id,
                token=token,
                not_before_at=factories.NOW,
                created_at=factories.NOW,
            )
        with Line(Smtp("127.0.0.1", box.port), timeout=5) as line:
            outcome = line.send(mail)
        assert isinstance(outcome, Sent)
        return outcome.server_answer.rpartition(" ")[2]

    return _send


def text_of(answer: Any) -> str:
    return unescape(answer.get_data(as_text=True))


@pytest.mark.requirement("S1.11")
def test_a_message_reads_as_it_left(sign_in: SignIn, camille: User, send: Callable[..., str]) -> None:
    number = send(camille.account, attachments=(Attachment("facture.pdf", "application/pdf", b"%PDF-1.7 x"),))
    browser = sign_in(camille)

    index = browser.get("/boite-locale")
    assert "Facture F-2026-0087, échue" in text_of(index)
    assert f'href="/boite-locale/{number}"' in text_of(index)

    page = text_of(browser.get(f"/boite-locale/{number}"))
    assert "Bonjour Nadia,\n\nÀ régler\u00a0: 12,00\u00a0€" in page
    assert "Atelier Roussel <relance@relance.localhost>" in page
    assert "compta@latitude-conseil.example" in page
    sandbox = 'sandbox="allow-popups allow-popups-to-escape-sandbox"'
    assert f'<iframe class="mail-frame" {sandbox} src="/boite-locale/{number}/html"' in page

    raw = browser.get(f"/boite-locale/{number}/brut")
    assert raw.headers["Content-Disposition"] == f"attachment; filename=message-{number}.eml"
    message: Any = email.message_from_bytes(raw.data, policy=email.policy.default)
    assert message["Subject"] == "Facture F-2026-0087, échue"

    (link,) = re.findall(r'href="(/boite-locale/\d+/pieces/\d+)"', page)
    file = browser.get(link)
    assert file.data == b"%PDF-1.7 x"
    assert file.headers["Content-Disposition"] == "attachment; filename=facture.pdf"
    assert file.mimetype == "application/octet-stream"


def test_the_html_of_a_message_can_do_nothing(sign_in: SignIn, camille: User, send: Callable[..., str]) -> None:
    number = send(camille.account)
    answer = sign_in(camille).get(f"/boite-locale/{number}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy
    assert "allow-scripts" not in policy and "allow-same-origin" not in policy and "script-src" not in policy
    assert answer.mimetype == "text/html"
    # A link leaves the frame, into which none of our pages would let itself be put.
    assert '<base target="_blank">' in text_of(answer)


def test_another_account_sees_nothing_of_it(
    sign_in: SignIn, camille: User, basile: User, send: Callable[..., str]
) -> None:
    number = send(camille.account, attachments=(Attachment("a.pdf", "application/pdf", b"x"),))
    browser = sign_in(basile)
    assert "F-2026-0087" not in text_of(browser.get("/boite-locale"))
    for path in ("", "/html", "/brut", "/pieces/0", "/pieces/1", "/pieces/2"):
        assert browser.get(f"/boite-locale/{number}{path}").status_code == 404
    assert sign_in(camille).get(f"/boite-locale/{number}").status_code == 200


def test_a_user_reads_what_was_sent_to_their_own_address(
    sign_in: SignIn, camille: User, basile: User, send: Callable[..., str]
) -> None:
    number = send(None, to=camille.email.upper(), subject="[TEST] Facture F-1")
    assert sign_in(camille).get(f"/boite-locale/{number}").status_code == 200
    assert sign_in(basile).get(f"/boite-locale/{number}").status_code == 404


def test_nobody_reads_it_without_signing_in(anonymous: FlaskClient, camille: User, send: Callable[..., str]) -> None:
    number = send(camille.account)
    for path in ("", f"/{number}", f"/{number}/html", f"/{number}/brut"):
        answer = anonymous.get(f"/boite-locale{path}")
        assert answer.status_code == 303 and "/connexion" in answer.headers["Location"]


def test_it_does_not_exist_where_mail_really_leaves(
    app: Flask, sign_in: SignIn, camille: User, send: Callable[..., str]
) -> None:
    number = send(camille.account)
    app.config["RELANCE"] = replace(app.config["RELANCE"], smtp=Smtp("smtp.example", 587), mail_from="a@b.example")
    browser = sign_in(camille)
    assert browser.get("/boite-locale").status_code == 404
    assert browser.get(f"/boite-locale/{number}").status_code == 404


def test_an_empty_mailbox_says_what_will_arrive(sign_in: SignIn, camille: User, box: mailbox.Mailbox) -> None:
    assert "Aucun e-mail pour l’instant." in text_of(sign_in(camille).get("/boite-locale"))


@pytest.mark.parametrize("number", ["1", "0000000099", "..%2f..%2fsecret_key", "abc"])
def test_a_number_that_is_no_message_is_not_found(
    sign_in: SignIn, camille: User, send: Callable[..., str], number: str
) -> None:
    send(camille.account)
    assert sign_in(camille).get(f"/boite-locale/{number}").status_code == 404


def test_older_messages_are_one_link_away(
    sign_in: SignIn, camille: User, send: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relance.web.mailbox.PAGE", 2)
    for number in range(3):
        send(camille.account, subject=f"Message {number}")
    browser = sign_in(camille)
    first = text_of(browser.get("/boite-locale"))
    assert "Message 2" in first and "Message 1" in first and "Message 0" not in first
    (older,) = re.findall(r'href="(/boite-locale\?avant=\d+)"', first)
    second = text_of(browser.get(older))
    assert "Message 0" in second and "Message 1" not in second
