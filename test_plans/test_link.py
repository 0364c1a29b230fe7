"""The link: lost, noisy. The therapy stays what it was, or ends with an alarm."""

import pytest

pytestmark = pytest.mark.requirement("IT-03")


def test_a_noisy_link_changes_no_therapy(pump, bench, verify):
    """While every second answer has a flipped bit, an infusion goes on at its rate."""
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(hours=1, doing="stabilising")
    with bench.challenge.link_noisy(flipped_bits=1, one_answer_in=3), bench.window("noisy") as noisy:
        bench.dwell(hours=3, doing="noise on the link")
    verify("flow on a noisy link", noisy.flow_error()).within("basal accuracy")
