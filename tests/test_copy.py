"""The review of everything written: no threat in the gentle texts, letters included; no promise of success anywhere."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from relance.mail import delivered
from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.rules.cautions import cautions
from relance.rules.texts import Wording
from relance.services import amicable_text
from tests import sentences
from tests.factories import TODAY

ROOT = Path(__file__).parents[1]
GENTLE = [ref for ref, kind in delivered.KINDS.items() if kind.level <= 1 and kind.category in ("before", "reminder")]
# Beyond what is refused to a user: what a delivered text of these levels does not say either.
FIRM = r"pénalit|indemnité|intérêts? |recommandé|dernier rappel|impayé|article|code de|registered|final|unpaid|exige|!"
PROMISES = (
    r"garanti\w*|à coup sûr|sans aucun risque|sans échec|infaillible|imparable|succès assuré|résultats? assurés?|"
    r"taux de (?:succès|réussite|recouvrement)|(?:efficace|réussi\w*|payée?s?) à 100 ?%|"
    r"100 ?% (?:de |des |efficace|payé|réglé|sûr)|vous serez (?:toujours )?payée?s?|paiement (?:assuré|certain)|"
    r"récupére[zr] (?:tout|toujours)|toujours efficace|guarantee\w*|never fails?|foolproof|success rate|"
    r"100 ?% (?:of |success|paid|effective)|you will (?:always )?(?:be|get) paid"
)


def threats(wording: Wording, level: int) -> list[str]:
    """What such a text should not say, by the rule that warns users and by the stricter one of delivered texts."""
    said = f"{wording.subject}\n{wording.body}"
    found = [one.sentence for one in cautions(wording, "reminder", level) if "menace" in one.sentence]
    return found + re.findall(FIRM, re.sub(r"\{[^{}]*\}", " ", said), re.IGNORECASE)


@pytest.mark.requirement("S0.17")
def test_no_delivered_text_of_levels_0_and_1_threatens() -> None:
    assert {"prerelance", "echeance", "rappel"} <= set(GENTLE)
    for ref, variant, is_many in itertools.product(GENTLE, delivered.VARIANTS, (False, True)):
        wording = delivered.wording(ref, variant, is_many)
        assert threats(wording, delivered.KINDS[ref].level) == [], (ref, variant, is_many)
    assert threats(Wording("Dernier rappel", "Nous irons au tribunal !"), 1), "the lint sees what it looks for"


@pytest.mark.requirement("S0.17")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_letter_of_levels_0_and_1_threatens_either(
    latitude: Client, invoice: Invoice, camille: User, language: str
) -> None:
    Client.update(language=language).where(Client.id == latitude.id).execute()
    client = Client.get_by_id(latitude.id)
    for template in GENTLE:
        facts = amicable_text.facts_of(
            client.account, client, [invoice], template=template, dated_on=TODAY, joined=(), words=None
        )
        assert facts.language == language
        assert threats(Wording(facts.object, facts.body), 1) == [], template


@pytest.mark.requirement("S1.23")
def test_nothing_written_promises_success() -> None:
    promised = {
        (place, found.group(0))
        for place, text in written()
        for found in re.finditer(rf"\b(?:{PROMISES})", text.replace("\u00a0", " ").replace("’", "'"), re.IGNORECASE)
    }
    assert promised == set()
    for sample in ("C'est garanti.", "Une relance efficace à 100 %", "You will be paid."):
        assert re.search(rf"\b(?:{PROMISES})", sample, re.IGNORECASE), sample


def written() -> Iterator[tuple[str, str]]:
    """Everything a person may read, with where: delivered texts, letters, pages, English, and the documentation."""
    for text, place in (sentences.in_templates() | sentences.in_python() | sentences.built_in_python()).items():
        yield place, text
    for text in sentences.constants():  # letters and e-mails too, whose modules show no page
        if "(?:" not in text and "|" not in text:  # what importers look for in the words of others
            yield "a text of the source", text
    files = [*(ROOT / "templates").rglob("*.txt"), *(ROOT / "templates").rglob("*.html"), ROOT / "README.md"]
    files += [*(ROOT / "docs").rglob("*.md"), ROOT / "CHANGELOG.md", ROOT / "relance" / "translations" / "en.po"]
    for path in files:
        if path.name != "requirements.md":  # it quotes what must not be promised
            yield path.name, path.read_text(encoding="utf-8")
