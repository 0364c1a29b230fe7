"""The confusion matrix of the sorting: how many failures of each fault were sorted as each.

`python -m tests.sorting.matrix` prints it.
"""

import tempfile
from collections import Counter
from pathlib import Path

from rig.faults import Fault
from tests.sorting import mistakes, pumps, runs

SEEDS = (*runs.SEEDS, *mistakes.SEEDS, *pumps.SEEDS)
NOT_SEEN = "not seen"
_IN_MEMORY = Path("/dev/shm")


def sort_all(seeds=SEEDS):
    """Let every failure happen; return (name, its fault, the fault that it is sorted as) of each."""
    found = []
    for name, fault, happen in seeds:
        with tempfile.TemporaryDirectory(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None) as folder:
            found.append((name, fault, happen(Path(folder)) or NOT_SEEN))
    return found


def matrix(found):
    """Return the matrix as text: a row for each fault, a column for each that it is sorted as."""
    counts = Counter((fault, as_fault) for _, fault, as_fault in found)
    columns = (*Fault, NOT_SEEN)
    rows = [("is, sorted as", *columns)]
    rows += [(fault, *(str(counts[fault, column]) for column in columns)) for fault in Fault]
    return "\n".join("".join(cell.rjust(15) for cell in row) for row in rows)


def strays(found):
    """Return what lies beside the diagonal, a line each."""
    return [f"{name}: {as_fault}" for name, fault, as_fault in found if as_fault != fault]


if __name__ == "__main__":
    sorted_ones = sort_all()
    print(matrix(sorted_ones))
    print("\n".join(strays(sorted_ones)))
