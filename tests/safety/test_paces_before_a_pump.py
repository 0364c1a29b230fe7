"""Read seldom, a pump that the supervisor speaks to waits no longer than before: its watchdog is the third line."""

from tests.fixtures.plan_support import ROOT, environment_of_its_own, the_record
from tests.safety.stand import UNHURRIED, stand


def test_reading_seldom_leaves_the_watchdog_of_a_fed_pump_as_it_is(tmp_path, children):
    with stand(tmp_path / "stand", **UNHURRIED) as rig:
        rig.plan("with bench.read_each(seconds=7):\n    bench.dwell(seconds=8)")
        output = children.run(rig.command(), cwd=ROOT, env=environment_of_its_own()).stdout
        assert "DELIVERING" in output
        with the_record(rig.folder) as reader:
            told = [one.body for one in reader.commands("pump") if one.body.verb == "set_link_watchdog"]
    assert {one.arguments["seconds"] for one in told} == {6.0}
