"""The supervisor's hold on a pump's port: who may speak, who is heard, and that a stop goes through."""

import socket

import pytest

from instruments.intrathecal_pump.unattended import stopping_act
from rig.errors import ConnectionFailedError, InstrumentError
from rig.held_ports import Held as HeldPort
from rig.held_ports import held_by_another
from rig.safety.supervisor.__main__ import Supervisor
from rig.safety.supervisor.orders import HandAct, Orders, PortAct, PumpBounds, Saying, ValueBound
from rig.safety.supervisor.relay import Relay
from rig.transports import ByteStream
from tests.patience import patient
from tests.safety.far import Far


@pytest.fixture
def far():
    one = Far({b"stop": b"stopped;", b"alive": b"yes;", b"ask": b"told;"})
    yield one
    one.close()


@pytest.fixture
def relay(far):
    act = PortAct("pump", "stopped", far.port, (Saying(b"stop;", b"stopped"),), alive=b"alive;", end=b";")
    one = Relay(act)
    yield one
    one.close()


@pytest.fixture
def stream(relay, far):
    with (
        held_by_another(far.port, HeldPort(relay.url, relay.token)),
        ByteStream("pump", far.port, timeout_s=patient(1)) as one,
    ):
        yield one


def test_the_run_reaches_the_pump_through_it(stream):
    assert stream.exchange(b"ask;", b";") == b"told;"


def test_what_the_supervisor_asks_is_not_for_the_run(relay, stream):
    relay.feed()
    assert stream.exchange(b"ask;", b";") == b"told;"


def test_a_stop_goes_through_while_the_run_is_connected(relay, stream, far):
    assert relay.stop() == ""
    assert bytes(far.heard) == b"stop;"


def test_a_pump_that_says_something_else_did_not_stop():
    far = Far({b"stop": b"no;"})
    relay = Relay(PortAct("pump", "stopped", far.port, (Saying(b"stop;", b"stopped"),), end=b";"))
    try:
        assert "it answered 6e 6f 3b" in relay.stop()
    finally:
        relay.close()
        far.close()


def test_who_does_not_know_the_token_is_not_heard(relay, far):
    host, port = relay.url.removeprefix("socket://").split(":")
    with socket.create_connection((host, int(port)), timeout=patient(1)) as stranger:
        stranger.sendall(b"0" * len(relay.token) + b"\nstart;")
        assert stranger.recv(10) == b""
    assert bytes(far.heard) == b""


def test_nothing_of_the_run_reaches_the_pump_once_it_is_barred(relay, stream, far):
    stream.exchange(b"ask;", b";")
    relay.bar()
    stream.write(b"start;")
    assert relay.stop() == ""
    assert b"start" not in far.heard


def test_a_pump_that_does_not_answer_is_known_for_it(relay, stream, far):
    stream.write(b"hm;")
    far.wait_for(b"hm;")
    assert relay.unanswered_s > 0
    relay.forgive()
    assert relay.unanswered_s == 0


def test_a_port_that_cannot_be_opened_is_said():
    with pytest.raises(ConnectionFailedError, match="cannot be opened"):
        Relay(PortAct("pump", "stopped", "/dev/there-is-none", ()))


def test_a_port_that_dies_takes_the_run_along(relay, stream, far):
    stream.exchange(b"ask;", b";")
    far.hang_up()
    with pytest.raises(InstrumentError):
        stream.exchange(b"ask;", b";")
    assert "died" in relay.lost


def test_orders_survive_the_way_to_the_supervisor():
    pump = stopping_act("pump", "/dev/pump", 115_200)
    hand = HandAct("daq", "interlock opened", "a.b:c", {"line": "port0/line0"}, ("a",))
    bounds = PumpBounds("pump", (ValueBound("most_current_ma", "current", 5.0, 1000.0),), "delivered", 100.0)
    orders = Orders("bench", "a-run", "account", 0.6, 0.7, 0.15, (pump,), (hand, pump), (bounds,), 0.5, ("/dev/pump",))
    assert Orders.from_json(orders.to_json()) == orders


def test_a_port_is_opened_beside_a_watch_that_goes_through_those_held(far, tmp_path):
    pumps = tuple(PortAct(name, "stopped", far.port, ()) for name in ("one", "other"))
    supervisor = Supervisor(Orders("bench", "a-run", str(tmp_path / "account"), 0.6, 0.7, 0.15, pumps), iter(()))
    try:
        supervisor._open("one")
        watching = iter(supervisor._relays.values())
        next(watching)
        supervisor._open("other")
        assert list(watching) == []
        assert sorted(supervisor._relays) == ["one", "other"]
    finally:
        supervisor._close()
