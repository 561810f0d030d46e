"""A due date worked out of the words of the terms of payment. It is proposed, with how it was read, never taken.

Words that may mean two dates mean none: a person asks, rather than a machine chases too early.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from relance.imports.values import InvoiceRead

MAX_CHARS = 2_000  # what is longer is general conditions, where every number of days means something else
MAX_DAYS = 366

_UNITS = {
    **dict.fromkeys("jours jour jrs jr j days day tage tagen tag dagar dage dagen".split(), "day"),
    **dict.fromkeys("semaines semaine weeks week wochen woche".split(), "week"),
    **dict.fromkeys("mois months month monate monaten monat".split(), "month"),
}
_NUMBERS = {
    **dict.fromkeys("un une one a an ein eine einem einer".split(), 1),
    **dict.fromkeys("deux two zwei".split(), 2),
    **dict.fromkeys("trois three drei".split(), 3),
    **dict.fromkeys("sept seven sieben".split(), 7),
    **dict.fromkeys("huit eight acht".split(), 8),
    **dict.fromkeys("dix ten zehn".split(), 10),
    **dict.fromkeys(("quatorze", "fourteen", "vierzehn"), 14),
    **dict.fromkeys(("quinze", "fifteen"), 15),
    **dict.fromkeys(("trente", "thirty", "dreissig"), 30),
    **dict.fromkeys(("quarante-cinq", "quarante cinq", "forty-five"), 45),
    **dict.fromkeys(("soixante", "sixty", "sechzig"), 60),
}
_MONTHS = {
    name: number
    for names in (
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "january february march april may june july august september october november december",
        "januar februar marz april mai juni juli august september oktober november dezember",
    )
    for number, name in enumerate(names.split(), start=1)
}

_NUMBER = r"(?:\d{1,4}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_UNIT = "(?:" + "|".join(sorted(_UNITS, key=len, reverse=True)) + ")"
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"

_END = r"(?:fin (?:de |du |d')?mois|fdm|eom|end of (?:the )?month|month ?end|(?:zum )?monatsende|ende des monats)"
_NEXT = (
    r"(?:fin (?:de |du )?mois (?:suivant|prochain)|end of (?:the )?(?:following|next) month|"
    r"ende des (?:folgemonats|nachsten monats))"
)
_DELAY = re.compile(rf"(?<![\w.,/%-])(?:[jd] ?\+ ?)?({_NUMBER})(?: | ?- ?)?({_UNIT})\b(?: (?:nets?|netto))?")
_PLUS = re.compile(r"\bj ?\+ ?(\d{1,3})\b")
_NET = re.compile(r"\b(?:net|netto|n) ?/? ?(\d{1,3})\b(?! ?(?:%|eur|€))|(?<![\d/])\b(\d{1,3}) (?:net|netto)\b(?! ?\d)")
_NEXT_DAY = re.compile(
    r"\b(?:le |au |the |am )?(\d{1,2})(?:er|th|st|nd|rd|\.)? "
    r"(?:du mois (?:suivant|prochain)|of (?:the )?(?:following|next) month|des (?:folgemonats|nachsten monats))"
)
_ON = re.compile(r"\b(?:le|the|au|am) (\d{1,2})(?:er|th|st|nd|rd|\.)?(?: du mois(?: suivant| prochain)?)?$")
_DATE = re.compile(
    r"(?<![\d./-])(?:(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})|(\d{4})-(\d{2})-(\d{2})|"
    rf"(\d{{1,2}})(?:er|th|st|nd|rd|\.)? ({_MONTH}),? (\d{{4}})|"
    rf"({_MONTH}) (\d{{1,2}})(?:th|st|nd|rd)?,? (\d{{4}}))(?![\d/-])"
)
_NOW = re.compile(
    r"\b(?:(?:a|des) (?:la )?reception|comptant|immediat(?:e|ement)?|sofort|immediately|"
    r"(?:up)?on receipt|due now|payable now|bei erhalt|nach erhalt)\b"
)
_RANGE = re.compile(rf"\b\d+ ?(?:a|-|/|ou|to|or|bis|oder) ?\d+ ?{_UNIT}\b|\d+ ?{_UNIT} (?:ou|or|oder) ")

_IS_NET = re.compile(r"\b(?:nets?|netto|rein|ohne|plein)\b")
# A discount that is not given is no discount.
_NO_DISCOUNT = re.compile(
    r"\b(?:sans|pas d'|aucun|nul|ni|ohne|kein(?:en|em)?|no|without) ?(?:remise ni |rabais ni )?"
    r"(?:escompte|abzug(?:e)?|skonto|(?:early payment |cash )?discount)s?\b"
    r"(?: (?:n'est )?(?:pour|en cas de|accorde)[^,;.]*)?"
    r"|\bescompte[^,;.%\d]{0,60}(?:neant|aucun|nul|0 ?%)[^,;.]*"
)
_DISCOUNT = re.compile(r"\b(?:escompte|remise|skonti|skonto|rabatt|discount|rabais|ristourne)\w*|#skonto#")
# From there on, the sentence speaks of what follows a late payment.
_LATE = re.compile(
    r"\b(?:retard|penalit|indemnit|interet|recouvrement|verzug|mahn|zinsen|late\b|interest|overdue|penalt|drojsmal|"
    r"forsenad|reserve de propriete|eigentum|retractation|reclamation|contestation|garantie|gewahrleist)"
)
# Paid in several goes, or from a day the invoice does not give: no one date.
_UNKNOWN = re.compile(
    r"%|\bsur \d|\b(?:ouvert|acomptes?|arrhes|solde|echeancier|mensualite|mensuel|fois|deposit|prepaid|instal|"
    r"anzahlung|raten?|teil\w*|"
    r"monatl\w*|ouvre|ouvres|ouvrable|ouvrables|working|business|werktag\w*|arbeitstag\w*|bankdag\w*|"
    r"livraison|livre|delivery|lieferung|commande|order|bestellung|travaux|service fait|mandatement|prestation|"
    r"apres (?:l')?echeance|after (?:the )?due|trimestre|quarter|quartal|decade|quinzaine)\b"
)
_FROM = re.compile(r"\b(?:du|depuis|des|from|since|vom|ab|seit|compter|dated|date du|en date)(?: le| du| dem)?$")


@dataclass(frozen=True)
class _Meaning:
    due_on: date
    how: str


def proposed(read: InvoiceRead, words: str) -> InvoiceRead:
    """``read`` with the date ``words`` mean, when it has no due date and they are understood. See ``of_terms``."""
    if read.due_on is not None or read.issued_on is None or read.kind == "credit_note":
        return read
    found = due_date(words, read.issued_on)
    if found is None:
        return read
    return replace(read, terms_due_on=found[0], terms_reading=found[1])


def of_terms(described: Iterable[tuple[str, bool]]) -> str:
    """The words to look for a due date in: those of every term, but for one with a discount that does not name it.

    ``described``: for each term its words, and whether it has a discount.
    """
    return "\n".join(words for words, has_discount in described if not has_discount or _DISCOUNT.search(plain(words)))


def due_date(words: str, issued_on: date) -> tuple[date, str] | None:
    """The date ``words`` mean for an invoice issued on ``issued_on``, and a French sentence that says how.

    None when they mean none, several, or one before the issue date. Never raises.
    """
    try:
        meanings = _meanings(plain(words), issued_on) if len(words) <= MAX_CHARS else None
    except (ValueError, OverflowError):  # a day the calendar does not have
        return None
    if meanings is None or len({meaning.due_on for meaning in meanings}) != 1:
        return None
    meaning = meanings[0]
    if not issued_on <= meaning.due_on <= issued_on + timedelta(days=2 * MAX_DAYS):
        return None
    # The space after a point does not break, lest the quotation be taken for sentences of ours when it is translated.
    shown = " ".join(words.split())[:120].replace(". ", ".\u00a0")
    return meaning.due_on, f"{meaning.how} D'après les conditions « {shown} » : vérifiez-la."


def plain(words: str) -> str:
    """Lower case, no accent, one space between words; lines are kept."""
    text = words.replace("ß", "ss").replace("’", "'").lower()
    bare = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    bare = re.sub(r"\b[a-z-]+ \((\d{1,3})\)", r"\1", bare)  # « trente (30) jours »
    bare = re.sub(r"\b(\d{1,3}) ?(?:j ?f ?m|fdm|eom)\b", r"\1 jours fin de mois", bare)
    return "\n".join(" ".join(line.split()) for line in bare.splitlines())


def _meanings(words: str, issued_on: date) -> list[_Meaning] | None:
    """Every date the sentences mean; None when one of them is not understood for sure."""
    found: list[_Meaning] = []
    for sentence in re.split(r"[\n;!?]|\.(?= |$)(?<!\d\.)|(?<=[a-z)]\.)", words):
        late = _LATE.search(sentence)
        kept = _NO_DISCOUNT.sub(" rein ", sentence[: late.start()] if late else sentence)
        if _DISCOUNT.search(kept):
            # Of « 2 % d'escompte sous 8 jours, 30 jours net », only what says that it is the net term.
            parts = [part for part in kept.split(",") if not _DISCOUNT.search(part) and _IS_NET.search(part)]
        else:
            parts = [kept]
        for part in parts:
            if not any(
                re.search(pattern, part) for pattern in (_DELAY, _PLUS, _NET, _NEXT_DAY, _DATE, _NOW, _END, _NEXT)
            ):
                continue  # it says nothing of time
            if _UNKNOWN.search(part) or _RANGE.search(part):
                return None
            meanings = _part(part, issued_on)
            if meanings is None:
                return None
            found.extend(meanings)
    return found


def _part(part: str, issued_on: date) -> list[_Meaning] | None:
    """The dates one piece of a sentence means; None when it is not understood for sure."""
    found: list[_Meaning] = []
    for written in _DATE.finditer(part):
        if _FROM.search(part[: written.start()].rstrip(" :")):
            return None
        due_on = _written(written)
        found.append(_Meaning(due_on, f"Date proposée : {due_on:%d/%m/%Y}, date écrite dans le texte."))
    rest = _DATE.sub(" ", part)
    delays = _delays(rest)
    if len(set(delays)) > 1:
        return None
    if delays:
        delayed = _after(delays[0], rest, issued_on)
        # « 30 jours, soit le … »: who counts one day less is believed on the date that is written.
        if len(found) != 1 or abs((found[0].due_on - delayed.due_on).days) > 1:
            found.append(delayed)
    elif match := _NEXT_DAY.search(rest):
        found.append(_next_day(issued_on, int(match[1])))
    elif re.search(_NEXT, rest):
        due_on = _end_of_month(_months_later(issued_on.replace(day=1), 1))
        found.append(_Meaning(due_on, f"Date proposée : {due_on:%d/%m/%Y}, fin du mois qui suit la facture."))
    elif re.search(_END, rest):
        if re.search(r"\d", rest):  # « fin de mois 30 » : days before, or after?
            return None
        due_on = _end_of_month(issued_on)
        found.append(_Meaning(due_on, f"Date proposée : {due_on:%d/%m/%Y}, fin du mois de la facture."))
    elif _NOW.search(rest) and not found:
        found.append(_Meaning(issued_on, f"Date proposée : {issued_on:%d/%m/%Y}, le jour de la facture."))
    return found


def _delays(part: str) -> list[tuple[int, str]]:
    """The delays named, as (number, unit)."""
    found: list[tuple[int, str]] = []
    for match in _DELAY.finditer(part):
        number = int(match[1]) if match[1].isdigit() else _NUMBERS[match[1]]
        found.append((number, _UNITS[match[2]]))
    if not found:
        found = [(int(match[1]), "day") for match in _PLUS.finditer(part)]
    if not found:
        found = [(int(match[1] or match[2]), "day") for match in _NET.finditer(part)]
    return found


def _after(delay: tuple[int, str], part: str, issued_on: date) -> _Meaning:
    """A delay, with the end of the month before or after it, and a day of the month that follows."""
    number, unit = delay
    if number > (24 if unit == "month" else MAX_DAYS):
        raise ValueError(number)
    end = re.search(_END, part)
    place = _DELAY.search(part) or _PLUS.search(part) or _NET.search(part)
    assert place is not None
    if end is not None and end.start() < place.start():
        return _told(_later(_end_of_month(issued_on), number, unit), number, unit, "after_end")
    due_on = _later(issued_on, number, unit)
    rest = part if end is None else part[end.start() :].rstrip(" .")
    following = _NEXT_DAY.search(rest) or _ON.search(rest)
    if end is None and following is not None and following.re is _ON:  # « 30 jours le 10 » : of which month?
        raise ValueError(part)
    if following is not None:
        due_on = _months_later(due_on.replace(day=1), 1).replace(day=int(following[1]))
        return _told(due_on, number, unit, "next_day")
    return _told(due_on, number, unit, "") if end is None else _told(_end_of_month(due_on), number, unit, "end")


def _told(due_on: date, number: int, unit: str, then: str) -> _Meaning:
    """The date and how it was worked out: whole sentences, so that each has its English."""
    day = f"{due_on:%d/%m/%Y}"
    if unit == "week":
        number, unit = number * 7, "day"
    if unit == "day":
        how = {
            "": f"Date proposée : {day}, {number} jours après la facture.",
            "end": f"Date proposée : {day}, {number} jours après la facture puis la fin du mois.",
            "after_end": f"Date proposée : {day}, {number} jours après la fin du mois de la facture.",
            "next_day": f"Date proposée : {day}, {number} jours après la facture puis ce jour du mois suivant.",
        }
    else:
        how = {
            "": f"Date proposée : {day}, {number} mois après la facture.",
            "end": f"Date proposée : {day}, {number} mois après la facture puis la fin du mois.",
            "after_end": f"Date proposée : {day}, {number} mois après la fin du mois de la facture.",
            "next_day": f"Date proposée : {day}, {number} mois après la facture puis ce jour du mois suivant.",
        }
    return _Meaning(due_on, how[then])


def _next_day(start: date, day: int) -> _Meaning:
    due_on = _months_later(start.replace(day=1), 1).replace(day=day)
    return _Meaning(due_on, f"Date proposée : {due_on:%d/%m/%Y}, le mois qui suit la facture.")


def _written(match: re.Match[str]) -> date:
    """The date in ``match``; ValueError when it is none."""
    groups = match.groups()
    if groups[0]:
        return date(int(groups[2] if len(groups[2]) == 4 else f"20{groups[2]}"), int(groups[1]), int(groups[0]))
    if groups[3]:
        return date(int(groups[3]), int(groups[4]), int(groups[5]))
    if groups[6]:
        return date(int(groups[8]), _MONTHS[groups[7]], int(groups[6]))
    return date(int(groups[11]), _MONTHS[groups[9]], int(groups[10]))


def _later(start: date, number: int, unit: str) -> date:
    if unit == "month":
        return _months_later(start, number)
    return start + timedelta(days=number * (7 if unit == "week" else 1))


def _months_later(start: date, months: int) -> date:
    """The same day so many months later, or the last one of that month."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    if year > 9999:
        raise OverflowError(year)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
