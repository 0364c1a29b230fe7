"""Tells the runs of a world that went wrong, one by one: `python -m tests.worlds.misses "creep" --runs 50`.

A run is drawn from its world, decade and number alone, so that `one_run` gives the same one again.
"""

import argparse
import sys

from rig.metrology.uncertainty.decision import Verdict
from tests.worlds.catalogue import BY_NAME, DECADES, World
from tests.worlds.study import Outcome, one_run


def wrong(world: World, outcome: Outcome) -> str:
    """Return what is wrong about an outcome, "" for nothing."""
    if outcome.refused:
        return "a healthy pump is refused" if world.sound and outcome.healthy else ""
    if outcome.verdict == Verdict.PASS and not outcome.inside:
        return "wrong accept"
    if outcome.verdict == Verdict.FAIL and outcome.inside:
        return "wrong reject"
    return "" if outcome.held else "the truth is not held"


def told(decade: int, number: int, said: str, outcome: Outcome) -> str:
    """Return one run in one line."""
    value = "–" if outcome.value is None else f"{outcome.value:+.3f} ± {outcome.expanded:.3f} %"
    because = f"; {outcome.reasons[0]}" if outcome.reasons else ""
    head = f"decade {decade}, run {number}: {said}: {outcome.verdict} {value}"
    return f"{head}, true {outcome.true_percent:+.3f} %{because}"


def main(words: list[str]) -> int:
    """Draw one world and print what went wrong; return 0 when nothing did."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.misses", description=__doc__)
    parser.add_argument("world", choices=BY_NAME, metavar="WORLD", help="the world's name")
    parser.add_argument("--runs", type=int, default=50, help="runs in each decade (default 50)")
    asked = parser.parse_args(words)
    world, found = BY_NAME[asked.world], 0
    for decade in range(len(DECADES)):
        for number in range(asked.runs):
            outcome = one_run(world, decade, number)
            if said := wrong(world, outcome):
                found += 1
                print(told(decade, number, said, outcome), flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
