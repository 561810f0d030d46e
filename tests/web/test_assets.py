import gzip
import re
from pathlib import Path

import pytest
import tinycss2

from relance.web.assets import light

ROOT = Path(__file__).parents[2]


def shape(rule):
    """A rule as its tokens, without blanks."""
    return re.sub(r"\s+|/\*\*/", "", rule.serialize()).replace(";}", "}")


def test_a_file_is_kept_for_ever_under_the_name_of_its_content(anonymous):
    page = anonymous.get("/connexion", follow_redirects=True).text
    (css,) = re.findall(r'href="(/static/css/[^"]+)"', page)
    answer = anonymous.get(css, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.mimetype == "text/css"
    text = gzip.decompress(answer.data).decode()
    assert text.index("@layer reset,tokens,base") < text.index("--accent")
    assert len(answer.data) < 16_000, "the style sheet stays light on the wire"
    (font,) = re.findall(r'url\("\.\.(/fonts/[^"]+)"\)', text)
    assert anonymous.get(f"/static{font}").status_code == 200


def test_scripts_carry_the_fingerprint_that_the_browser_checks(anonymous):
    page = anonymous.get("/connexion", follow_redirects=True).text
    scripts = re.findall(r"<script ([^>]+)></script>", page)
    assert len(scripts) == 2
    assert all('integrity="sha384-' in script for script in scripts)


def test_only_listed_files_are_served(anonymous):
    for path in ("css/relance.css", "../app.py", "vendor/vendor.json", "css/tokens.css"):
        assert anonymous.get(f"/static/{path}").status_code == 404


@pytest.mark.parametrize(
    ("written", "served"),
    [
        ("a {\n  color: red;\n}\n\nb, c {\n  top: 0;\n}\n", "a{color:red}b,c{top:0}"),
        (".a :hover { margin: 0 auto }", ".a :hover{margin:0 auto}"),
        ('.b::before { content: "· ;  x" }', '.b::before{content:"· ;  x"}'),
        ("/* why: { } */ .c { width: calc(1rem + 2px) }", ".c{width:calc(1rem + 2px)}"),
        ("@media (min-width: 64rem) { .d { top: 1px } }", "@media (min-width:64rem){.d{top:1px}}"),
    ],
)
def test_the_style_sheet_loses_only_what_people_read(written, served):
    assert light(written).strip() == served


def test_every_rule_written_is_served():
    written = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "static" / "css").rglob("*.css")))
    rules = tinycss2.parse_stylesheet(written, skip_comments=True, skip_whitespace=True)
    kept = tinycss2.parse_stylesheet(light(written), skip_comments=True, skip_whitespace=True)
    assert [shape(rule) for rule in rules] == [shape(rule) for rule in kept]
