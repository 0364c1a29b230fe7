"""Asking an authority: whatever it answers, or does not, is named, and what it stamps is read as it meant it."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.evidence.authority import Authority
from reports.evidence.time_stamp import demand_stamp_on, read_stamp, request_for, token_of
from rig.clock import machine_utc_ns
from rig.errors import RigError, TimeStampError
from tests.evidence.authorities import NOON, Certified, granting, refusing, served
from tests.evidence.persons import NOON_NS
from tests.patience import patient
from tests.ports import nobody_listens

LATER = NOON + timedelta(seconds=3)


def other_imprint(request):
    request["message_imprint"]["hashed_message"] = b"\1" * 32


def other_nonce(request):
    request["nonce"] = 1


def spoiled(tsa):
    """An answer in which one bit of the time is another."""
    granted = granting(tsa)
    return lambda asked: granted(asked).replace(b"20260105120000Z", b"20260105120001Z")


WRONG = {
    "refused": (lambda _: refusing, r"closed \\u001b\[2J on Sundays; its source of time is away"),
    "nothing": (lambda _: lambda _: b"", "no answer of a time stamping authority"),
    "a page": (lambda _: lambda _: b"<html>no</html>", "no answer of a time stamping authority"),
    "endless": (lambda _: lambda _: b"\x30\x84\xff\xff\xff\xff" + bytes(300_000), "more than 262144 bytes"),
    "of something else": (lambda tsa: granting(tsa, change=other_imprint), "on something else"),
    "of another request": (lambda tsa: granting(tsa, change=other_nonce), "another request than ours"),
    "of another time": (lambda tsa: granting(tsa, NOON + timedelta(minutes=6)), "wrong by 360 s"),
    "changed": (spoiled, "what was signed is not what stands there"),
    "for servers": (
        lambda _: granting(Certified("Web", purposes=[ExtendedKeyUsageOID.SERVER_AUTH])),
        "not one for time stamping alone",
    ),
    "for anything": (lambda _: granting(Certified("Any", purposes=())), "not one for time stamping"),
    "not critical": (lambda _: granting(Certified("Any", critical=False)), "not one for time stamping alone"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_answer_is_named(tsa, what):
    answer, said = WRONG[what]
    with served(answer(tsa)) as url, pytest.raises(TimeStampError, match=said):
        Authority(url).stamp(b"signed", lambda: NOON_NS)


def test_an_authority_in_trouble_is_named_with_its_status(tsa):
    with served(granting(tsa), status=503) as url, pytest.raises(TimeStampError, match="HTTP status 503"):
        Authority(url).stamp(b"signed", lambda: NOON_NS)


def test_an_authority_that_is_away_is_named():
    with nobody_listens() as port, pytest.raises(TimeStampError, match="could not be asked"):
        Authority(f"http://127.0.0.1:{port}").stamp(b"signed", lambda: NOON_NS)


def test_an_authority_that_never_answers_holds_nobody():
    """It takes the request and says nothing until it is closed."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(TimeStampError, match=r"no answer within 0\.05 s|timed out"):
            Authority(url, patience_s=0.05).stamp(b"signed", lambda: NOON_NS)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://host/x", "tsa", "http://", "http://me:secret@host/", "http://["]
)
def test_an_address_that_is_none_or_holds_a_password_is_refused(url):
    with pytest.raises(TimeStampError) as raised:
        Authority(url)
    assert "secret" not in str(raised.value)


def test_a_stamp_is_of_now(tsa):
    """By the machine's clock, as the command signs."""
    now = datetime.fromtimestamp(machine_utc_ns() // 10**9, UTC)
    with served(granting(tsa, now)) as url:
        _, stamp = Authority(url, patience_s=patient(5.0)).stamp(b"signed", machine_utc_ns)
    assert stamp.at == now


@pytest.fixture(scope="session")
def token(tsa, root):
    return token_of(granting(tsa, LATER, [root])(request_for(b"signed", 7)))


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.data())
def test_a_damaged_stamp_never_says_another_time(token, data):
    """Or that it is on something else, or by somebody else; and nothing comes out but the rig's own errors."""
    place = data.draw(st.integers(0, len(token) - 1))
    byte = data.draw(st.integers(0, 255))
    try:
        stamp = read_stamp(token[:place] + bytes([byte]) + token[place + 1 :])
        demand_stamp_on(stamp, b"signed")
    except RigError:
        return
    assert (stamp.at, stamp.nonce, stamp.authority) == (LATER, 7, "A Time Authority")


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.binary(max_size=200), st.integers(0, 3000))
def test_whatever_comes_is_an_answer_or_an_error(token, noise, at):
    for case in (noise, token[:at], token[:at] + noise + token[at:]):
        for take in (token_of, read_stamp):
            try:
                take(case)
            except TimeStampError:
                continue
