"""How the balance is set, over a real port: asked at the opening, refused where it would swallow a slow flow."""

import pytest

from instruments.hosting.faults import Altered
from instruments.mettler_mt_sics.driver import Driver
from instruments.mettler_mt_sics.simulated.menu import MenuParameters
from instruments.mettler_mt_sics.twin import Twin
from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.line import Stroke
from rig.driving import DriverContext
from rig.errors import ConnectionFailedError, NoReplyError, RefusedError

PERFECT = {"noise_mg": 0.0, "wander_mg": 0.0, "drift_mg_h": 0.0, "sensitivity_ppm": 0.0, "temperature_ppm_k": 0.0}


@pytest.fixture
def set_so(laboratory, serve, open_driver):
    """Open a balance whose menu holds `menu`, with the words of a bench file."""

    def connect(menu, **words):
        twin = Twin("balance", Twin.Parameters(**PERFECT, **menu), laboratory)
        return open_driver(serve(twin), **words)

    return connect


def told(journal):
    return next(one.arguments for one in journal if one.verb == "how_it_is_set")


def test_the_record_is_told_how_the_balance_is_set(set_so, journal):
    set_so({"weighing_mode": 1, "environment": 0, "adjusts_every_h": 6.0, "doors": 2})
    assert told(journal) == {
        "weighing_mode": "dosing",
        "environment": "very stable",
        "zero_tracking": "off",
        "automatic_adjustment": "on",
        "doors": "open",
    }


def test_a_figure_that_is_not_known_is_told_as_it_came(set_so, journal):
    set_so({"weighing_mode": 5})
    assert told(journal)["weighing_mode"] == "M01 5"


@pytest.mark.parametrize("answer", [b"ES\r\n", b"EL\r\n", b"M01 I\r\n", b"\x00\xff\r\n", b"M01 A x\r\n"])
def test_what_a_balance_does_not_tell_is_not_told(recorded, journal, answer):
    recorded({command: answer.replace(b"M01", command) for command in (b"M01", b"M02", b"M03", b"C0", b"WS")})
    assert set(told(journal).values()) == {"not told"}


def test_one_that_leaves_a_question_unanswered_is_asked_no_more(recorded, journal):
    driver, played = recorded({b"M01": b"", b"SI": b"S S   30.00000 g\r\n"})
    assert set(told(journal).values()) == {"not told"}
    assert b"M02" not in played.heard
    assert driver.read_mass().mass_mg == 30_000.0


def test_zero_tracking_swallows_a_slow_flow(set_so, laboratory, clock):
    driver = set_so({"zero_tracking": True}, zero_tracking="allow")
    driver.tare()
    for _ in range(60):
        clock.wait_s(60)
        laboratory.advance()
        laboratory.line.stroke(Stroke(clock.now_ns(), 0.1, 0))
        driver.read_mass()
    assert abs(driver.read_mass().mass_mg) < 1.0  # 6 µL were delivered


def test_a_balance_that_tracks_its_zero_is_refused(set_so):
    with pytest.raises(ConnectionFailedError, match="tracks its zero") as caught:
        set_so({"zero_tracking": True})
    assert "AutoZero" in caught.value.advice


def test_the_rig_switches_it_off_where_the_bench_says_so(set_so, journal):
    set_so({"zero_tracking": True}, zero_tracking="switch off")
    assert [one.verb for one in journal] == ["switch_zero_tracking_off", "how_it_is_set"]
    assert told(journal)["zero_tracking"] == "off"


@pytest.mark.parametrize(
    "menu, words",
    [
        ({"weighing_mode": 0}, {"weighing_mode": "dosing"}),
        ({"environment": 4}, {"environment": "stable"}),
        ({"doors": 1}, {"doors": "closed"}),
        ({"adjusts_every_h": 1.0}, {"automatic_adjustment": "refuse"}),
    ],
)
def test_a_balance_set_otherwise_than_the_bench_wants_is_refused(set_so, menu, words):
    with pytest.raises(ConnectionFailedError, match=r"M01|M02|WS|C0"):
        set_so(menu, **words)


