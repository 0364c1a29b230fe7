"""One run at a time on a bench and on a port, whoever started it; and the one that waits is told by whom."""

import stat
import sys

import pytest

from rig.errors import BenchBusyError
from rig.safety.lease import leased, leased_device
from tests.fixtures.plan_support import ROOT

HOLD = """
import sys
from pathlib import Path
from rig.safety.lease import leased, leased_device
with leased(sys.argv[1], sys.argv[3:], Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(children, tmp_path):
    """Start a process that holds leases until it is killed."""

    def hold(bench, *ports):
        process = children.start([sys.executable, "-c", HOLD, bench, str(tmp_path), *ports], cwd=ROOT, stdin=-1)
        assert process.stdout.readline() == "held\n"
        return process

    return hold


def take(folder, bench, *ports):
    with leased(bench, ports, folder):
        return "held"


def test_a_bench_is_held_once_and_its_holder_is_named(holder, tmp_path):
    process = holder("lab-2")
    with pytest.raises(BenchBusyError, match=rf"bench lab-2 is in use by process {process.pid} of .*since 20"):
        take(tmp_path, "lab-2")


def test_two_benches_that_name_one_port_hold_one_lease(holder, tmp_path):
    device = tmp_path / "ttyUSB0"
    device.touch()
    link = tmp_path / "by-id"
    link.symlink_to(device)
    holder("lab-2", str(device))
    with pytest.raises(BenchBusyError, match=r"port .*by-id is in use by process \d+ of .*, on bench lab-2"):
        take(tmp_path, "lab-3", str(link))


def test_other_benches_and_ports_are_free(holder, tmp_path):
    holder("lab-2", "COM3")
    assert take(tmp_path, "lab-3", "COM4") == "held"


def test_a_holder_that_is_killed_holds_nothing(holder, tmp_path):
    process = holder("lab-2", "COM3")
    process.kill()
    process.wait()
    assert take(tmp_path, "lab-2", "com3") == "held"


def test_one_port_may_serve_two_instruments_of_a_bench(tmp_path):
    assert take(tmp_path, "lab-2", "COM3", "COM3") == "held"


def test_one_port_may_be_written_in_two_ways(tmp_path):
    assert take(tmp_path, "lab-2", "COM3", "com3") == "held"


def test_a_device_that_two_ports_lead_to_is_held_once(tmp_path):
    who = ("Mettler", "XPR", "B829")
    with leased_device("lab-2", "balance", who, tmp_path):
        with (
            pytest.raises(BenchBusyError, match=r"scale \(mettler XPR B829\) is in use by process .* on bench lab-2"),
            leased_device("lab-3", "scale", ("mettler", "XPR", "B829"), tmp_path),
        ):
            pass
        with leased_device("lab-3", "scale", ("Mettler", "XPR", "B830"), tmp_path):
            pass


@pytest.mark.parametrize("serial", ["", "0", "0000", "X-00"])
def test_devices_that_tell_no_number_are_not_taken_for_one(tmp_path, serial):
    who = ("Maker", "M1", serial)
    with leased_device("lab-2", "supply", who, tmp_path), leased_device("lab-3", "supply", who, tmp_path):
        pass


def test_a_lease_can_be_taken_again(tmp_path):
    assert [take(tmp_path, "lab-2"), take(tmp_path, "lab-2")] == ["held", "held"]


def test_what_one_user_held_another_may_hold(tmp_path):
    assert take(tmp_path, "lab-2") == "held"
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o666}
