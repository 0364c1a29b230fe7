"""Every command and reply, there and back; and what is neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.intrathecal_pump.dialect import (
    MAX_RECORDS,
    RefusedCommandError,
    decode_command,
    decode_reply,
    encode_command,
    encode_reply,
)
from instruments.intrathecal_pump.frames import MAX_PAYLOAD_BYTES, DialectError
from instruments.intrathecal_pump.messages import (
    Alarm,
    ClockReading,
    CommandCode,
    Commit,
    DeliveryState,
    DoneReply,
    GetClock,
    GetLimits,
    GetStatus,
    Identification,
    Identify,
    Limits,
    LogEvent,
    LogPage,
    LogRecord,
    ReadLog,
    ReadStaged,
    RefusalReply,
    ReplyResult,
    SetClock,
    SetWatchdog,
    Stage,
    Staged,
    StatusReply,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import Bolus, Continuous, programme_crc, thousandths
from instruments.intrathecal_pump.simulated.event_log import PAGE_RECORDS
from rig.moments import LAST_NS

u16, u32, u64 = st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
programmes = st.builds(Continuous, u32) | st.builds(Bolus, u32, u32)
commands = st.one_of(
    *(st.builds(bare) for bare in (Identify, GetLimits, GetStatus, GetClock, StopDelivery, ReadStaged)),
    st.builds(ReadLog, u32),
    st.builds(SetClock, u64),
    st.builds(SetWatchdog, u32),
    st.builds(Stage, programmes),
    st.builds(Commit, u16),
)
texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=32)
alarms = st.integers(0, 31).map(Alarm)
moments_ms = st.integers(0, LAST_NS // 1_000_000)
records = st.builds(LogRecord, u32, moments_ms, st.sampled_from(LogEvent), st.integers(-(2**31), 2**31 - 1))
replies = st.one_of(
    st.tuples(st.sampled_from(CommandCode), st.builds(RefusalReply, st.sampled_from([r for r in ReplyResult if r]))),
    st.tuples(st.just(CommandCode.STOP), st.just(DoneReply())),
    st.tuples(st.just(CommandCode.IDENTIFY), st.builds(Identification, texts, texts, texts, texts)),
    st.tuples(
        st.just(CommandCode.GET_STATUS),
        st.builds(
            StatusReply, st.sampled_from(DeliveryState), alarms, u32, u32, u32, u64, u32, u16, u64, u32, u32, u32
        ),
    ),
    st.tuples(
        st.just(CommandCode.READ_LOG), st.builds(LogPage, u32, u32, st.lists(records, max_size=MAX_RECORDS).map(tuple))
    ),
    st.tuples(st.just(CommandCode.GET_CLOCK), st.builds(ClockReading, moments_ms)),
    st.tuples(st.just(CommandCode.READ_STAGED), st.builds(Staged, programmes)),
    st.tuples(st.just(CommandCode.GET_LIMITS), st.just(Limits(2000, 10**6, 1, 5000, 500_000, 100, 16 * 10**5))),
)


@given(commands)
def test_a_command_comes_back_as_it_went(command):
    assert decode_command(*encode_command(command)) == command


@given(replies)
def test_a_reply_comes_back_as_it_went(coded):
    code, reply = coded
    payload = encode_reply(reply)
    assert (decode_reply(code, payload), len(payload) <= MAX_PAYLOAD_BYTES) == (reply, True)


@given(st.integers(0, 127), st.binary(max_size=60))
def test_arbitrary_payloads_are_a_command_or_a_result(code, payload):
    try:
        command = decode_command(code, payload)
    except RefusedCommandError:
        return
    assert encode_command(command) == (code, payload)


@given(st.sampled_from(CommandCode), st.binary(max_size=100))
def test_arbitrary_payloads_are_a_reply_or_a_typed_refusal(code, payload):
    try:
        reply = decode_reply(code, payload)
    except DialectError:
        return
    assert encode_reply(reply) == payload


def with_ok(*fields):
    return b"\0" + b"".join(fields)


STATUS = encode_reply(StatusReply(DeliveryState.STOPPED, Alarm(0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))


@pytest.mark.parametrize(
    "code, payload",
    [
        (CommandCode.GET_STATUS, b""),
        (CommandCode.GET_STATUS, b"\x7f"),  # no such result
        (CommandCode.GET_STATUS, b"\x11\x00"),  # a refusal with something behind it
        (CommandCode.GET_STATUS, STATUS[:-1]),
        (CommandCode.GET_STATUS, STATUS + b"\0"),
        (CommandCode.GET_STATUS, b"\0\x04" + STATUS[2:]),  # no such state
        (CommandCode.GET_STATUS, b"\0\0\x00\x20" + STATUS[4:]),  # no such alarm
        (CommandCode.STOP, with_ok(b"\0")),
        (CommandCode.IDENTIFY, with_ok(b"\x01A" * 3)),
        (CommandCode.IDENTIFY, with_ok(b"\x01A" * 5)),
        (CommandCode.IDENTIFY, with_ok(b"\x01A" * 3, b"\x02A")),
        (CommandCode.IDENTIFY, with_ok(b"\x01A" * 3, b"\x01\xb5")),
        (CommandCode.IDENTIFY, with_ok(b"\x01A" * 3, b"\x00")),
        (CommandCode.READ_LOG, with_ok(b"\0" * 8, b"\x01")),
        (CommandCode.READ_LOG, with_ok(b"\0" * 7)),
        (CommandCode.READ_LOG, with_ok(b"\0" * 8, b"\x01", b"\0" * 12, b"\x7f\xff", b"\0" * 4)),  # no such event
        (CommandCode.READ_STAGED, with_ok()),
        (CommandCode.READ_STAGED, with_ok(b"\x03", b"\0" * 4)),  # no such kind
        (CommandCode.READ_STAGED, with_ok(b"\x01", b"\0" * 8)),
        (CommandCode.GET_LIMITS, with_ok(b"\0" * 28)),  # a step of nothing
        (CommandCode.GET_CLOCK, with_ok(b"\0" * 7)),
    ],
)
def test_what_the_link_does_not_know_is_never_a_reply(code, payload):
    with pytest.raises(DialectError):
        decode_reply(code, payload)


def test_the_pump_sends_as_many_log_entries_as_fit_one_frame():
    assert PAGE_RECORDS == MAX_RECORDS == 13


def test_programmes_that_differ_in_one_unit_have_different_crcs():
    crcs = {programme_crc(Continuous(rate)) for rate in range(2000, 3000)}
    assert len(crcs) == 1000


@pytest.mark.parametrize("ul, nl", [(2.0, 2000), (12.5, 12_500), (41.7, 41_700), (0.001, 1), (999.999, 999_999)])
def test_decimal_microlitres_are_whole_nanolitres(ul, nl):
    assert thousandths(ul) == nl


@pytest.mark.parametrize("ul", [0.0005, 41.7001, float("nan"), float("inf"), float("-inf")])
def test_what_is_no_whole_nanolitre_is_not_rounded(ul):
    assert thousandths(ul) is None
