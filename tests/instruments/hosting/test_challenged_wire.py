"""What a plan does to the wire of a pump: on top of its script, and gone when it ends."""

import pytest

from instruments.hosting.challenged import Challenged
from instruments.hosting.faults import Doubled
from instruments.hosting.wire import Wire, exchange
from instruments.plant.laboratory import Laboratory, Parameters
from rig.clock import VirtualClock
from rig.errors import ChallengeRefusedError


class Echo:
    """A twin that says again what it hears."""

    def receive(self, data):
        return data

    def unsolicited(self):
        return b""


@pytest.fixture
def wire():
    return Wire(VirtualClock(0), [Doubled()])


@pytest.fixture
def challenged(wire):
    return Challenged(Laboratory(Parameters(), wire.clock, 1), wire)


def test_a_lost_link_hears_nothing_until_it_is_back(wire, challenged):
    number = challenged.begin("link_lost", {})
    assert exchange(wire, Echo(), b"stop") == b""
    challenged.end(number)
    assert exchange(wire, Echo(), b"stop") == b"stopstop"


def test_a_noisy_link_spoils_one_answer_in_so_many(wire, challenged):
    number = challenged.begin("link_noisy", {"flipped_bits": 1, "one_answer_in": 3})
    said = [exchange(wire, Echo(), b"stop") for _ in range(6)]
    assert [len(one) for one in said] == [8, 8, 4, 8, 8, 4]
    (wrong,) = {(int.from_bytes(one) ^ int.from_bytes(b"stop")).bit_count() for one in said if len(one) == 4}
    assert wrong == 1
    challenged.end(number)
    assert exchange(wire, Echo(), b"stop") == b"stopstop"


def test_a_stalled_link_lets_so_many_frames_through_and_then_noise(wire, challenged):
    wire.heal()
    exchange(wire, Echo(), b"before")
    number = challenged.begin("link_stalled", {"after_frames": 2})
    said = [exchange(wire, Echo(), b"stop") for _ in range(4)]
    assert said == [b"stop", b"stop", b"\x55\x00", b"\x55\x00"]
    challenged.end(number)
    assert exchange(wire, Echo(), b"stop") == b"stop"


def test_what_a_link_held_back_comes_behind_the_first_frame_when_it_is_due(wire, challenged):
    wire.heal()
    number = challenged.begin("link_belated", {"after_frames": 1, "late_s": 60.0})
    said = [exchange(wire, Echo(), sent) for sent in (b"a", b"b", b"c")]
    challenged.end(number)
    said.append(exchange(wire, Echo(), b"d"))
    wire.clock.wait_until(60 * 10**9)
    said += [exchange(wire, Echo(), sent) for sent in (b"e", b"f")]
    assert said == [b"a", b"\x55\x00", b"\x55\x00", b"d", b"ebc", b"f"]


def test_a_garbled_link_spoils_one_frame_in_so_many_on_its_way_to_the_pump(wire, challenged):
    wire.heal()
    number = challenged.begin("link_garbled", {"flipped_bits": 1, "one_frame_in": 3})
    said = [exchange(wire, Echo(), b"stop") for _ in range(6)]
    assert said[:2] + said[3:5] == [b"stop"] * 4
    for spoilt in (said[2], said[5]):
        assert (int.from_bytes(spoilt) ^ int.from_bytes(b"stop")).bit_count() == 1
    challenged.end(number)
    assert exchange(wire, Echo(), b"stop") == b"stop"


def test_a_replayed_link_lets_each_frame_arrive_twice_and_behind_the_next(wire, challenged):
    wire.heal()
    number = challenged.begin("link_replayed", {})
    assert [exchange(wire, Echo(), sent) for sent in (b"a", b"b", b"c")] == [b"aa", b"bba", b"ccb"]
    challenged.end(number)
    assert exchange(wire, Echo(), b"d") == b"d"


def test_what_is_no_matter_of_the_wire_is_done_to_the_laboratory(challenged):
    with pytest.raises(ChallengeRefusedError, match="has no magnet"):
        challenged.begin("magnet", {})


def test_a_bench_without_a_pump_has_no_link_to_lose(wire):
    assert (
        Challenged(Laboratory(Parameters(), wire.clock, 1), None).unable("link_lost") == "there is no pump on the bench"
    )
