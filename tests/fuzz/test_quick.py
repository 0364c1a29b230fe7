"""A few hundred hostile cases of everything that takes bytes; `make nightly` runs a million of each.

A case that was found once is in the test of the room that it was mended in.
"""

from contextlib import ExitStack
from pathlib import Path

import pytest

from rig.errors import RigError
from tests.fuzz.guided import Bounds, Outcome, explore
from tests.fuzz.rooms import ROOMS, targets_of
from tests.fuzz.target import Target

LIMITS = Bounds()


def findings(outcome: Outcome) -> list[str]:
    return [str(finding) for finding in outcome.findings.values()]


@pytest.mark.filterwarnings("default::DeprecationWarning")
@pytest.mark.parametrize("room", ROOMS)
def test_only_the_rigs_own_errors_come_out(room: str, tmp_path: Path) -> None:
    found = []
    with ExitStack() as closing:
        for target in targets_of(room, tmp_path, closing):
            found += findings(explore(target, target.quick, seed=20260105))
    assert found == []


def parser(case: bytes) -> None:
    """Read `number;text`; the third wrong thing shows only behind two that are right."""
    number, _, text = case.partition(b";")
    if not number.isdigit():
        raise RigError("no number")
    if text.startswith(b"A"):
        if text[1:2] == b"\0":
            raise IndexError("the bug")
        raise RigError("no text")


def explored(feed, cases=4000, bounds=LIMITS) -> Outcome:
    return explore(Target("a parser", feed, (b"12;xyz",), (__file__,), (b"A", b"\0", b"7")), cases, 1, bounds)


def test_a_bug_behind_two_right_bytes_is_found_and_told_with_its_case() -> None:
    (finding,) = explored(parser).findings.values()
    assert finding.error == "IndexError: the bug"
    with pytest.raises(IndexError):
        parser(finding.case)


def test_a_case_that_reaches_a_new_line_is_changed_further() -> None:
    assert any(case.partition(b";")[2].startswith(b"A") for case in explored(parser).corpus[1:])


def test_a_seed_gives_the_same_cases_again() -> None:
    heard: list[list[bytes]] = [[], []]
    for said in heard:
        explored(said.append, cases=100)
    assert heard[0] == heard[1]


def test_a_parser_that_does_not_end_is_found() -> None:
    def endless(case: bytes) -> None:
        while b";" not in case[:1]:
            pass

    (finding,) = explored(endless, 0, Bounds(longest_s=0.005)).findings.values()
    assert finding.error.startswith("TooLongError")


def test_a_parser_that_takes_much_memory_is_found() -> None:
    kept = []
    outcome = explored(lambda _: kept.append(b"x" * (1 << 27)), 0, Bounds(most_kb=1 << 16))
    assert [finding.error.partition(":")[0] for finding in outcome.findings.values()] == ["TooMuchError"]
