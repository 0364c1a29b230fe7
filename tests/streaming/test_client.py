"""What a server says is understood: when to come back, and whether it answers InfluxQL at all."""

from email.utils import formatdate

import pytest

from rig.bench_file.reading import load_bench_file
from rig.clock import NS_PER_S, machine_utc_ns
from rig.errors import BenchFileError, ServerRefusedError, StreamingError
from rig.streaming.answers import retry_after_s
from rig.streaming.client import InfluxWriter
from rig.streaming.target import Target

SECRET = "tok-" + "Zx9" * 12


@pytest.mark.parametrize(
    "header, wait_s",
    [("2.5", 2.5), ("0", 0), (None, 0), ("soon", 0), ("-5", 0), ("nan", 0), ("1e9", 3600), ("inf", 3600)],
)
def test_retry_after_in_seconds(header, wait_s):
    assert retry_after_s(header) == wait_s


@pytest.mark.parametrize("ahead_s, least, most", [(100, 95, 101), (-1000, 0, 0), (1e9, 3600, 3600)])
def test_retry_after_as_a_date(ahead_s, least, most):
    assert least <= retry_after_s(formatdate(machine_utc_ns() / NS_PER_S + ahead_s)) <= most


def test_a_server_without_influxql_is_not_taken_for_an_empty_one(victoria_server):
    with InfluxWriter(Target(victoria_server.url, "any"), "") as writer:
        names = {series["name"] for series in writer.query('SELECT count("seq") FROM "runs"')}
    assert names == {"databases"}


def test_a_query_that_is_refused_says_why(influx_server, database):
    with (
        InfluxWriter(Target(influx_server.url, database), "") as writer,
        pytest.raises(StreamingError, match=r"pars(e|ing) query"),
    ):
        writer.query("SELEKT")


def test_an_address_that_is_none_is_refused():
    with InfluxWriter(Target("http://[::1", "b"), "") as writer, pytest.raises(ServerRefusedError, match="no address"):
        writer.write(b"")


@pytest.mark.parametrize("line", [f'token = "{SECRET}"', f'url = "http://me:{SECRET}@lab:8086"'])
def test_a_secret_in_a_bench_file_is_a_mistake_and_not_repeated(line, tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(f'[influxdb]\nbucket = "b"\n{line}\n')
    with pytest.raises(BenchFileError, match="influxdb") as caught:
        load_bench_file(path)
    assert SECRET not in str(caught.value)
