"""Balances that take a slow flow for drift, put before the known flows of the daily proof."""

import pytest

from qualification.proof import test_proof as plans
from tests.qualification.proving import prove, refused

# A morning on a physical bench, and what is as plain on a virtual clock.
MORNING = {"flow_minutes": 1.25, "slow_flow_minutes": 1.75, "every_s": 1.0}
SHORT = {"flow_minutes": 5.0, "slow_flow_minutes": 5.0, "every_s": 5.0}
LENGTHS = pytest.mark.parametrize(
    "proof",
    [pytest.param(MORNING, id="a morning"), pytest.param(SHORT, id="short", marks=pytest.mark.nightly)],
)
STANDS = ("pump", "balance", "flow", "daq")
FLOW = {"instruments.flow": {"interval_ms": 470}}
TRACKS = {"instruments.balance": {"driver": "tests.qualification.tracking_balance.driver:Driver"}}


@LENGTHS
def test_a_balance_that_takes_a_slow_flow_for_drift_is_refused(tmp_path, proof):
    found = prove(
        tmp_path, plans.test_a_known_flow_is_seen_by_all, stands=STANDS, tables={"proof": proof} | FLOW | TRACKS
    )
    assert found["known flow"].verdict == "PASS"
    refused(found, "slow flow", "a balance that takes a slow flow for drift swallows it")


@LENGTHS
@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.nightly) for seed in (1, 2, 3)])
def test_a_healthy_balance_shows_a_slow_flow(tmp_path, proof, seed):
    found = prove(
        tmp_path, plans.test_a_known_flow_is_seen_by_all, stands=STANDS, seed=seed, tables={"proof": proof} | FLOW
    )
    assert {name: result.reasons for name, result in found.items() if result.verdict != "PASS"} == {}


@pytest.mark.nightly
@LENGTHS
def test_a_room_that_drifts_by_2_k_in_an_hour_is_refused_in_a_morning(tmp_path, proof):
    drifts = {"laboratory": {"air_temperature_drift_k_h": 2.0}}
    # The parts before it take some minutes, and are looked at, too.
    tables = {"proof": proof | {"rest_minutes": 4.0}} | FLOW | drifts
    found = prove(tmp_path, plans.test_a_known_flow_is_seen_by_all, stands=STANDS, tables=tables)
    refused(found, "room, meanwhile", "air_temperature of daq moved by +")
