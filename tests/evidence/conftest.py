"""A small run, its bundle, and people with keys."""

import os
import shutil

import pytest

from reports.evidence.bundle import write_bundle
from reports.evidence.certificates import new_certificate, open_certificate
from reports.evidence.keys import new_key, open_key
from tests.called import rig as rig  # the fixture of both rooms
from tests.commands.records import infused
from tests.evidence.authorities import Certified, of_root
from tests.evidence.forging import contents_of
from tests.evidence.persons import NOON_NS

INSTRUMENTS = {
    "balance": {"capability": "balance", "sample_every_s": 60.0},
    "pump": {"capability": "pump", "sample_every_s": 60.0},
}
SOURCES = {
    "bench_file": {"file": "table.toml", "sha256": "ab" * 32, "text": "[bench]\n"},
    "plan_sources": [{"file": "test_plan.py", "sha256": "cd" * 32, "text": "def test_rate(pump): ...\n"}],
    "provenance": {"rig": "0.1.0", "python": "3.11.7", "packages": {"numpy": "2.2"}},
    "instruments": INSTRUMENTS,
}
PASSPHRASE = "twelve letters and more"
# scrypt's N: a thousandth of what a person's key has.
QUICK = 2**7


@pytest.fixture
def handed():
    """Hand a passphrase over as a descriptor of this process."""
    left = []

    def hand(text=PASSPHRASE):
        reading, writing = os.pipe()
        os.write(writing, f"{text}\n".encode())
        os.close(writing)
        left.append(reading)
        return reading

    yield hand
    for one in left:
        os.close(one)


def written(folder, kind, **changes):
    folder.mkdir(exist_ok=True)
    return infused(folder, **{**SOURCES, "kind": kind, **changes})


@pytest.fixture(scope="session")
def _mocked_record(tmp_path_factory):
    return written(tmp_path_factory.mktemp("mocked") / "runs", "mocked")


@pytest.fixture(scope="session")
def _physical_record(tmp_path_factory):
    return written(tmp_path_factory.mktemp("physical") / "runs", "physical")


@pytest.fixture(scope="session")
def _whole_bundle(_physical_record, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundle") / "run.bundle.zip"
    write_bundle([_physical_record], out)
    return out


@pytest.fixture
def mocked(_mocked_record, tmp_path):
    """The record of a mocked run, in a folder of one's own."""
    return _copied(_mocked_record, tmp_path / "mocked")


@pytest.fixture
def record(_physical_record, tmp_path):
    """The record of a physical run, in a folder of one's own."""
    return _copied(_physical_record, tmp_path / "runs")


@pytest.fixture
def bundle(_whole_bundle, tmp_path):
    """Its bundle, without signatures."""
    return shutil.copy(_whole_bundle, tmp_path / "run.bundle.zip")


def _copied(path, folder):
    folder.mkdir()
    return shutil.copy(path, folder / path.name)


@pytest.fixture
def person(tmp_path):
    """Make a person's key and return its path."""

    def make(name):
        path = tmp_path / "keys" / f"{name.lower().replace(' ', '-').replace('.', '')}.key"
        new_key(name, PASSPHRASE, path, cost=QUICK)
        return path

    return make


@pytest.fixture
def signer(person):
    """Return somebody who can sign at once."""
    return lambda name: open_key(person(name), lambda: PASSPHRASE)


@pytest.fixture(scope="session")
def root():
    """A certificate from which those of authorities are issued."""
    return of_root()


@pytest.fixture(scope="session")
def tsa(root):
    """A time stamping authority."""
    return Certified("A Time Authority", root)


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    """Two persons: how to open their keys and their certificates."""
    folder, found = tmp_path_factory.mktemp("people"), {}
    for name in ("R. Reviewer", "B. Approver"):
        key, certificate = folder / f"{name[0]}.key", folder / f"{name[0]}.p12"
        new_key(name, PASSPHRASE, key, cost=QUICK)
        new_certificate(name, PASSPHRASE, certificate, NOON_NS, rounds=10)
        found[name] = (
            open_key(key, lambda: PASSPHRASE),
            open_certificate(certificate, lambda: PASSPHRASE, NOON_NS),
        )
    return found


@pytest.fixture(scope="session")
def report(_whole_bundle):
    """The bundle's own report as PDF, which nobody signed."""
    return contents_of(_whole_bundle)["reports/synthetic.pdf"]
