"""Prints the speed table: `make bench`, or `python -m benchmarks NAME…` for some of its parts.

Figures are ratios to a named peer or stand beside the limit that was set for them; nothing here fails on a time.
"""

import importlib
import pkgutil
import sys
from pathlib import Path

from benchmarks.table import heading, line


def main() -> int:
    """Run the parts that are named, or all of them."""
    here = Path(__file__).parent
    parts = [info.name.removeprefix("bench_") for info in pkgutil.iter_modules([str(here)]) if "bench_" in info.name]
    wanted = sys.argv[1:] or parts
    unknown = [name for name in wanted if name not in parts]
    if unknown:
        print(f"there is no {', '.join(unknown)}; there are {', '.join(parts)}", file=sys.stderr)
        return 2
    print(heading(), flush=True)
    for name in wanted:
        for row in importlib.import_module(f"benchmarks.bench_{name}").rows():
            print(line(row), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
