"""Where the blocks of a sequence fall: the helper that spaces them, and what is worth a warning."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

LAST_DAY = 365  # a block falls at most a year before or after J
EARLIEST_LETTER = 15
FEW = 8  # blocks; more are accepted, with a warning
LEAST_DAYS = 2
# What the next block is proposed at, after the last one: near at first, then as far as the last two are apart.
FIRST_OFFSET, USUAL_INTERVAL = 3, 7


class SpacingError(Exception):
    """These blocks cannot be made; ``field`` (first, interval, total) says why in French."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Spot:
    """One block: its kind (mail, letter, call) and its day, counted from J (before when negative)."""

    kind: str
    offset_days: int


@dataclass(frozen=True)
class Caution:
    """Something accepted that a person should know. ``sentence`` is French, its {names} are in ``values``."""

    sentence: str
    values: dict[str, int]


def spaced(first: int, interval: int, total: int) -> tuple[int, ...]:
    """The days of the blocks: from J+``first``, every ``interval`` days, until J+``total`` included.

    First J+2, every 7 days, 30 days in all: J+2, J+9, J+16, J+23, J+30. SpacingError otherwise.
    """
    if not -LAST_DAY <= first <= LAST_DAY:
        raise SpacingError("Le premier message part au plus un an avant ou après l'échéance.", "first")
    if not 1 <= interval <= LAST_DAY:
        raise SpacingError("Indiquez un intervalle entre 1 et 365 jours.", "interval")
    if not first <= total <= LAST_DAY:
        raise SpacingError("La durée totale va du premier message à 365 jours après l'échéance.", "total")
    return tuple(range(first, total + 1, interval))


def rising(offsets: Sequence[int]) -> tuple[str, ...]:
    """The template of each day: prérelance before J, then rappel, relance 1, relance 2…, the last dernier rappel."""
    after = [offset for offset in offsets if offset > 0]
    middle = ["rappel", "relance_1", *["relance_2"] * len(after)]
    names = [*middle[: len(after) - 1], "dernier_rappel"] if len(after) > 1 else ["rappel"]
    of_after = dict(zip(after, names, strict=False))
    return tuple("prerelance" if day < 0 else "echeance" if day == 0 else of_after[day] for day in offsets)


def next_offset(offsets: Iterable[int]) -> int:
    """The day proposed for a new block: as far after the last one as that one is from the one before."""
    known = sorted(offsets)
    if not known:
        return FIRST_OFFSET
    interval = known[-1] - known[-2] if len(known) > 1 and known[-2] >= 0 else USUAL_INTERVAL
    proposed = max(known[-1] + interval, FIRST_OFFSET)
    if proposed <= LAST_DAY:
        return proposed
    return next((day for day in range(LAST_DAY, -LAST_DAY, -1) if day not in known), LAST_DAY)


def cautions(spots: Iterable[Spot], gap_days: int) -> list[Caution]:
    """What a person should know of these blocks. ``gap_days`` is the account's gap between two e-mails."""
    ordered = sorted(spots, key=lambda spot: spot.offset_days)
    mails = [spot.offset_days for spot in ordered if spot.kind == "mail"]
    found = []
    closest = min((b - a for a, b in pairwise(mails)), default=LAST_DAY)
    if closest < LEAST_DAYS:
        found.append(Caution("Deux e-mails se suivent à moins de {n} jours d'écart.", {"n": LEAST_DAYS}))
    elif closest < gap_days:
        found.append(
            Caution(
                "Deux e-mails se suivent à {n} jours d'écart, moins que les {écart} jours de vos réglages.",
                {"n": closest, "écart": gap_days},
            )
        )
    if any(spot.kind == "letter" and spot.offset_days < EARLIEST_LETTER for spot in ordered):
        found.append(Caution("Une lettre avant J+{n} surprend souvent le client.", {"n": EARLIEST_LETTER}))
    if len(ordered) > FEW:
        found.append(
            Caution(
                "Cette séquence compte {n} blocs : au-delà de {max}, un appel vaut souvent mieux.",
                {"n": len(ordered), "max": FEW},
            )
        )
    return found
