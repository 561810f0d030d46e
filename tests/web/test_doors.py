"""Every door: who may open it without a key, by which method, and what every answer forbids."""

from collections.abc import Iterator
from typing import Any

import lxml.html
import pytest
from flask.testing import FlaskClient

from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.models.payments import Payment
from relance.web import history
from tests import factories
from tests.web import strangers
from tests.web.strangers import World

PUBLIC = {
    "static", "system.health", "access.install", "access.sign_up", "access.sign_up_sent", "access.confirm_sign_up",
    "access.sign_in", "access.sign_out", "access.forgotten", "access.new_password", "downloads.show",
}  # fmt: skip
# What shows the HTML of an e-mail in a frame: its own policy, its own styles, nothing that acts.
FRAMES = {"messages.html", "quotes_messages.html", "mailbox.html"}
# What events tell, whatever their kind.
FACTS = (
    "text", "name", "other", "email", "address", "because", "template", "reference", "method", "error", "answer",
    "source", "page", "frequency", "credit_note", "letter_kind", "ip", "state",
)  # fmt: skip
PAYLOAD = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}{nom}"


@pytest.fixture
def world(house: Any) -> Iterator[World]:
    with strangers.opened(house) as found:
        yield found


def every_route(world: World) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of the whole table, with her ids where there are any."""
    for rule in world.app.url_map.iter_rules():
        for method in strangers.methods_of(rule):
            if rule.endpoint in strangers.NOT_ROWS:
                yield rule.endpoint, method, rule.rule.replace("<token>", "x").replace("<path:path>", "x")
            else:
                yield rule.endpoint, method, next(strangers.paths(rule, world, owners=["hers"]))


def test_a_signed_out_visitor_is_shown_the_door_everywhere(world: World) -> None:
    before, open_doors, public = strangers.rows_of(world.account), [], set()
    for endpoint, method, path in every_route(world):
        if getattr(world.app.view_functions[endpoint], "is_public", False):
            public.add(endpoint)
            continue
        data = {"name": "x", "note": "x"} if method == "POST" else None
        plain = world.nobody.open(path, method=method, data=data)
        htmx = world.nobody.open(path, method=method, data=data, headers={"HX-Request": "true"})
        if plain.status_code != 303 or not plain.location.startswith("/connexion"):
            open_doors.append(f"{method} {path}: {plain.status_code}")
        if htmx.text or not htmx.headers.get("HX-Redirect", "").startswith("/connexion"):
            open_doors.append(f"htmx {method} {path}: {htmx.status_code}")
    assert open_doors == []
    assert public == PUBLIC
    assert strangers.rows_of(world.account) == before


def test_what_changes_something_is_never_a_link(world: World) -> None:
    answering: dict[str, set[str]] = {}
    for _endpoint, method, path in every_route(world):
        answering.setdefault(path, set()).add(method)
    only_posts = [path for path, methods in answering.items() if methods == {"POST"}]
    assert len(only_posts) >= 25
    wrong = [path for path in only_posts if world.owner.get(path).status_code != 405]
    assert wrong == []


def test_a_form_without_its_token_is_refused_by_every_route(world: World) -> None:
    before, accepted = strangers.rows_of(world.account), []
    world.app.config["WTF_CSRF_ENABLED"] = True
    try:
        for _endpoint, method, path in every_route(world):
            if method == "POST":
                for browser in (world.owner, world.nobody):
                    answer = browser.post(path, data={"name": "x", "csrf_token": "forged"})
                    if answer.status_code != 400 or "rechargez-la" not in answer.text:
                        accepted.append(f"{path}: {answer.status_code}")
    finally:
        world.app.config["WTF_CSRF_ENABLED"] = False
    assert accepted == []
    assert strangers.rows_of(world.account) == before


def test_every_answer_forbids_what_it_does_not_need(world: World) -> None:
    wrong = []
    for endpoint, method, path in every_route(world):
        if method != "GET" or endpoint == "static":
            continue
        for browser in (world.owner, world.nobody):
            answer = browser.get(path, buffered=True)  # a streamed file is read to its end
            policy = answer.headers["Content-Security-Policy"]
            is_frame = endpoint in FRAMES and answer.status_code == 200
            if is_frame:
                is_strict = "sandbox" in policy and "script-src" not in policy and "default-src 'none'" in policy
            else:
                is_strict = "unsafe" not in policy and "default-src 'none'" in policy
            if not (
                is_strict
                and "frame-ancestors" in policy
                and answer.headers["X-Content-Type-Options"] == "nosniff"
                and answer.headers["Referrer-Policy"] == "same-origin"
                and answer.headers["X-Frame-Options"] in ("DENY", "SAMEORIGIN")
                and answer.headers["Cache-Control"] == "no-store"
            ):
                wrong.append(path)
            if answer.mimetype == "text/html" and not is_frame and endpoint not in ("letters.paper", "letters.draft"):
                wrong += [f"{path}: {found}" for found in inline(answer.text)]
    assert wrong == []


def inline(text: str) -> list[str]:
    """What a strict policy would block, or what a text of the user would have become: it must not be there."""
    if not text.strip():
        return []
    found = []
    for node in lxml.html.fromstring(text).iter():
        if not isinstance(node.tag, str):
            continue
        found += [f"{node.tag} {name}" for name in node.attrib if name == "style" or name.startswith(("on", "hx-on"))]
        if node.tag == "style" or (node.tag == "script" and not node.get("src")):
            found.append(node.tag)
        if (node.get("href") or "").lower().startswith(("javascript:", "data:")):
            found.append(f"{node.tag} {node.get('href')}")
    return found


def poison(account: Account) -> None:
    """Every text that a person, a file or a server writes becomes an attack."""
    mine = {"account": account}
    for model, names in {
        Client: ("name", "note", "address"),
        Contact: ("name", "role", "phone", "rejected_because"),
        Invoice: ("object", "note", "order_reference"),
        Document: ("name",),
        Message: ("subject", "body_text", "error", "from_name"),
        Payment: ("reference",),
        User: ("first_name", "last_name"),
    }.items():
        model.update({getattr(model, name): PAYLOAD for name in names}).where(model.account == account).execute()
    Account.update(business_name=PAYLOAD, owner_name=PAYLOAD, legal_form=PAYLOAD, sender_name=PAYLOAD).where(
        Account.id == account.id
    ).execute()
    for row in Invoice.select().where(Invoice.account == account):
        Invoice.update(number=f"{PAYLOAD}{row.id}").where(Invoice.id == row.id).execute()
    invoice = Invoice.get(Invoice.account == account, Invoice.state == "sent")
    facts = dict.fromkeys(FACTS, PAYLOAD)
    changes = {"number": [PAYLOAD, PAYLOAD], "object": [PAYLOAD, PAYLOAD], "name": [PAYLOAD, PAYLOAD]}
    for kind in [*history.known_kinds(), PAYLOAD]:
        record(
            kind,
            at=factories.NOW,
            client=invoice.client_id,
            invoice=invoice,
            to=[[PAYLOAD, PAYLOAD]],
            contacts=[PAYLOAD],
            changes=changes,
            fields=[PAYLOAD],
            **mine,
            **facts,
        )


def test_no_text_of_anybody_becomes_a_page(world: World) -> None:
    with world.app.test_request_context():
        poison(world.account)
    shown, wrong = 0, []
    late = Invoice.get(Invoice.account == world.account, Invoice.state == "sent", Invoice.next_due_on < factories.TODAY)
    more = [
        f"/courriers/nouveau?client={late.client_id}",
        f"/courriers/nouveau/lettre?client={late.client_id}&invoices={late.id}&dated_on=2026-11-23&delay_days=8",
        f"/factures/{late.id}",
        f"/factures/{late.id}/relancer/e-mail",
        f"/clients/{late.client_id}?onglet=echanges",
        f"/clients/{late.client_id}?onglet=contacts",
        f"/clients/{late.client_id}?onglet=reglages",
    ]
    paths = [path for _endpoint, method, path in every_route(world) if method == "GET"]
    for path in [*paths, *more]:
        answer = world.owner.get(path, buffered=True)
        assert answer.status_code < 500, path
        if answer.mimetype == "text/html":
            shown += "7*7" in answer.text
            if "<script>alert" in answer.text or "<img src=x" in answer.text or "{{49}}" in answer.text:
                wrong.append(path)
    assert wrong == []
    assert shown > 15


def test_answers_with_a_stranger_s_host_lead_home(world: World) -> None:
    nowhere: FlaskClient = world.nobody
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil"}
    answer = nowhere.get("/factures", headers=headers, base_url="http://evil.example")
    assert answer.location.startswith("/connexion")
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:1"):
        page = nowhere.post(
            "/connexion",
            query_string={"suite": target},
            data={"email": "camille@atelier-roussel.example", "password": "x"},
        )
        assert "evil" not in page.text
