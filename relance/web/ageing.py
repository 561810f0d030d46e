"""The ageing bar: one stacked drawing per currency, with a legend that is the data."""

from dataclasses import dataclass

from relance.services.summarising import BUCKETS, Owed, Sum
from relance.web import filters
from relance.web.i18n import _, _n

WIDTH = 1000
GAP = 3
LEAST = 15  # 1.5 % of the width: a small amount is still seen


@dataclass(frozen=True)
class Bucket:
    """One age: its place in the bar (0: not drawn) and its line in the legend."""

    age: int
    label: str
    href: str
    sum: Sum
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """The bar of one currency. ``line_x`` is where « not late » ends, or None when nothing is late."""

    currency: str
    title: str
    buckets: tuple[Bucket, ...]
    line_x: float | None


def labels() -> tuple[str, ...]:
    """The names of the ages, in the order of BUCKETS."""
    return (_("Non échu"), _("1 à 30 j"), _("31 à 60 j"), _("61 à 90 j"), _("Plus de 90 j"))


def bar(owed: Owed) -> Bar:
    """Widths follow the amounts, in thousandths, with gaps between and a least width."""
    widths = widths_of([bucket.cents for bucket in owed.buckets])
    x = 0.0
    found = []
    for age, (key, label, total, width) in enumerate(zip(BUCKETS, labels(), owed.buckets, widths, strict=True)):
        href = "/factures?statut=a-echoir" if age == 0 else f"/factures?statut=retard&age={key}"
        found.append(Bucket(age, label, href, total, round(x, 1), round(width, 1)))
        x += width + GAP if width else 0
    first_late = next((bucket.x for bucket in found[1:] if bucket.width), None)
    line_x = max(first_late - GAP, 0) if first_late is not None else None
    return Bar(owed.currency, _title(owed), tuple(found), line_x)


def widths_of(amounts: list[int]) -> list[float]:
    """The widths of the parts: proportional, none under LEAST, all and their gaps filling WIDTH exactly."""
    drawn = [amount for amount in amounts if amount]
    if not drawn:
        return [0.0 for _amount in amounts]
    room = WIDTH - GAP * (len(drawn) - 1)
    share = room / sum(drawn)
    small = [amount for amount in drawn if amount * share < LEAST]
    large = sum(drawn) - sum(small)
    scale = (room - LEAST * len(small)) / large
    return [0.0 if not amount else LEAST if amount * share < LEAST else amount * scale for amount in amounts]


def _title(owed: Owed) -> str:
    """Every figure in one sentence, for those who do not see the bar."""
    words = ("non échus", "de 1 à 30 jours", "de 31 à 60 jours", "de 61 à 90 jours", "plus de 90 jours")
    parts = [
        _("{montant} {âge}", montant=filters.amount(total.cents, owed.currency), âge=_(word))
        for word, total in zip(words, owed.buckets, strict=True)
        if total.count
    ]
    return _(
        "Sur {total} à encaisser : {détail}.",
        total=filters.amount(owed.total.cents, owed.currency),
        détail=", ".join(parts),
    )


def count_words(total: Sum) -> str:
    """« 5 factures, dont 1 en litige », « une facture, en litige », « aucune »."""
    if not total.count:
        return _("aucune")
    words = _n("une facture", "{n} factures", total.count)
    if not total.disputed:
        return words
    if total.disputed == total.count:
        return _("{factures}, en litige", factures=words)
    return _("{factures}, dont {n} en litige", factures=words, n=total.disputed)
