"""Real servers on free loopback ports: Debian's influxdb 1.6 behind nginx, InfluxDB 1.8.3, and victoria-metrics."""

import base64
import contextlib
import json
import os
import shutil
import ssl
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rig.clock import Deadline
from tests.patience import patient
from tests.ports import free_port
from tests.processes import Children
from tests.streaming import configs

START_S = patient(30.0)
BINARIES = ("influxd", "nginx", "victoria-metrics")
# Built from its source by `make servers` where Go is; it takes the v2 write API and TLS by itself.
INFLUXD_1_8 = "influxd-1.8.3"
CERTIFICATE = Path(__file__).with_name("self_signed.pem")


def missing() -> list[str]:
    """Return the server programs that this machine does not have."""
    return [name for name in BINARIES if find(name) is None]


def find(name: str) -> str | None:
    """Return the path of a server; Debian puts nginx where only root looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def demand() -> None:
    """Go on when the servers are there; in CI their absence is a failure, elsewhere the tests say what to do."""
    lacking = missing()
    if not lacking:
        return
    text = f"these tests need real servers, and {', '.join(lacking)} is not installed: make servers"
    if os.environ.get("CI"):
        pytest.fail(text)
    pytest.skip(text)


class Server:
    """A server process that can be killed and started again on the same port and data."""

    def __init__(self, folder: Path, url: str, command: list[str], ready: str) -> None:
        self.folder = folder
        self.url = url
        self._command = command
        self._ready = ready
        self._children = Children()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = self._children.start(self._command, stdout=log, stderr=log)
        deadline = Deadline(START_S)
        while not self.answers():
            if deadline.passed() or self._process.poll() is not None:
                raise RuntimeError(f"{self._command[0]} did not start: {(self.folder / 'log').read_text()[-2000:]}")
            deadline.nap(0.05)

    def answers(self) -> bool:
        """Tell whether the server answers."""
        try:
            with urllib.request.urlopen(self.url + self._ready, timeout=patient(5), context=_trusting(self.url)):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def give_way(self) -> None:
        """Let everybody else go before it, all its threads."""
        if self._process is not None:
            for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
                os.sched_setscheduler(int(thread.name), os.SCHED_IDLE, os.sched_param(0))

    def kill(self) -> None:
        """End it as a power cut would; safe to repeat."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(patient(10))
            self._process = None
        self._children.end()


class Influx:
    """influxd behind nginx: `url` takes the v2 write API and InfluxQL. `guarded`: with TLS, and users of its own."""

    def __init__(self, folder: Path, *, guarded: bool = False) -> None:
        http, rpc, front = free_port(), free_port(), free_port()
        database, proxy = folder / "influxd", folder / "nginx"
        database.mkdir()
        proxy.mkdir()
        guard = "  auth-enabled = true\n" if guarded else ""
        tls = f" ssl; ssl_certificate {CERTIFICATE}; ssl_certificate_key {CERTIFICATE}" if guarded else ""
        (database / "influxd.conf").write_text(configs.INFLUXD.format(folder=database, rpc=rpc, http=http, guard=guard))
        (proxy / "nginx.conf").write_text(configs.nginx_of_1(proxy, f"{front}{tls}", http))
        config = str(database / "influxd.conf")
        self.influxd = Server(database, f"http://127.0.0.1:{http}", [str(find("influxd")), "-config", config], "/ping")
        command = [str(find("nginx")), "-p", str(proxy), "-c", str(proxy / "nginx.conf")]
        self.nginx = Server(proxy, f"http://127.0.0.1:{front}", command, "/nothing")
        self.url = self.nginx.url.replace("http:", "https:") if guarded else self.nginx.url
        self.headers: dict[str, str] = {}

    def start(self) -> None:
        """Start both."""
        self.influxd.start()
        self.nginx.start()

    def stop(self) -> None:
        """End both."""
        self.nginx.kill()
        self.influxd.kill()

    def give_way(self) -> None:
        """Let everybody else go before them."""
        self.influxd.give_way()
        self.nginx.give_way()

    def create(self, database: str) -> None:
        """Make a database."""
        self.query(f'CREATE DATABASE "{database}"')

    def drop(self, database: str) -> None:
        """Take a database away with all that it holds."""
        self.query(f'DROP DATABASE "{database}"')

    def forget(self, database: str, measurement: str) -> None:
        """Take a measurement away with all that it holds."""
        self.query(f'DROP MEASUREMENT "{measurement}"', database)

    def keep_an_hour(self, database: str, policy: str) -> None:
        """Make a policy of a database that keeps points for an hour."""
        self.query(f'CREATE RETENTION POLICY "{policy}" ON "{database}" DURATION 1h REPLICATION 1')

    def write(self, database: str, lines: str) -> None:
        """Write lines past everything under test."""
        urllib.request.urlopen(
            f"{self.influxd.url}/write?db={database}", data=lines.encode(), timeout=patient(10)
        ).close()

    def query(self, influxql: str, database: str = "") -> list[dict[str, Any]]:
        """Return the series that a query finds, asked past everything under test."""
        body = urllib.parse.urlencode({"q": influxql, "db": database, "epoch": "ns"}).encode()
        asked = urllib.request.Request(f"{self.influxd.url}/query", data=body, headers=self.headers)
        with urllib.request.urlopen(asked, timeout=patient(30), context=_trusting(self.influxd.url)) as response:
            results = json.load(response)["results"]
        assert all("error" not in result for result in results), results
        return [series for result in results for series in result.get("series", [])]

    def rows(self, influxql: str, database: str) -> list[dict[str, Any]]:
        """Return the rows of a query as dictionaries, tags of grouped series included."""
        return [
            dict(zip(series["columns"], row, strict=True)) | series.get("tags", {})
            for series in self.query(influxql, database)
            for row in series["values"]
        ]


