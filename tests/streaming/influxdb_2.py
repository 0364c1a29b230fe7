"""InfluxDB 2.7 with the face of the servers that the tests know: with RIG_INFLUXDB=2 they ask it (`make influxdb`).

nginx in front of it sets the administrator's token, because Debian's takes whatever token comes.
"""

import json
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from tests.patience import patient
from tests.ports import free_port
from tests.streaming.configs import nginx_of_2
from tests.streaming.servers import Influx, Server, find

INFLUXD_2 = "influxd-2.7"
TOKEN = "administrators-own"
ORG = "lab"


class Influx2(Influx):
    """influxd 2.7 behind nginx; a database `d` is the bucket `d/autogen`, mapped to it as its default policy."""

    def __init__(self, folder: Path) -> None:
        http, front = free_port(), free_port()
        data, proxy = folder / "influxd2", folder / "nginx"
        data.mkdir()
        proxy.mkdir()
        (proxy / "nginx.conf").write_text(nginx_of_2(proxy, str(front), http, TOKEN, ORG))
        places = {"bolt-path": "bolt", "engine-path": "engine", "sqlite-path": "sqlite"}
        options = [f"--{option}={data / name}" for option, name in places.items()]
        options += [f"--http-bind-address=127.0.0.1:{http}", "--reporting-disabled", "--log-level=error"]
        self.influxd = Server(data, f"http://127.0.0.1:{http}", [str(find(INFLUXD_2)), *options], "/health")
        command = [str(find("nginx")), "-p", str(proxy), "-c", str(proxy / "nginx.conf")]
        self.nginx = Server(proxy, f"http://127.0.0.1:{front}", command, "/nothing")
        self.url = self.nginx.url
        self.headers = {"Authorization": f"Token {TOKEN}"}
        self._org_id = ""

    def start(self) -> None:
        """Start both; the first time, set it up."""
        super().start()
        if not self._org_id:
            setup = {"username": "admin", "password": "long enough", "org": ORG, "bucket": "first", "token": TOKEN}
            self._org_id = self.call("POST", "/api/v2/setup", setup)["org"]["id"]

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask 2.x's own interface."""
        request = urllib.request.Request(
            f"{self.influxd.url}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={**self.headers, "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=patient(30)) as response:
            said = response.read()
        return dict(json.loads(said)) if said else {}

    def create(self, database: str) -> None:
        """Make the bucket of a database."""
        if self._find(database):
            return
        made = self._create(f"{database}/autogen", 0)
        mapping = {"database": database, "retention_policy": "autogen", "default": True}
        self.call("POST", "/api/v2/dbrps", {"orgID": self._org_id, "bucketID": made["id"], **mapping})

    def drop(self, database: str) -> None:
        """Take the bucket of a database away."""
        for bucket in self._find(database):
            self.call("DELETE", f"/api/v2/buckets/{bucket['id']}")

    def forget(self, database: str, measurement: str) -> None:
        """Take a measurement away with all that it holds."""
        where = urllib.parse.urlencode({"org": ORG, "bucket": f"{database}/autogen"})
        span = {"start": "1970-01-01T00:00:00Z", "stop": "2200-01-01T00:00:00Z"}
        self.call("POST", f"/api/v2/delete?{where}", span | {"predicate": f'_measurement="{measurement}"'})

    def keep_an_hour(self, database: str, policy: str) -> None:
        """Make another bucket of a database that keeps points for an hour."""
        self._create(f"{database}/{policy}", 3600)

    def write(self, database: str, lines: str) -> None:
        """Write lines past everything under test."""
        where = urllib.parse.urlencode({"org": ORG, "bucket": f"{database}/autogen", "precision": "ns"})
        request = urllib.request.Request(
            f"{self.influxd.url}/api/v2/write?{where}", data=lines.encode(), headers=self.headers
        )
        urllib.request.urlopen(request, timeout=patient(10)).close()

    def _find(self, database: str) -> list[dict[str, Any]]:
        named = {"orgID": self._org_id, "limit": 100}
        found = self.call("GET", f"/api/v2/buckets?{urllib.parse.urlencode(named)}")["buckets"]
        return [one for one in found if one["name"] == f"{database}/autogen"]

    def _create(self, bucket: str, keep_s: int) -> dict[str, Any]:
        rules = [{"type": "expire", "everySeconds": keep_s}] if keep_s else []
        return self.call("POST", "/api/v2/buckets", {"orgID": self._org_id, "name": bucket, "retentionRules": rules})
