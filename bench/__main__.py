"""script/bench [NAME…] [--json]: run the measures and say which targets hold."""

import argparse
import json
import sys

from bench import measures


def main() -> int:
    """Print a line per measure, or one JSON object. Exit 0 whatever the figures say: a machine may be slow."""
    parser = argparse.ArgumentParser(prog="script/bench", description="Mesures, chacune à côté d'une référence.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(measures.ALL))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in measures.ALL]
    if unknown:
        parser.error(f"no such measure: {', '.join(unknown)} (there are {', '.join(measures.ALL)})")
    found = {}
    for name in options.names or measures.ALL:
        measure = measures.ALL[name]()
        found[name] = {
            "value": round(measure.value, 2),
            "unit": measure.unit,
            "baseline": round(measure.baseline, 2),
            "ratio": round(measure.ratio, 3),
            "target": measure.target,
            "holds": measure.holds,
        }
        if not options.json:
            bound = ("ratio " if measure.is_relative else "") + ("≥" if measure.is_rate else "≤")
            verdict = "holds" if measure.holds else "FAILS"
            print(
                f"{name:20} {measure.value:10.1f} {measure.unit:11} baseline {measure.baseline:10.1f} "
                f"ratio {measure.ratio:8.3f} target {bound} {measure.target:g} {verdict}",
                flush=True,
            )
    if options.json:
        print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
