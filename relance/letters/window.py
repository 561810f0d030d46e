"""The recipient in the window of the envelope: 85 × 33 mm, whatever the length of the lines."""

# Advance widths in thousandths of an em, in capitals of the sans serif used there, rounded up.
_WIDTHS = {
    **dict.fromkeys("ABCDEFGHKNRSTUVXYZ", 710),
    **dict.fromkeys("OQ", 780),
    **dict.fromkeys("0123456789", 560),
    **dict.fromkeys(" I", 260),
    **dict.fromkeys("'.,-", 330),
    "&": 700,
    "G": 740,
    "J": 560,
    "L": 500,
    "M": 850,
    "P": 560,
    "W": 970,
}
_OTHER = 1100  # a letter of another alphabet, drawn with a font we do not know

_MM_PER_PT = 25.4 / 72
_WIDTH_MM = 80.0  # from the left of the text (114 mm) to the edge of the zone (195 mm), less a margin
_HEIGHT_MM = 30.0  # from the top of the text (57 mm) to the bottom of the zone (88 mm), less a margin
_LINE_HEIGHT = 1.35
SIZES_PT = (10.5, 9.5, 8.5, 7.5, 6.5, 5.5)  # each has its class in letter.css


def font_size(lines: tuple[str, ...]) -> float:
    """The largest of SIZES_PT at which every line stays inside the zone; the smallest when none does."""
    widest = max((sum(_WIDTHS.get(letter, _OTHER) for letter in line) for line in lines), default=0) / 1000
    for size in SIZES_PT:
        mm = size * _MM_PER_PT
        if widest * mm <= _WIDTH_MM and len(lines) * mm * _LINE_HEIGHT <= _HEIGHT_MM:
            return size
    return SIZES_PT[-1]
