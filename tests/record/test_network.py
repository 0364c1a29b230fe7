"""A record is begun on a disk of this computer alone."""

import pytest

from rig.clock import VirtualClock
from rig.errors import RecordError
from rig.record.bodies.start import Start
from rig.record.network import demand_local
from rig.record.writer import RunRecord

LOCAL = "/dev/sda1 / ext4 rw,relatime 0 0\nproc /proc proc rw 0 0\n"


@pytest.fixture
def mounts(tmp_path):
    """Write a list of mounts as the system does; return its path."""

    def listed(*lines: str):
        path = tmp_path / "mounts"
        path.write_text(LOCAL + "".join(f"{line} rw 0 0\n" for line in lines), encoding="utf-8")
        return path

    return listed


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "ceph", "lustre", "fuse.glusterfs"])
def test_a_record_on_a_network_drive_is_refused_with_the_name_of_the_mount(tmp_path, mounts, kind):
    listed = mounts(f"server:/share {tmp_path} {kind}")
    with pytest.raises(RecordError, match=rf"\(server:/share on {tmp_path}, {kind}\).*--runs"):
        RunRecord.create(tmp_path / "runs", "run", Start(), 0, VirtualClock(0), mounts=listed)
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_link_to_a_network_drive_is_one(tmp_path, mounts):
    (tmp_path / "share").mkdir()
    (tmp_path / "runs").symlink_to(tmp_path / "share")
    with pytest.raises(RecordError, match="network drive"):
        demand_local(tmp_path / "runs", mounts(f"server:/share {tmp_path / 'share'} nfs4"))


def test_a_mount_with_a_blank_in_its_name_is_read(tmp_path, mounts):
    (tmp_path / "my share").mkdir()
    with pytest.raises(RecordError, match="my share, cifs"):
        demand_local(tmp_path / "my share", mounts(f"//server/share {tmp_path}/my\\040share cifs"))


@pytest.mark.parametrize(
    "lines",
    [
        ["server:/share {0} nfs4", "/dev/sdb1 {0}/runs ext4"],  # a disk within a network drive
        ["server:/share {0}/run nfs4"],  # a beginning of a name is no folder
        ["server:/share {0} nfs4", "/dev/sdb1 {0} xfs"],  # a disk over a network drive
        ["drive {0} fuse.mergerfs", "tmpfs {0} tmpfs"],
    ],
)
def test_disks_of_this_computer_are_taken(tmp_path, mounts, lines):
    demand_local(tmp_path / "runs", mounts(*(line.format(tmp_path) for line in lines)))


def test_a_system_that_lists_no_mounts_is_believed(tmp_path):
    demand_local(tmp_path, tmp_path / "none")