@pytest.mark.parametrize("bit", range(4))
def test_a_flipped_bit_makes_no_other_setting(laboratory, serve, open_driver, wire, journal, bit):
    spoilt = []

    def spoil(answer):
        if not answer.startswith(b"M03 A 0") or spoilt:
            return answer
        spoilt.append(answer)
        return answer[:6] + bytes([answer[6] ^ (1 << bit)]) + answer[7:]

    port = serve(Twin("balance", Twin.Parameters(), laboratory))
    wire.fail(Altered(spoil))
    open_driver(port)
    assert (len(spoilt), told(journal)["zero_tracking"]) == (1, "off")


# Adjustment -----------------------------------------------------------------------------------------------------------


def test_it_adjusts_itself_at_the_opening_where_the_bench_says_so(set_so, journal, clock):
    begun_ns = clock.now_ns()
    driver = set_so({"adjust_s": 5.0}, adjust_at_opening=True)
    done = next(one for one in journal if one.verb == "adjust")
    assert (done.received, done.result) == (b"C3 A\r\n", "ok")
    assert clock.now_ns() - begun_ns >= 5e9
    assert driver.read_mass().mass_mg == pytest.approx(30_000.0, abs=0.5)


def test_one_that_is_met_again_is_not_adjusted(laboratory, serve, clock, journal, closing):
    port = serve(Twin("balance", Twin.Parameters(), laboratory))
    again = DriverContext(clock, journal.append, again=True)
    closing.callback(Driver("balance", Driver.Settings(port=port, adjust_at_opening=True), again).close)
    assert [one.verb for one in journal] == ["how_it_is_set"]


def test_an_adjustment_that_does_not_end_is_a_typed_error(set_so):
    with pytest.raises(NoReplyError, match="did not say within 3 s"):
        set_so({"adjust_s": 60.0}, adjust_at_opening=True, adjust_within_s=3)


def test_an_adjustment_that_is_refused_is_a_typed_error(recorded):
    with pytest.raises(RefusedError, match="busy"):
        recorded({b"C3": b"C3 I\r\n"}, adjust_at_opening=True)


def test_a_balance_that_adjusts_itself_says_so_for_as_long_as_it_takes(set_so, clock):
    driver = set_so({"adjusts_every_h": 2.0, "adjust_s": 30.0})
    clock.wait_s(7200 + 10)
    with pytest.raises(RefusedError, match="adjusts itself"):
        driver.read_mass()
    clock.wait_s(30)
    assert driver.read_mass().mass_mg == pytest.approx(30_000.0, abs=0.5)


# The twin, as another client sees it ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command, answer",
    [
        (b"M01", b"M01 A 0"),
        (b"M01 2", b"M01 A"),
        (b"M01 9", b"M01 L"),
        (b"M02", b"M02 A 2"),
        (b"M03", b"M03 A 0"),
        (b"M03 1", b"M03 A"),
        (b"M03 on", b"M03 L"),
        (b"C0", b'C0 A 0 0 ""'),
        (b"C0 1", b"C0 L"),
        (b"WS", b"WS A 0"),
        (b"C3", b"C3 B"),
    ],
)
def test_the_twin_answers_as_the_manual_says(clock, command, answer):
    twin = Twin("balance", Twin.Parameters(), Laboratory(Parameters(), clock, seed=7))
    assert twin.receive(command + b"\r\n") == answer + b"\r\n"


def test_what_was_set_is_told(clock):
    twin = Twin("balance", Twin.Parameters(), Laboratory(Parameters(), clock, seed=7))
    twin.receive(b"M02 4\r\n")
    assert twin.receive(b"M02\r\n") == b"M02 A 4\r\n"


def test_as_it_comes_a_balance_does_nothing_by_itself():
    assert (MenuParameters().zero_tracking, MenuParameters().adjusts_every_h) == (False, 0.0)
