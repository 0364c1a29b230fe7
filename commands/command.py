"""What a command is, and the arguments that several commands share."""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

EXIT_FOUND_PROBLEMS = 1
EXIT_ERROR = 2
EXIT_INTERRUPTED = 130
DEFAULT_RUNS = Path("runs")
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class RigCommand:
    """One noun of the `rig` command line.

    `summary` is its line in `rig --help`, `arguments` declares what may stand behind it, and `run` does it and
    returns the exit code. `run` may raise any RigError: the front door prints it.
    """

    name: str
    summary: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def takes_bench_file(parser: argparse.ArgumentParser) -> None:
    """Declare FILE, which becomes `options.file`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the bench file")


def takes_runs(parser: argparse.ArgumentParser) -> None:
    """Declare --runs, which becomes `options.runs`."""
    parser.add_argument(
        "--runs", type=Path, default=DEFAULT_RUNS, metavar="DIR", help="the folder of the records (default: runs)"
    )


def takes_run(parser: argparse.ArgumentParser) -> None:
    """Declare RUN and --runs, from which `commands.records` finds the record that is meant."""
    parser.add_argument("run", metavar="RUN", help="a run's name, the beginning of one, a record's path, or 'last'")
    takes_runs(parser)


def above_zero(text: str) -> float:
    """Return a number of the command line that must be finite and above zero."""
    return _number(text, lambda number: number > 0, "above zero")


def not_negative(text: str) -> float:
    """Return a number of the command line that must be finite and not below zero."""
    return _number(text, lambda number: number >= 0, "zero or above")


def any_number(text: str) -> float:
    """Return a number of the command line that must be finite."""
    return _number(text, lambda _: True, "that is finite")


def likelihood(text: str) -> float:
    """Return a probability of the command line: more likely than not, and never sure."""
    return _number(text, lambda number: 0.5 <= number < 1, "from 0.5 to below 1")


def tcp_port(text: str) -> int:
    """Return a port of the command line."""
    if not (text.isdecimal() and 1 <= int(text) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"found {text!r}; a port from 1 to {_LAST_PORT} is wanted")
    return int(text)


def _number(text: str, allowed: Callable[[float], bool], words: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and allowed(number)):
        raise argparse.ArgumentTypeError(f"found {text!r}; a number {words} is wanted")
    return number
