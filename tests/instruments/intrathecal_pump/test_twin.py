"""The twin as the bench hosts it: the same bytes for one seed, on a terminal as on a socket, whoever else asks."""

import socket

import numpy as np

from instruments.hosting.tcp_host import TcpHost
from rig.capabilities import PumpState


def day(ward, step_s):
    """An infusion with boluses; the samples on the hour, and the true volume."""
    heard = []
    driver = ward.open()
    driver.set_link_watchdog(seconds=600)
    driver.run_continuous(rate_ul_h=1000.0)
    for _ in range(3):
        driver.give_bolus(volume_ul=50.0)
        for _ in range(round(3600 / step_s)):
            ward.clock.wait_s(step_s)
            ward.laboratory.advance()
            ward.twin.receive(bytes.fromhex("00 06 01 06 03 61 69 00"))
        heard.append(repr(driver.read_block()))
    return heard, ward.delivered_ul()


def test_one_seed_gives_the_same_bytes_and_the_same_strokes(build_ward):
    assert day(build_ward(seed=3), 60.0) == day(build_ward(seed=3), 60.0)


def test_who_asks_how_often_does_not_matter(build_ward):
    assert day(build_ward(seed=3), 60.0) == day(build_ward(seed=3), 7.5)


def test_another_seed_gives_other_strokes_and_the_same_account(build_ward):
    (heard, delivered_ul), (other_heard, other_ul) = day(build_ward(seed=3), 60.0), day(build_ward(seed=4), 60.0)
    assert (heard == other_heard, delivered_ul == other_ul) == (True, False)


def test_the_twin_speaks_the_same_over_tcp(ward):
    host = TcpHost("pump", ward.twin)
    try:
        driver = ward.open(port=host.port)
        driver.run_continuous(rate_ul_h=2.0)
        assert driver.status().state is PumpState.INFUSING
    finally:
        host.close()


def test_half_a_frame_of_a_client_that_left_does_not_spoil_the_next(ward):
    host = TcpHost("pump", ward.twin)
    try:
        with socket.create_connection(host.address) as leaving:
            leaving.sendall(b"\x00\x06\x01")
        assert ward.open(port=host.port).identify().model == "ITP-1"
    finally:
        host.close()


def test_strokes_reach_the_line(ward, driver):
    driver.run_continuous(rate_ul_h=1000.0)
    ward.clock.wait_s(18.0)  # ten strokes of eight edges
    now_ns = np.array([ward.laboratory.advance()])
    assert ward.laboratory.line.motor_edges(now_ns).tolist() == [80]