class Influx18(Influx):
    """InfluxDB 1.8.3 and nothing in front of it; `guarded`: with TLS, and users of its own."""

    def __init__(self, folder: Path, *, guarded: bool = True) -> None:
        http, rpc = free_port(), free_port()
        guard = f'  auth-enabled = true\n  https-enabled = true\n  https-certificate = "{CERTIFICATE}"\n'
        guard = guard if guarded else ""
        folder.mkdir(exist_ok=True)
        (folder / "influxd.conf").write_text(configs.INFLUXD.format(folder=folder, rpc=rpc, http=http, guard=guard))
        command = [str(find(INFLUXD_1_8)), "-config", str(folder / "influxd.conf")]
        scheme = "https" if guarded else "http"
        self.influxd = self.nginx = Server(folder, f"{scheme}://127.0.0.1:{http}", command, "/ping")
        self.url = self.influxd.url
        self.headers = {}

    def start(self) -> None:
        """Start it."""
        self.influxd.start()


def _trusting(address: str) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=str(CERTIFICATE)) if address.startswith("https") else None


class Victoria:
    """victoria-metrics."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        port = free_port()
        self.server = Server(
            folder,
            f"http://127.0.0.1:{port}",
            [
                str(find("victoria-metrics")),
                f"-storageDataPath={folder / 'data'}",
                f"-httpListenAddr=127.0.0.1:{port}",
                "-retentionPeriod=100y",
                "-dedup.minScrapeInterval=1ms",
                "-search.latencyOffset=0s",
            ],
            "/health",
        )
        self.url = self.server.url

    def export(self, match: str) -> dict[str, dict[int, float]]:
        """Return every series by name: value by stamp in ms."""
        query = urllib.parse.urlencode({"match[]": match, "start": 0, "end": 4_000_000_000, "reduce_mem_usage": 0})
        urllib.request.urlopen(f"{self.url}/internal/force_flush", timeout=patient(10)).close()
        with urllib.request.urlopen(f"{self.url}/api/v1/export?{query}", timeout=patient(30)) as response:
            found = [json.loads(line) for line in response.read().splitlines()]
        return {one["metric"]["__name__"]: dict(zip(one["timestamps"], one["values"], strict=True)) for one in found}


@contextlib.contextmanager
def influx(folder: Path) -> Iterator[Influx]:
    """Run influxd and nginx: Debian's, or the one that RIG_INFLUXDB=2 asks for."""
    if os.environ.get("RIG_INFLUXDB") == "2":
        from tests.streaming.influxdb_2 import Influx2

        server: Influx = Influx2(folder)
    else:
        server = Influx(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def guarded(folder: Path) -> Iterator[Influx]:
    """Run InfluxDB with TLS and users: 1.8.3 where it is installed, else Debian's behind nginx."""
    server = Influx18(folder) if find(INFLUXD_1_8) else Influx(folder, guarded=True)
    try:
        server.start()
        server.query("CREATE USER admin WITH PASSWORD 'secret' WITH ALL PRIVILEGES")
        server.headers = {"Authorization": f"Basic {base64.b64encode(b'admin:secret').decode()}"}
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def newest_of_1(folder: Path) -> Iterator[tuple[Influx, str]]:
    """Run InfluxDB 1.8.3 where it is installed, else Debian's behind nginx; yield its version with it."""
    server, version = (Influx18(folder, guarded=False), "1.8.3") if find(INFLUXD_1_8) else (Influx(folder), "1.6")
    try:
        server.start()
        yield server, version
    finally:
        server.stop()


@contextlib.contextmanager
def victoria(folder: Path) -> Iterator[Victoria]:
    """Run victoria-metrics."""
    server = Victoria(folder / "victoria")
    try:
        server.server.start()
        yield server
    finally:
        server.server.kill()
