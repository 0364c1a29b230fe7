"""A bundle's file has one form: whatever byte of it changes, is taken out or put in, is noticed."""

import random
import struct
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.evidence.container import Container, write_container
from rig.errors import BundleError

SMALL = {"a.json": b"{}", "records/run-1.db": bytes(range(256)) * 2, "reports/run-1.html": b"", "z/y/x/w.txt": b"end\n"}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("form") / "small.zip"
    write_container(path, SMALL)
    return path


def is_noticed(path, data):
    path.write_bytes(data)
    try:
        with Container(path) as container:
            return bool(container.unsound)
    except BundleError:
        return True


def test_what_was_written_is_read_and_by_any_unzip_too(small):
    with Container(small) as container:
        assert {name: container.read(name) for name in container.members} == SMALL
        assert container.unsound == []
    with zipfile.ZipFile(small) as file:
        assert file.testzip() is None
        assert {name: file.read(name) for name in file.namelist()} == SMALL


def test_every_byte_changed_in_every_bit_is_noticed(small, tmp_path):
    whole = small.read_bytes()
    unseen = []
    for place in range(len(whole)):
        for changed in {whole[place] ^ 1 << bit for bit in range(8)} if place % 5 == 0 else {whole[place] ^ 0xFF}:
            data = whole[:place] + bytes([changed]) + whole[place + 1 :]
            if not is_noticed(tmp_path / "changed.zip", data):
                unseen.append((place, changed))
    assert unseen == []


def test_every_byte_taken_out_and_every_end_cut_off_is_noticed(small, tmp_path):
    whole = small.read_bytes()
    cuts = [whole[:place] + whole[place + 1 :] for place in range(len(whole))]
    cuts += [whole[:place] for place in range(len(whole))]
    assert [place for place, data in enumerate(cuts) if not is_noticed(tmp_path / "cut.zip", data)] == []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_put_in_or_written_over_is_noticed(small, tmp_path, data):
    whole = small.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    over = data.draw(st.integers(0, 8))
    piece = data.draw(st.binary(max_size=40))
    changed = whole[:at] + piece + whole[at + over :]
    assert changed == whole or is_noticed(tmp_path / "put.zip", changed)


def rezipped(path, **how):
    """Write the same files as another program would."""
    with zipfile.ZipFile(path, "w", **how) as file:
        for name, data in SMALL.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return path.read_bytes()


@pytest.mark.parametrize("how", [{}, {"compression": zipfile.ZIP_DEFLATED}], ids=["stored", "deflated"])
def test_the_same_files_zipped_by_another_program_are_no_bundle(tmp_path, how):
    assert is_noticed(tmp_path / "again.zip", rezipped(tmp_path / "other.zip", **how))


def test_a_file_that_stands_there_twice_is_no_bundle(small, tmp_path):
    whole = small.read_bytes()
    with Container(small) as container:
        first = next(iter(container.members.values()))
    end = first.begin + first.size
    assert is_noticed(tmp_path / "twice.zip", whole[:end] + whole[:end] + whole[end:])


@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "/etc/passwd",
        "a/../../out",
        "a\\b",
        "C:out",
        "a//b",
        "",
        "a/b/c/d/e",
        "a\0b",
        "ä",
        ".hidden",
        "a" * 251,
    ],
)
def test_no_name_leads_out_of_the_bundle(tmp_path, name):
    with pytest.raises(BundleError, match="no name"):
        write_container(tmp_path / "out.zip", {name: b""})


def test_two_names_that_differ_by_the_case_of_letters_are_refused(tmp_path):
    with pytest.raises(BundleError, match="same name"):
        write_container(tmp_path / "out.zip", {"records/Run": b"", "records/run": b""})


def test_a_head_that_promises_more_than_there_is_costs_nothing(small, tmp_path):
    whole = bytearray(small.read_bytes())
    whole[14:26] = struct.pack("<3L", 0, 2**32 - 5, 2**32 - 5)
    (tmp_path / "bomb.zip").write_bytes(whole)
    with pytest.raises(BundleError, match="ends before"):
        Container(tmp_path / "bomb.zip")


def test_a_sample_over_a_whole_bundle_of_a_run_is_noticed(bundle, tmp_path):
    whole = bundle.read_bytes()
    random.seed(20260105)
    unseen = []
    for place in random.sample(range(len(whole)), 300):
        data = bytearray(whole)
        data[place] ^= 1 << random.randrange(8)
        if not is_noticed(tmp_path / "changed.zip", bytes(data)):
            unseen.append(place)
    assert unseen == []
