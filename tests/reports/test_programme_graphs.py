"""What a graph of programmed and weighed flow leaves to balance and strokes."""

from types import SimpleNamespace

import numpy as np
import pytest

from reports.facts.programme_graphs import programme_graph

MIN_NS = 60 * 10**9
U_UL = 0.5


def test_a_flow_is_known_to_twice_the_uncertainty_of_its_volume_in_the_time_of_an_interval():
    """4 h at 40 µL/h, read each minute: steps of 5 min, in each of which 2 · 0.5 µL make 12 µL/h."""

    def gained_ul(t_ns):
        return 40.0 * np.asarray(t_ns) / (60 * MIN_NS)

    sheet = SimpleNamespace(
        case=SimpleNamespace(delivers_ns=(0, 240 * MIN_NS), programme=SimpleNamespace(volume_ul=gained_ul)),
        course=SimpleNamespace(
            t_ns=np.arange(241) * MIN_NS, stroke_ul=0.0, at=gained_ul, u_ul=lambda _, asked_ul: U_UL + 0.0 * asked_ul
        ),
        origin_ns=0,
        windows=(),
        plan=SimpleNamespace(begin_ns=0),
    )
    (chart,) = programme_graph(sheet).charts
    highest, lowest, programmed, weighed = (curve.y for curve in chart.curves)
    assert chart.caption.startswith("Mean flow of each 5 min.")
    assert [*programmed, *weighed] == pytest.approx([40.0] * 98)
    assert [*(highest - programmed), *(programmed - lowest)] == pytest.approx([12.0] * 98)
