import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.scpi.simulated.status_model import ScpiDevice, boolean, none, number


@pytest.fixture
def device():
    state = {"v": 0.0, "on": False}

    def set_v(parameters):
        state["v"] = number(parameters, low=0.0, high=20.0, default=1.0)
        return ""

    def get_v(parameters):
        none(parameters)
        return f"{state['v']:.3f}"

    def switch(parameters):
        state["on"] = boolean(parameters)
        return ""

    return ScpiDevice(
        "RIG,DEVICE,1,0",
        {
            "[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]": set_v,
            "[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]?": get_v,
            "OUTPut[:STATe]": switch,
            "OUTPut[:STATe]?": lambda _: str(int(state["on"])),
        },
    )


def errors(device):
    found = []
    while (line := device.receive(b"SYST:ERR?\n")) != b'+0,"No error"\n':
        found.append(int(line.split(b",")[0]))
    return found


@pytest.mark.parametrize(
    "header",
    [
        "VOLT",
        "volt",
        "VOLTage",
        "VOLTAGE",
        ":VOLT",
        "SOUR:VOLT",
        "SOURce:VOLTage:LEVel:IMMediate:AMPLitude",
        "VOLT:LEV",
        "VOLT:IMM:AMPL",
    ],
)
def test_header_is_known_in_every_form(device, header):
    assert device.receive(f"{header} 5;:{header.lstrip(':')}?\n".encode()) == b"5.000\n"


@pytest.mark.parametrize(
    "header", ["VOL", "VOLTA", "SOURC:VOLT", "VOLT:LEVE", "VOLT::LEV", "VOLTS", "", "?", "*", "*XYZ?"]
)
def test_other_headers_are_undefined(device, header):
    assert device.receive(f"{header} 5\n".encode()) == b""
    assert errors(device) == [-113]


@pytest.mark.parametrize(
    "parameter, value",
    [
        ("3.3", "3.300"),
        ("3.3V", "3.300"),
        ("3300 mV", "3.300"),
        ("3.3E0", "3.300"),
        ("MIN", "0.000"),
        ("max", "20.000"),
        ("DEF", "1.000"),
    ],
)
def test_numeric_parameter_in_every_form(device, parameter, value):
    assert device.receive(f"VOLT {parameter};VOLT?\n".encode()) == f"{value}\n".encode()


@pytest.mark.parametrize(
    "message, code",
    [
        ("VOLT", -109),
        ("VOLT 1,2", -108),
        ("VOLT? 1", -108),
        ("VOLT one", -104),
        ("VOLT nan", -104),
        ("VOLT 1 OHM", -131),
        ("VOLT 20.001", -222),
        ("VOLT -1", -222),
        ("VOLT 1E999", -222),
        ("OUTP 2", -224),
        ("VOLT \x01", -101),
    ],
)
def test_wrong_parameter_is_queued_and_changes_nothing(device, message, code):
    device.receive(message.encode() + b"\n")
    assert errors(device) == [code]
    assert device.receive(b"VOLT?;OUTP?\n") == b"0.000;0\n"


def test_path_of_a_message_is_kept(device):
    assert device.receive(b"SOUR:VOLT 4;VOLT?;*OPC?;VOLT?\n") == b"4.000;1;4.000\n"


def test_leading_colon_starts_from_the_root(device):
    assert device.receive(b"SOUR:VOLT 4;:OUTP ON;:OUTP?\n") == b"1\n"


def test_rest_of_a_message_with_an_error_is_not_executed(device):
    device.receive(b"BLAH;VOLT 4\n")
    assert device.receive(b"VOLT?\n") == b"0.000\n"


def test_queue_is_first_in_first_out(device):
    device.receive(b"VOLT 99\nBLAH\n")
    assert errors(device) == [-222, -113]


def test_queue_that_overflows_says_so(device):
    device.receive(b"BLAH\n" * 30)
    assert errors(device) == [-113] * 19 + [-350]


def test_cls_empties_the_queue(device):
    device.receive(b"BLAH\n*CLS\n")
    assert errors(device) == []


def test_event_status_tells_kinds_of_errors_and_is_cleared_by_reading(device):
    device.receive(b"BLAH\nVOLT 99\n")
    assert device.receive(b"*ESR?;*ESR?\n") == b"48;0\n"


def test_status_byte_shows_a_filled_queue(device):
    device.receive(b"BLAH\n")
    assert device.receive(b"*STB?\n") == b"4\n"


def test_messages_may_come_in_any_cut(device):
    answers = [device.receive(bytes([byte])) for byte in b"VOLT 5\r\nVOLT?\r\n"]
    assert b"".join(answers) == b"5.000\n"


def test_message_without_end_is_dropped(device):
    device.receive(b"V" * 5000)
    assert errors(device) == [-363]


@given(st.lists(st.binary(max_size=300), max_size=4))
def test_garbage_never_confuses_it_for_good(noise):
    device = ScpiDevice("RIG,DEVICE,1,0", {})
    for data in noise:
        device.receive(data)
    device.receive(b"\n*CLS\n")
    assert device.receive(b"*IDN?\n") == b"RIG,DEVICE,1,0\n"
