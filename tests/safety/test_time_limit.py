"""A plan has a time limit, in the bench's own time: reaching it ends the plan with an error that says so."""

import pytest

from rig.errors import TimeLimitError
from tests.core.bench_support import WALL, bench_text, opened
from tests.fixtures.conftest import RunPlan
from tests.fixtures.plan_support import PLAN, ROOT, environment_of_its_own, the_record
from tests.safety.stand import AT_EASE, stand


@pytest.fixture
def run_plan(children, tmp_path):
    """Run a plan in a project of its own."""
    return RunPlan(tmp_path, children)


def limited(hours):
    return bench_text(balance=False).replace("[liquid]", f"plan_hours = {hours}\n[liquid]")


def test_a_plan_beyond_it_is_ended_at_the_limit(tmp_path):
    with opened(tmp_path, limited(2)) as (bench, _):
        begin_ns = bench.clock.now_ns()
        with pytest.raises(TimeLimitError, match="its time limit of 2 h after 2 h"), bench.plan():
            bench.dwell(hours=5)
        assert bench.clock.now_ns() - begin_ns == 2 * 3600 * 10**9


def test_a_plan_within_it_is_left_alone(tmp_path):
    with opened(tmp_path, limited(2)) as (bench, _):
        for _ in range(2):
            with bench.plan():
                bench.dwell(hours=1.5)


def test_a_plan_may_have_one_of_its_own(tmp_path):
    with opened(tmp_path, limited(2)) as (bench, _):
        with bench.plan(hours=5):
            bench.dwell(hours=4)
        with pytest.raises(TimeLimitError, match=r"its time limit of 0\.5 h"), bench.plan(hours=0.5):
            bench.dwell(hours=1)


def test_virtual_time_has_none_by_itself(tmp_path):
    with opened(tmp_path, bench_text(balance=False)) as (bench, _), bench.plan():
        assert bench.guard.in_time(2**62) == 2**62


def test_the_wall_clock_has_ninety_days(tmp_path):
    text = bench_text(clock=WALL, balance=False, every_s=1, watchdog_s=5)
    with opened(tmp_path, text) as (bench, _), bench.plan():
        days = (bench.guard.in_time(2**62) - bench.clock.now_ns()) / 86_400e9
    assert days == pytest.approx(90, abs=0.01)


def test_a_marker_ends_a_plan_with_the_pump_stopped(run_plan):
    code, output = run_plan(PLAN.replace("@pytest", "@pytest.mark.time_limit(hours=0.75)\n@pytest", 1))
    assert code == 7
    assert "the plan has reached its time limit of 0.75 h" in output
    with the_record(run_plan.folder) as reader:
        assert [one.body.verb for one in reader.commands("pump")][-1] == "stop"


@pytest.mark.parametrize("said", ["hours=0", "days=3"])
def test_a_marker_that_says_nothing_useful_ends_the_session_at_once(run_plan, said):
    code, output = run_plan(PLAN.replace("@pytest", f"@pytest.mark.time_limit({said})\n@pytest", 1))
    assert code == 4
    assert "write @pytest.mark.time_limit(hours=…)" in output


def test_a_plan_that_does_not_dwell_is_ended_from_outside(tmp_path, children):
    with stand(tmp_path / "stand", **AT_EASE | {"safety": f"{AT_EASE['safety']}\nplan_hours = 0.0003"}) as one:
        one.plan("bench.stop_pump()\nwhile True: time.sleep(0.05)")
        ended = children.run(one.command("-q"), cwd=ROOT, env=environment_of_its_own())
        assert ended.returncode == 7
        assert "the plan has reached its time limit of 0.0003 h" in ended.stdout
        assert one.supply_v() == 0
