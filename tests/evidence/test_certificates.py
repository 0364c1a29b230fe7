"""Certificates with which PDFs are signed: a company's from a PKCS#12 file, and one that a person makes."""

import stat
import subprocess
import sys

import pytest
from cryptography import x509

from reports.evidence.certificates import common_name, new_certificate, open_certificate
from rig.errors import KeyFileError, PassphraseError
from tests.evidence.authorities import Certified, of_root
from tests.evidence.conftest import PASSPHRASE
from tests.evidence.persons import NOON_NS

TEN_YEARS_NS = 10 * 365 * 86_400 * 10**9


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "a.p12"
    new_certificate("A. Author", PASSPHRASE, path, NOON_NS, rounds=10)
    return path


def test_openssl_reads_what_was_written_and_finds_it_self_signed(own):
    words = ["openssl", "pkcs12", "-in", str(own), "-passin", f"pass:{PASSPHRASE}", "-nokeys"]
    pem = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    one = x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN") :].encode())
    one.verify_directly_issued_by(one)
    assert one == x509.load_pem_x509_certificate(own.with_suffix(".crt").read_bytes())


def test_it_opens_with_its_passphrase_and_shows_no_secret(own):
    found = open_certificate(own, lambda: PASSPHRASE, NOON_NS)
    assert common_name(found.own) == "A. Author"
    assert "key" not in repr(found)


def test_another_passphrase_opens_nothing_and_is_in_no_text(own):
    with pytest.raises(PassphraseError) as raised:
        open_certificate(own, lambda: "another passphrase", NOON_NS)
    assert "another passphrase" not in str(raised.value)


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files are no matter there")
def test_it_is_for_its_owner_alone(own):
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    own.chmod(0o644)
    with pytest.raises(KeyFileError, match="others may read"):
        open_certificate(own, lambda: PASSPHRASE, NOON_NS)


@pytest.mark.parametrize("at_ns", [NOON_NS - 10**9, NOON_NS + TEN_YEARS_NS])
def test_one_that_is_not_valid_now_signs_nothing(own, at_ns):
    with pytest.raises(KeyFileError, match="not now"):
        open_certificate(own, lambda: PASSPHRASE, at_ns)


def test_it_is_never_written_over(own):
    with pytest.raises(KeyFileError, match="never written over"):
        new_certificate("A. Author", PASSPHRASE, own, NOON_NS, rounds=10)


@pytest.mark.parametrize("name, passphrase", [("", PASSPHRASE), ("x" * 65, PASSPHRASE), ("A", "short")])
def test_no_name_a_long_one_or_a_short_passphrase_make_none(tmp_path, name, passphrase):
    with pytest.raises((KeyFileError, PassphraseError)):
        new_certificate(name, passphrase, tmp_path / "a.p12", NOON_NS, rounds=10)
    assert list(tmp_path.iterdir()) == []


def test_a_companys_file_with_those_above_it_is_taken(tmp_path):
    """Written by OpenSSL, as a company's IT hands it out."""
    root = of_root("A Company")
    one = Certified("E. Employee", root, purposes=())
    for name, text in (("key.pem", one.key_pem), ("own.pem", one.pem), ("root.pem", root.pem)):
        (tmp_path / name).write_text(text, encoding="ascii")
    words = "openssl pkcs12 -export -inkey key.pem -in own.pem -certfile root.pem -out e.p12 -passout pass:"
    subprocess.run([*words.split()[:-1], f"pass:{PASSPHRASE}"], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "e.p12").chmod(0o600)
    found = open_certificate(tmp_path / "e.p12", lambda: PASSPHRASE, NOON_NS)
    assert (common_name(found.own), [common_name(above) for above in found.above]) == ("E. Employee", ["A Company"])


@pytest.mark.parametrize("data", [b"", b"no PKCS#12"])
def test_what_is_no_such_file_is_said_to_be_none(tmp_path, data):
    (tmp_path / "a.p12").write_bytes(data)
    (tmp_path / "a.p12").chmod(0o600)
    with pytest.raises(PassphraseError, match=r"no PKCS#12 file"):
        open_certificate(tmp_path / "a.p12", lambda: PASSPHRASE, NOON_NS)
