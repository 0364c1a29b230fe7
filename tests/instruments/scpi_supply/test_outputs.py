"""A supply with several outputs: the one that the bench file names is meant, whatever the front panel says."""

import pytest

from instruments.scpi.simulated.status_model import ScpiDevice
from instruments.scpi_supply.dialect import is_same_output
from instruments.scpi_supply.driver import Driver
from instruments.scpi_supply.twin import Twin
from rig.errors import ConnectionFailedError, RefusedError
from rig.safety.supervisor.ending import say_on_port
from rig.safety.supervisor.orders import HandAct, PortAct

FORMS = [
    {"output": 2},
    {"output": 2, "output_form": "number"},
    {"output": 2, "output_form": "list"},
    {"output": "OUT2"},
    {"output": "OUTPUT2", "output_form": "name"},
]


@pytest.mark.parametrize("named", FORMS, ids=str)
def test_output_that_is_named_is_set_whatever_is_selected(twin_of, serve, connect, laboratory, named):
    twin = twin_of()
    supply = connect(serve(twin), **named)
    twin.outputs.select(3)
    supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    twin.outputs.select(1)
    supply.switch(on=True)
    assert (laboratory.power.supply_v, laboratory.power.output_on) == (3.0, True)
    assert [state.on for state in twin.outputs.states] == [False, True, False]


@pytest.mark.parametrize("named", FORMS, ids=str)
def test_output_that_is_named_is_measured_whatever_is_selected(twin_of, serve, connect, named):
    twin = twin_of()
    supply = connect(serve(twin), **named)
    twin.receive(b"INST:NSEL 2;:VOLT 3;:OUTP ON\n")
    twin.outputs.select(1)
    assert supply.measure_voltage_v() == pytest.approx(3.0, abs=0.003)


class Meddled(Twin):
    """Somebody turns to output 3 at the front panel as soon as a voltage was set."""

    def receive(self, data):
        answer = super().receive(data)
        if b"VOLT 3" in data:
            self.outputs.select(3)
        return answer


def test_selection_that_changes_under_a_command_is_told(twin_of, serve, connect):
    supply = connect(serve(twin_of(Meddled)), output=2, output_form="number")
    with pytest.raises(RefusedError, match="output 2 is meant, and 3 is selected after set_output") as caught:
        supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    assert "front panel" in caught.value.advice


def test_selection_that_changes_does_not_matter_to_channel_lists(twin_of, serve, connect, laboratory):
    connect(serve(twin_of(Meddled)), output=2, output_form="list").set_output(voltage_v=3.0, current_limit_a=0.05)
    assert laboratory.power.supply_v == 3.0


class Locked(Twin):
    """Keeps to output 1, and reports no error when another is selected."""

    def receive(self, data):
        return b"" if data.startswith(b"INST:NSEL 2") else super().receive(data)


def test_output_that_cannot_be_selected_gets_no_command(twin_of, serve, connect, laboratory):
    supply = connect(serve(twin_of(Locked, pump_output=1)), output=2, output_form="number", timeout_s=5)
    with pytest.raises(RefusedError, match="1 is selected before set_output: nothing was sent"):
        supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    assert laboratory.power.supply_v == 0.0


def test_several_outputs_and_none_named_are_refused(twin_of, serve, connect):
    with pytest.raises(ConnectionFailedError, match=r"outputs to choose from \(selected is 1\)") as caught:
        connect(serve(twin_of()))
    assert "output = 1" in caught.value.advice


class Talkative(Twin):
    """Answers 0 to what it does not know."""

    def _commands(self):
        return {**super()._commands(), "INSTrument:NSELect?": lambda _: "0"}


def test_supply_that_answers_whatever_it_is_asked_has_one_output(twin_of, serve, connect, laboratory):
    connect(serve(twin_of(Talkative, outputs=1, pump_output=1))).switch(on=True)
    assert laboratory.power.output_on


@pytest.mark.parametrize("named", FORMS, ids=str)
def test_supply_with_one_output_cannot_be_told_of_another(twin_of, serve, connect, named):
    with pytest.raises(ConnectionFailedError, match="cannot be named to this supply"):
        connect(serve(twin_of(outputs=1, pump_output=1)), **named)


@pytest.mark.parametrize("form", ["list", "auto"])
def test_output_that_the_supply_does_not_have(twin_of, serve, connect, form):
    with pytest.raises((ConnectionFailedError, RefusedError)):
        connect(serve(twin_of()), output=4, output_form=form).switch(on=True)


@pytest.mark.parametrize("named", FORMS, ids=str)
def test_meeting_a_supply_selects_nothing(twin_of, serve, connect, named):
    twin = twin_of()
    twin.outputs.select(3)
    connect(serve(twin), **named)
    assert twin.outputs.selected == 3


class Heedless(Twin):
    """Answers queries for any channel list with what is selected, as supplies do that know no lists."""

    def __init__(self, name, parameters, laboratory):
        super().__init__(name, parameters, laboratory)
        plain = dict(self._commands())
        self._device = ScpiDevice(parameters.identity, {key: self._deaf(one) for key, one in plain.items()})

    @staticmethod
    def _deaf(command):
        return lambda parameters: command([word for word in parameters if not word.startswith("(@")])


def test_supply_that_takes_no_heed_of_lists_is_told_by_selection(twin_of, serve, connect, laboratory):
    twin = twin_of(Heedless)
    supply = connect(serve(twin), output=2)
    twin.outputs.select(1)
    supply.set_output(voltage_v=3.0, current_limit_a=0.05)
    assert laboratory.power.supply_v == 3.0


def test_lists_that_are_not_heeded_are_refused(twin_of, serve, connect):
    with pytest.raises(ConnectionFailedError, match="output_form = 'list'"):
        connect(serve(twin_of(Heedless)), output=2, output_form="list")


@pytest.mark.parametrize(
    "wanted, said, same",
    [
        ("OUT2", '"OUTPUT2"', True),
        ("CH1", "CH2", False),
        ("P25V", "P25V", True),
        ("P25V", "N25V", False),
        ("CH1", "", False),
    ],
)
def test_names_of_outputs(wanted, said, same):
    assert is_same_output(wanted, said) is same


# Without the driver --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [form for form in FORMS if "output_form" in form], ids=str)
@pytest.mark.parametrize("answers", ["1/0", "ON/OFF"])
def test_supervisor_switches_the_named_output_off(twin_of, serve, laboratory, named, answers):
    twin = twin_of(answers=answers)
    twin.receive(b"INST:NSEL 2;:VOLT 3;:OUTP ON;:INST:NSEL 1\n")
    act = Driver.unattended("supply", Driver.Settings(port=serve(twin), **named))
    assert isinstance(act, PortAct)
    assert say_on_port(PortAct.from_json(act.to_json())) == ""
    assert not laboratory.power.output_on


def test_supervisor_needs_the_driver_where_the_form_is_not_said(twin_of, serve):
    assert isinstance(Driver.unattended("supply", Driver.Settings(port=serve(twin_of()), output=2)), HandAct)


@pytest.mark.parametrize("answers", ["1/0", "ON/OFF"])
def test_supply_may_answer_in_words(twin_of, serve, connect, laboratory, answers):
    supply = connect(serve(twin_of(outputs=1, pump_output=1, answers=answers)))
    supply.switch(on=True)
    assert laboratory.power.output_on
    supply.switch(on=False)
    assert not laboratory.power.output_on
