"""An instrument that takes bytes and never answers delays no other, and is named within ten seconds."""

import pytest

from rig.clock import Stopwatch
from tests.core.bench_support import WALL, bench_text, opened

TIMEOUT_S = 3.0
SECOND = f"""
[instruments.hung]
driver = "mettler_mt_sics"
role = "reference"
sample_every_s = 0.2
timeout_s = {TIMEOUT_S}
calibration = {{ id = "CAL-2", due = 2030-01-01 }}
twin = {{ faults = [{{ kind = "silent", from_answer = 10 }}] }}
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """A dwell until a hung balance is named: what was said, after how many s, and the other samplers' counts."""
    text = bench_text(clock=WALL, every_s=0.1, watchdog_s=60, lease_s=30) + SECOND
    said: list[str] = []
    with opened(tmp_path_factory.mktemp("hung"), text) as (bench, _), bench.plan():
        bench.silence.say = said.append
        samplers = {sampler.name: sampler for sampler in bench.samplers}
        while not said:
            bench.dwell(seconds=0.1)
        silent_s = (bench.clock.now_ns() - samplers["hung"].answered_ns) / 1e9
        begun = Stopwatch()
        with bench.window("while it hangs"):
            pass
        yield said, silent_s, {name: sampler.counts for name, sampler in samplers.items()}, begun.elapsed_s()


def test_it_is_named_within_ten_seconds(seen):
    said, silent_s, _, _ = seen
    assert said[0].startswith("hung has given no reading for ")
    assert silent_s < 10


@pytest.mark.parametrize("name", ["balance", "pump"])
def test_no_other_waits_for_it(seen, name):
    _, silent_s, counts, _ = seen
    assert counts[name].worst_lateness_ms / 1e3 < TIMEOUT_S / 2
    assert counts[name].reads > silent_s / 0.1 / 2


def test_a_window_begins_and_ends_without_it(seen):
    *_, window_s = seen
    assert window_s < TIMEOUT_S
