"""Every command, reply and programme of the link's second edition, there and back; and what is none."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.intrathecal_pump.codes import FIRST_ALARMS, Alarm, CommandCode, DeliveryState, Finding, ReplyResult
from instruments.intrathecal_pump.dialect import (
    RefusedCommandError,
    decode_command,
    decode_reply,
    encode_command,
    encode_reply,
)
from instruments.intrathecal_pump.frames import MAX_PAYLOAD_BYTES, DialectError
from instruments.intrathecal_pump.messages import (
    Acknowledge,
    Bounds,
    FullLimits,
    FullStatus,
    GetBounds,
    GetFullLimits,
    GetFullStatus,
    PatientReply,
    PatientTerms,
    ReadPart,
    Refilled,
    RequestBolus,
    SelfTest,
    SelfTestReply,
    SetDoseLimit,
    SetLowMark,
    SetTrial,
    Stage,
    StagedPart,
    StagePart,
    StatusReply,
    TherapyStatus,
)
from instruments.intrathecal_pump.programme import (
    Bridge,
    Combination,
    FlexInfusion,
    FlexPoint,
    MinimumRate,
    PatientBoluses,
    Prime,
    Ramp,
    SquareBolus,
    from_image,
    image,
)
from instruments.intrathecal_pump.therapy_dialect import PART_BYTES

u8, u16, u32, u64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64))
parts = st.binary(min_size=1, max_size=PART_BYTES)
flex = st.lists(st.lists(st.builds(FlexPoint, u16, u32), max_size=13).map(tuple), max_size=7).map(
    lambda days: FlexInfusion(tuple(days))
)
short = st.one_of(
    st.builds(Ramp, u32, u32, u32),
    st.builds(MinimumRate),
    st.builds(SquareBolus, u32, u32),
    st.builds(Combination, u32, u32, u32, u32),
    st.builds(Prime, u32),
    st.builds(Bridge, u32, u32, u32),
    st.builds(PatientBoluses, u32, u32, u32, u16),
)
commands = st.one_of(
    *(st.builds(bare) for bare in (GetFullLimits, GetFullStatus, RequestBolus, Acknowledge, SelfTest, GetBounds)),
    st.builds(ReadPart, u16),
    st.builds(Refilled, u32),
    st.builds(SetLowMark, u32),
    st.builds(SetDoseLimit, u32, u32),
    st.builds(SetTrial, u32, u32),
    st.builds(StagePart, u16, u16, parts),
    st.builds(Stage, short),
)
first = st.builds(
    StatusReply,
    st.sampled_from(DeliveryState),
    st.integers(0, 31).map(Alarm),
    *(u32, u32, u32, u64, u32, u16, u64, u32, u32, u32),
)
every_alarm = st.integers(0, sum(Alarm)).map(Alarm)
therapy = st.builds(TherapyStatus, every_alarm, every_alarm, u8, u16, *(u32,) * 8)
patient = st.builds(PatientTerms, u32, u32, u32, u16, u32, u16, u32, u32)
full = st.builds(FullStatus, first, therapy, patient)
replies = st.one_of(
    st.tuples(st.just(CommandCode.READ_PART), st.builds(StagedPart, u16, u16, parts)),
    st.tuples(st.just(CommandCode.GET_FULL_LIMITS), st.builds(FullLimits, *(u32,) * len(fields(FullLimits)))),
    st.tuples(st.just(CommandCode.GET_FULL_STATUS), full),
    st.tuples(
        st.just(CommandCode.GET_FULL_STATUS),
        st.builds(lambda said, critical: replace(said, critical=said.therapy.alarms & critical), full, every_alarm),
    ),
    st.tuples(st.just(CommandCode.GET_BOUNDS), st.builds(Bounds, *(u32,) * 6, u64, u64)),
    st.tuples(st.just(CommandCode.REQUEST_BOLUS), st.builds(PatientReply, st.sampled_from(ReplyResult))),
    st.tuples(st.just(CommandCode.SELF_TEST), st.builds(SelfTestReply, st.integers(0, 15).map(Finding))),
)


@given(commands)
def test_a_command_comes_back_as_it_went(command):
    assert decode_command(*encode_command(command)) == command


@given(replies)
def test_a_reply_comes_back_as_it_went(coded):
    code, reply = coded
    payload = encode_reply(reply)
    assert (decode_reply(code, payload), len(payload) <= MAX_PAYLOAD_BYTES) == (reply, True)


@given(flex | short)
def test_a_programme_comes_back_as_it_went(programme):
    assert from_image(image(programme)) == programme


@given(flex | short, st.data())
def test_a_programme_that_was_cut_or_goes_on_is_none(programme, data):
    whole = image(programme)
    cut = data.draw(st.integers(0, len(whole) - 1))
    for other in (whole[:cut], whole + b"\0"):
        with pytest.raises(DialectError):
            from_image(other)


NOTHING = encode_reply(
    FullStatus(
        StatusReply(DeliveryState.STOPPED, Alarm(0), *(0,) * 10),
        TherapyStatus(Alarm(0), Alarm(0), *(0,) * 10),
        PatientTerms(*(0,) * 8),
    )
)


@pytest.mark.parametrize(
    "code, payload",
    [
        (CommandCode.GET_FULL_STATUS, NOTHING[:-1]),
        (CommandCode.GET_FULL_STATUS, NOTHING + b"\0"),
        (CommandCode.GET_FULL_STATUS, NOTHING + b"\0\x02"),  # a critical alarm that is not set
        (CommandCode.GET_FULL_STATUS, NOTHING[:50] + b"\x80\x00" + NOTHING[52:]),  # no such alarm
        (CommandCode.GET_FULL_STATUS, NOTHING[:52] + b"\x80\x00" + NOTHING[54:]),  # no such alarm sounds
        (CommandCode.REQUEST_BOLUS, b"\0\x7f"),  # no such answer
        (CommandCode.REQUEST_BOLUS, b"\0\0\0"),
        (CommandCode.SELF_TEST, b"\0\0\x10"),  # no such finding
        (CommandCode.READ_PART, b"\0\0\0"),
        (CommandCode.GET_FULL_LIMITS, b"\0" * 60),
        (CommandCode.ACKNOWLEDGE, b"\0\0"),
        (CommandCode.GET_BOUNDS, b"\0" * 40),
    ],
)
def test_what_the_link_does_not_know_is_never_a_reply(code, payload):
    with pytest.raises(DialectError):
        decode_reply(code, payload)


@pytest.mark.parametrize("payload", [b"", b"\0\x09\0", b"\0\x09\0\0", b"\0\x09\0\0" + bytes(PART_BYTES + 1)])
def test_a_part_without_bytes_or_with_too_many_has_a_bad_length(payload):
    with pytest.raises(RefusedCommandError, match="BAD_LENGTH"):
        decode_command(CommandCode.STAGE_PART, payload)


def test_the_first_edition_knows_five_alarms():
    assert FIRST_ALARMS == 0x1F
