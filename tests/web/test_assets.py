import gzip
import re


def test_a_file_is_kept_for_ever_under_the_name_of_its_content(anonymous):
    page = anonymous.get("/connexion", follow_redirects=True).text
    (css,) = re.findall(r'href="(/static/css/[^"]+)"', page)
    answer = anonymous.get(css, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.mimetype == "text/css"
    text = gzip.decompress(answer.data).decode()
    assert text.index("@layer reset, tokens, base") < text.index("--accent")
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
