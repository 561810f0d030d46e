"""Pages as a person reads them: elements by CSS selector, text on one line with plain spaces."""

from typing import Any

import cssselect2
import lxml.html


def page(browser: Any, path: str, status: int = 200, **options: Any) -> Any:
    """The page at ``path``, parsed."""
    return parse(browser.get(path, **options), status)


def parse(answer: Any, status: int = 200) -> Any:
    """An answer, parsed."""
    text = answer.get_data(as_text=True)
    assert answer.status_code == status, text[:2000]
    return lxml.html.fromstring(text)


def css(node: Any, selector: str) -> list[Any]:
    """The elements under ``node`` that a selector names, in order."""
    found = cssselect2.ElementWrapper.from_html_root(node).query_all(selector)
    return [wrapper.etree_element for wrapper in found]


def words(node: Any) -> str:
    """The text of an element on one line."""
    return " ".join(node.text_content().replace("\u00a0", " ").split())


def fields(form: Any) -> dict[str, Any]:
    """What a browser would send for a form left as it is; a name given several times is a list."""
    found: dict[str, Any] = {}
    areas = {area.get("name") for area in css(form, "textarea")}
    for name, value in form.form_values():
        if name in areas:
            value = value.removeprefix("\r").removeprefix("\n")  # a browser drops the first line break
        if name in found:
            found[name] = [*found[name], value] if isinstance(found[name], list) else [found[name], value]
        else:
            found[name] = value
    return found
