"""The link: lost, noisy. The therapy stays what it was, or ends with an alarm."""

import pytest

# So much flows that an hour's weighing on either side tells evaporation well enough.
pytestmark = [pytest.mark.requirement("IT-03"), pytest.mark.evaporation(hours=1)]


def test_a_noisy_link_changes_no_therapy(pump, bench, verify):
    """While one answer in six has a flipped bit, and afterwards, an infusion goes on at its rate."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.window("noisy") as noisy:
        with bench.challenge.link_noisy(flipped_bits=1, one_answer_in=6):
            bench.dwell(minutes=12, doing="noise on the link")
        bench.dwell(hours=2, doing="a quiet link")
    verify("flow on a noisy link", noisy.flow_error()).within("basal accuracy")


def test_a_link_that_is_lost_ends_delivery_with_an_alarm(pump, bench, verify):
    """When nobody is heard the pump stops by itself, says so when it is heard again, and makes nothing up."""
    bench.expect_alarm("link_lost")
    with bench.window("lost and found") as lost:
        pump.run_continuous(rate_ul_h=200.0)
        bench.dwell(hours=1, doing="before")
        with bench.challenge.link_lost():
            bench.dwell(minutes=20, doing="nobody is heard")
        bench.dwell(minutes=30, doing="heard again")
    verify("lost link was signalled", lost.alarm_came(alarm="link_lost", within_s=600, after="link lost")).holds()
