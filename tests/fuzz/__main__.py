"""`python -m tests.fuzz --cases N [--room ROOM] [--target TEXT] [--seed N]`: many cases of each; 1 with findings."""

import argparse
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.fuzz.by_name import explored, opened
from tests.fuzz.rooms import ROOMS


def main() -> int:
    """Explore what is asked for, say what was reached, and print each finding with the case that shows it."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("--cases", type=int, default=10_000)
    asked.add_argument("--room", choices=ROOMS, action="append")
    asked.add_argument("--target", default="", help="only those with this in their names")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--workers", type=int, default=1)
    options = asked.parse_args()
    wanted = []
    for room in options.room or ROOMS:
        with opened(room) as targets:
            wanted += [(room, one.name) for one in targets if options.target in one.name]
    found = 0
    with ProcessPoolExecutor(options.workers, multiprocessing.get_context("spawn")) as pool:
        for done in as_completed([pool.submit(explored, *one, options.cases, options.seed) for one in wanted]):
            said, findings = done.result()
            print("\n".join([said, *(f"FOUND {finding}" for finding in findings)]), flush=True)
            found += len(findings)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
