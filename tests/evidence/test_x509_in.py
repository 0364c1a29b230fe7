"""A certificate that somebody spoilt is refused by one kind of error, whatever the library makes of it."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from reports.evidence import x509_in
from reports.evidence.time_stamp import read_stamp, request_for, token_of
from rig.errors import TimeStampError
from tests.evidence.authorities import Certified, granting, of_root

NAME = b"A Time Authority"
VERSION = bytes.fromhex("a003020102")


@pytest.fixture(scope="module")
def authority():
    return Certified(NAME.decode(), of_root())


@pytest.fixture(scope="module")
def der(authority):
    return authority.certificate.public_bytes(Encoding.DER)


def other_version(data):
    return data.replace(VERSION, VERSION[:-1] + b"\x22")


def negative_number(data):
    at = data.index(VERSION) + len(VERSION) + 2
    return data[:at] + bytes([data[at] | 0x80]) + data[at + 1 :]


def name_of_bits(data):
    return data.replace(b"\x0c" + bytes([len(NAME)]) + NAME, b"\x03" + bytes([len(NAME)]) + b"\0" + NAME[1:])


SPOILT = [(other_version, "version"), (negative_number, "serial number"), (name_of_bits, "BitString")]


def test_a_certificate_is_read_as_it_is(authority, der):
    pem = authority.certificate.public_bytes(Encoding.PEM).decode()
    assert x509_in.from_der(der) == x509_in.from_pem(pem) == authority.certificate


@pytest.mark.parametrize("spoil, said", SPOILT)
def test_a_spoilt_certificate_is_none(der, spoil, said):
    spoilt = spoil(der)
    assert spoilt != der
    with pytest.raises(ValueError, match=said):
        x509_in.from_der(spoilt)


@pytest.mark.parametrize("spoil", [other_version, name_of_bits])
def test_a_stamp_with_a_spoilt_certificate_is_refused_as_any_other(authority, spoil):
    token = token_of(granting(authority)(request_for(b"signed", 7)))
    with pytest.raises(TimeStampError):
        read_stamp(spoil(token))
