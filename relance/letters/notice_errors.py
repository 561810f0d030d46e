"""What a person may write in a formal notice, and why not: said at the paragraph, in French.

No text lists what a formal notice must say (C. civ. 1344); the checks keep what makes it one: the words « mise en
demeure », the sum, the time allowed, and, for a consumer, no word of the penalties between professionals
(C. com. L441-10, D441-5) nor of recovery costs (CPC ex. L111-8).
"""

import re
from collections.abc import Mapping

from relance.letters.facts import NoticeFacts
from relance.letters.notice_text import STRONG, Paragraph, delivered, variables
from relance.rules import texts
from relance.rules.texts import TextError
from relance.rules.wording import NARROW, NBSP, french

MAX_LENGTH = 2000  # of a paragraph
MAX_OBJECT = 160
MAX_WORD = 80

_NOTICE = re.compile(r"mise en demeure", re.IGNORECASE)
_DEMAND = re.compile(r"\b(?:mets|mettons|mise) en demeure", re.IGNORECASE)
_SPACE = rf"[\s{NBSP}{NARROW}]"
_BUSINESS_ONLY = re.compile(
    rf"pénalités?|indemnité(?:s)? forfaitaires?|frais de recouvrement|(?:L|D)\.?{_SPACE}*441-\d+"
    rf"|(?<![\d,.])(?<!\d{_SPACE})40(?:,00)?{_SPACE}*(?:€|euros?\b)|quarante euros",
    re.IGNORECASE,
)
_LEFT_OPEN = re.compile(r"\[[^\]\n{}]*\]|X{3,}|_{3,}|\.{4,}")


def errors(facts: NoticeFacts, words: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a person's words for this letter: a French sentence by key, nothing when all is well."""
    found = {}
    for part in delivered(facts):
        if part.key in words and (sentence := _error(part, words[part.key].strip(), facts)):
            found[part.key] = french(sentence)
    return found


def _error(part: Paragraph, text: str, facts: NoticeFacts) -> str:
    """Why ``text`` cannot stand in place of this paragraph; '' when it can."""
    if not text:
        return "" if part.is_optional else "Ce paragraphe ne peut pas être vide : revenez au texte proposé."
    return _form_error(part, text, facts) or _law_error(part, text, facts)


def _form_error(part: Paragraph, text: str, facts: NoticeFacts) -> str:
    longest = MAX_OBJECT if part.key == "object" else MAX_LENGTH
    if len(text) > longest:
        return f"Ce texte compte {_count(len(text))} caractères : {_count(longest)} au plus."
    if part.key == "object" and "\n" in text:
        return "L'objet tient sur une ligne."
    if any(len(word) > MAX_WORD for word in text.split()):
        return f"Un mot dépasse {MAX_WORD} caractères : il ne tiendrait pas sur une ligne."
    known = variables(facts)
    try:
        texts.check(text, known)
    except TextError as error:
        return str(error)
    empty = [name for name in texts.needed(text) if not known[name]]
    if empty:
        return f"La variable {_braced(empty[0])} est vide dans cette lettre : retirez-la."
    left = _LEFT_OPEN.search(text)
    return f"Il reste un passage à compléter : « {left[0][:40]} »." if left else ""


def _braced(name: str) -> str:
    return f"{{{name}}}"


def _count(number: int) -> str:
    return f"{number:,}".replace(",", NBSP)


def _law_error(part: Paragraph, text: str, facts: NoticeFacts) -> str:
    found = texts.needed(text)
    if part.key == "demand":
        missing = [name for name in STRONG if name not in found]
        if missing:
            return f"Gardez la variable {_braced(missing[0])} : la demande dit la somme et le délai."
        if not _DEMAND.search(text):
            return "Gardez les mots « je vous mets en demeure » : sans eux, la lettre n'est qu'une relance."
    if part.key in ("object", "consequence") and not _NOTICE.search(text):
        return "Gardez les mots « mise en demeure » : sans eux, la lettre n'est qu'une relance."
    if facts.debtor == "individual" and (word := _BUSINESS_ONLY.search(text)):
        return (
            f"Une lettre à un particulier ne peut pas parler de « {word[0]} » : ces règles sont entre professionnels."
        )
    return ""
