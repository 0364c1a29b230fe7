"""What a run puts beside its record is gone when the run is, also when its controller was killed."""

import signal

from rig.clock import Deadline
from tests.fixtures.plan_support import ROOT, environment_of_its_own
from tests.patience import patient
from tests.safety.stand import AT_EASE, stand


def test_workers_whose_controller_was_killed_leave_no_folder(tmp_path, children):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with stand(tmp_path / "stand", **AT_EASE) as one:
        one.plan("bench.dwell(hours=1)")
        environment = environment_of_its_own() | {"TMPDIR": str(temporary)}
        controller = children.start(one.command("-n", "1"), cwd=ROOT, env=environment)
        one.wait_until_it_moves(within_s=patient(60))
        assert len(list(temporary.glob("rig-workers-*/*"))) == 1
        controller.send_signal(signal.SIGKILL)
        deadline = Deadline(patient(20))
        while list(temporary.glob("rig-workers-*")) and not deadline.passed():
            one.clock.wait_s(0.05)
        assert [each.name for each in temporary.iterdir() if not each.name.startswith("pytest-of-")] == []
