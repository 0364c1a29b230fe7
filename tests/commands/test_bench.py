"""`rig bench check` and `rig bench connect`."""

import re

from tests.core.bench_support import VIRTUAL, bench_text
from tests.fixtures.plan_support import QUICK, ROOT
from tests.ports import nobody_listens


def test_a_right_bench_file_is_shown(rig):
    said = rig("bench", "check", ROOT / "benches/mocked.toml")
    assert (said.code, said.err) == (0, "")
    first, *instruments = said.out.splitlines()
    assert first.endswith("benches/mocked.toml: bench mocked, mocked, virtual clock")
    assert "  balance: balance by mettler_mt_sics on (its twin), calibration CAL-BAL-0001 due 2026-12-31" in instruments
    assert len(instruments) == 6


def test_virtual_time_needs_a_bucket_that_keeps_it(rig, tmp_path):
    file = tmp_path / "bench.toml"
    influx = '[influxdb]\nurl = "http://lab:8086"\nbucket = "rig"\n'
    file.write_text(
        bench_text(clock=VIRTUAL).replace("[instruments.pump]", f"{influx}[instruments.pump]"), encoding="utf-8"
    )
    said = rig("bench", "check", file)
    assert "samples are stamped from 2026-01-05 08:00:00+00:00 on; rig must keep points of that age" in said.out


def test_a_calibration_that_has_run_out_is_said(rig, tmp_path):
    text = (ROOT / "benches/physical-example.toml").read_text(encoding="utf-8")
    file = tmp_path / "bench.toml"
    file.write_text(re.sub(r"due = [\d-]+", "due = 2020-02-29", text, count=1), encoding="utf-8")
    said = rig("bench", "check", file)
    assert said.code == 1
    assert re.fullmatch(r"rig: \w+: calibration \S+ was due on 2020-02-29: every result would be INVALID.*\n", said.err)


def test_connect_says_who_answers(rig):
    said = rig("bench", "connect", QUICK)
    assert (said.code, said.err) == (0, "")
    balance, pump = said.out.splitlines()
    assert balance.startswith("balance (balance): ")
    assert pump.startswith("pump (pump): ")
    assert "SIM-0001" in pump


def test_connect_names_whom_it_cannot_reach_with_advice(rig, tmp_path):
    file = tmp_path / "bench.toml"
    text = bench_text(clock='clock = "wall"', balance=False).replace('"mocked"', '"physical"')
    text = text[: text.index("[laboratory]")] + text[text.index("[instruments.pump]") :]
    with nobody_listens() as port:
        file.write_text(f'{text}port = "socket://127.0.0.1:{port}"\n', encoding="utf-8")
        said = rig("bench", "connect", file)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("rig: bench test-bench: 1 instrument(s) not reached\npump on socket://127.0.0.1:")
    assert "advice: " in said.err


def test_a_file_that_is_not_there_is_said(rig, tmp_path):
    said = rig("bench", "check", tmp_path / "none.toml")
    assert said.code == 2
    assert said.err.startswith(f"rig: {tmp_path / 'none.toml'}: 1 mistake\n  the file cannot be read: ")


def test_a_file_that_is_not_toml_is_said_with_its_line(rig, tmp_path):
    file = tmp_path / "bench.toml"
    file.write_text(f"{bench_text(clock=VIRTUAL)}oops\n", encoding="utf-8")
    said = rig("bench", "check", file)
    assert said.code == 2
    assert "not TOML" in said.err
    assert f"line {len(bench_text(clock=VIRTUAL).splitlines()) + 1}" in said.err
