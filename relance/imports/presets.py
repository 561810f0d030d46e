"""The exports of other tools: how they title their columns, where that is documented.

A preset is data: the titles that make it recognised, and what each of its columns holds. Titles are compared
without accents, capitals nor small words (``columns.key``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from relance.imports.columns import key


@dataclass(frozen=True)
class Preset:
    """A tool's export. ``required``: its titles; ``columns``: title → target; ``states``: its own words (plain).

    ``source``: where the titles are documented.
    """

    name: str
    required: tuple[str, ...]
    columns: Mapping[str, str]
    source: str
    day_first: bool | None = None
    states: Mapping[str, str] = field(default_factory=dict)


PRESETS: tuple[Preset, ...] = ()


def find(titles: Sequence[str]) -> Preset | None:
    """The preset whose titles are all there (the one that asks for the most), or None."""
    there = {key(title) for title in titles}
    fitting = [preset for preset in PRESETS if all(key(title) in there for title in preset.required)]
    return max(fitting, key=lambda preset: len(preset.required), default=None)


def named(name: str) -> Preset | None:
    """The preset of this name, or None."""
    return next((preset for preset in PRESETS if preset.name == name), None)
