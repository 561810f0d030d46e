"""What holds for every template and every route, whoever writes them."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import nodes

from tests import factories

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
# Messages and letters are documents of their own: nothing of the application's pages holds for them.
OTHER_WORLDS = ("mail/", "letters/pdf/")
PAGES = sorted(
    path.relative_to(TEMPLATES).as_posix()
    for path in TEMPLATES.rglob("*.html")
    if not path.relative_to(TEMPLATES).as_posix().startswith(OTHER_WORLDS)
)
PYTHON = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "relance").rglob("*.py")))
# Fragments that a view renders alone: htmx swaps them.
FRAGMENTS = [name for name in PAGES if name.rpartition("/")[2].startswith("_") and f'"{name}"' in PYTHON]


def _source(name):
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _markup(name):
    """A template without what Jinja does; what it writes is « x »."""
    kept = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", _source(name), flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}", "x", kept, flags=re.DOTALL)


def test_every_template_is_used(app):
    used = set()
    for name in PAGES:
        tree = app.jinja_env.parse(_source(name))
        for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            used |= {constant.value for constant in node.find_all(nodes.Const) if isinstance(constant.value, str)}
    unused = [name for name in PAGES if name not in used and f'"{name}"' not in PYTHON]
    assert unused == []


@pytest.mark.parametrize("name", FRAGMENTS)
def test_a_fragment_that_is_swapped_has_a_root_that_can_be_found(name):
    """Page + swap = page loaded again. A dialog has its own place, and rows are added to what has an id."""
    first = re.search(r"<(?!!)([a-z][a-z0-9-]*)\b([^>]*)>", _markup(name), re.DOTALL)
    assert first, "no element"
    if first[1] == "dialog":
        assert "aria-labelledby=" in first[2] or "include" in _source(name)
    elif not name.endswith("_more.html"):
        assert re.search(r'\bid="[^"]+"', first[2]), f"<{first[1]}> has no id"


@pytest.mark.parametrize("name", PAGES)
def test_a_template_needs_nothing_that_the_policy_forbids(name):
    markup = _markup(name)
    assert "<style" not in markup
    assert not re.search(r"\sstyle=", markup)
    assert not re.search(r"\son[a-z]+=", markup)
    assert "javascript:" not in markup
    assert not re.search(r"<script(?![^>]*\ssrc=)", markup)
    for attribute in ("hx-on", "hx-boost", "hx-confirm", "hx-vals"):
        assert attribute not in markup
    assert not re.search(r'hx-trigger="[^"]*\[', markup), "a trigger filter needs eval"


@pytest.mark.parametrize("name", PAGES)
def test_a_form_works_without_javascript(name):
    for attributes in re.findall(r"<form\b([^>]*)>", _markup(name), re.DOTALL):
        assert "action=" in attributes or "hx-" not in attributes, attributes
        if "hx-post" in attributes:
            assert 'method="post"' in attributes, attributes


@pytest.mark.parametrize("name", PAGES)
def test_every_form_that_changes_something_carries_its_token(name):
    for form in re.findall(
        r'<form\b(?:[^>{]|\{\{.*?\}\})*(?:method="post"|post_to\().*?</form>', _source(name), re.DOTALL
    ):
        assert re.search(r"csrf_|hidden_tag\(\)|include", form), form[:200]


def test_every_icon_is_drawn_and_every_drawing_used():
    icons = set(json.loads(next((ROOT / "static" / "vendor").glob("lucide-*.json")).read_text(encoding="utf-8")))
    sources = "\n".join([PYTHON, *(_source(name) for name in PAGES)])
    quoted = set(re.findall(r'["\']([a-z][a-z0-9]*(?:-[a-z0-9]+)*)["\']', sources))
    called = set(re.findall(r'icon\("([a-z0-9-]+)"', sources))
    assert called - icons == set()
    assert icons - quoted == set(), "take these out of script/vendor"


class _Page(HTMLParser):
    """The addresses a page leads to, and what the policy would block in it."""

    def __init__(self):
        super().__init__()
        self.links, self.blocked, self.ids = set(), [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "a" and (values.get("href") or "").startswith("/"):
            self.links.add(values["href"].partition("#")[0])
        if tag == "style" or "style" in values or any(name.startswith("on") for name in values):
            self.blocked.append((tag, attrs))
        if tag == "script" and not values.get("src"):
            self.blocked.append((tag, attrs))
        if values.get("id"):
            self.ids.append(values["id"])


def _walk(browser, start="/"):
    seen, waiting = {}, [start]
    while waiting and len(seen) < 150:
        path = waiting.pop(0)
        if path in seen:
            continue
        answer = browser.get(path, follow_redirects=True, buffered=True)  # a file is streamed: read it all
        seen[path] = answer
        if answer.mimetype == "text/html":
            page = _Page()
            page.feed(answer.text)
            waiting += sorted(page.links - set(seen))
    return seen


def test_every_link_of_every_page_leads_somewhere(client, camille, invoice, latitude):
    factories.make_payment(invoice, 10_000)
    factories.make_document(camille.account)
    for path, answer in _walk(client).items():
        assert answer.status_code == 200, path
        assert answer.headers["Content-Security-Policy"]
        if answer.mimetype != "text/html" or "sandbox" in answer.headers["Content-Security-Policy"]:
            continue
        page = _Page()
        page.feed(answer.text)
        assert page.blocked == [], path
        doubles = {found for found in page.ids if page.ids.count(found) > 1} - {"csrf_token"}
        assert not doubles, f"{path}: ids used twice: {doubles}"


def test_pages_have_no_plain_space_before_double_punctuation(client, camille, invoice):
    for path, answer in _walk(client).items():
        if answer.mimetype != "text/html" or "sandbox" in answer.headers["Content-Security-Policy"]:
            continue
        text = re.sub(r"<(script|style|pre|textarea|svg)\b.*?</\1>", "", answer.text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", "\n", text)
        wrong = re.findall(r"[^\n]{0,30}[\w»] [:;!?%€»](?!\w)[^\n]{0,10}", text)
        assert wrong == [], path
        assert re.findall(r"[^\n]{0,20}\w&#39;\w[^\n]{0,20}", text) == [], path


def _posts(app):
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and rule.endpoint not in ("static",):
            values = dict.fromkeys(rule.arguments, 1)
            yield rule, rule.build(values)[1]


def test_no_visitor_changes_anything_without_signing_in(app, anonymous, camille):
    for rule, path in _posts(app):
        if getattr(app.view_functions[rule.endpoint], "is_public", False):
            continue
        answer = anonymous.post(path)
        assert answer.status_code == 303, path
        assert answer.location.startswith("/connexion"), path


def test_the_public_doors_are_these_and_no_others(app):
    public = {
        rule.rule for rule in app.url_map.iter_rules() if getattr(app.view_functions[rule.endpoint], "is_public", False)
    }
    assert public == {
        "/static/<path:path>",
        "/installation",
        "/inscription",
        "/inscription/envoyee",
        "/inscription/<token>",
        "/connexion",
        "/deconnexion",
        "/mot-de-passe-oublie",
        "/mot-de-passe/<token>",
        "/healthz",
        "/telecharger/<int:id>-<signature>",
    }
