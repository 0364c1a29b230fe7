"""InfluxDB 3 takes every line: a table keeps its tags and the types of its fields, whatever the run was."""

from dataclasses import replace

import pytest

from tests.streaming.faults import faulty
from tests.streaming.influxdb_3 import OfV3
from tests.streaming.records import begin, everything


def test_every_line_of_runs_of_all_kinds_is_taken(target, send, tmp_path):
    server = OfV3()
    with faulty(target.url) as proxy:
        proxy.rule = server.rule
        there = replace(target, url=proxy.url)
        first = send(everything(tmp_path, "full"), there)
        with begin(tmp_path, "bare", dut={"model": "m", "serial": ""}, operator="", instruments={}, plans=[]) as bare:
            pass
        second = send(bare.path, there)
    assert (first.status, first.refused, second.refused) == ("complete", 0, 0)
    assert server.lines > 173


def test_lines_that_it_refuses_are_set_aside_with_its_reasons(target, send, tmp_path):
    server = OfV3()
    server.tags["results"] = ("bench",)
    with faulty(target.url) as proxy:
        proxy.rule = server.rule
        progress = send(everything(tmp_path), replace(target, url=proxy.url))
    assert (progress.status, progress.refused) == ("incomplete", 1)
    assert "the table results has the tags" in progress.reason


@pytest.mark.parametrize(
    "line",
    ["t,a=1,b=2 v=1 1", "t v=1 1", "t,a= v=1 1", 't,a=1 v="x" 1', "t,a=1 a=1 1", "t,a=1 v=1i 1"],
)
def test_the_stand_in_refuses_what_3_does(line):
    server = OfV3()
    assert server._wrong("t,a=1 v=1 1") == ""
    assert server._wrong(line)
