"""DER as X.690 and others write it: known bytes, and the asn1crypto package on the other side."""

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from reports.evidence.der import DerError, integer, named, octets, read, sequence, tagged


def test_the_object_identifiers_of_the_standard():
    """X.690, 8.19.5, and RSA's arc as everybody has it."""
    assert named("2.999.3") == bytes.fromhex("0603883703")
    assert read(bytes.fromhex("0603883703")).name == "2.999.3"
    assert named("1.2.840.113549") == bytes.fromhex("06062a864886f70d")


@given(st.integers(0, 2**200))
def test_numbers_are_those_of_another_library(number):
    assert integer(number) == core.Integer(number).dump()
    assert read(integer(number)).number == number


@given(st.integers(-(2**80), 2**80))
def test_numbers_below_zero_are_read(number):
    assert read(core.Integer(number).dump()).number == number


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65535, 65536, 70000])
def test_lengths_are_those_of_another_library(size):
    assert octets(bytes(size)) == core.OctetString(bytes(size)).dump()
    assert read(octets(bytes(size))).content == bytes(size)


def test_what_stands_in_a_sequence_is_given_in_order():
    assert [one.number for one in read(sequence(integer(1), integer(2))).within()] == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "3080",
        "30800000",
        "0481",
        "048105aabb",
        "04810100",
        "0482000100",
        "0403aabb",
        "1f0100",
        "020100020100",
    ],
)
def test_what_is_no_der_is_an_error(text):
    with pytest.raises(DerError):
        read(bytes.fromhex(text))


@pytest.mark.parametrize("value", [tagged(0x02), tagged(0x04, b"\1")], ids=["no digits", "octets"])
def test_what_is_no_number_is_an_error(value):
    with pytest.raises(DerError):
        _ = read(value).number
