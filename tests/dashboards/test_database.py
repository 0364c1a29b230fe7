"""Which database pages are read from: what the command says of it holds on the server."""

import re
import urllib.parse
import urllib.request

import pytest

from reports.dashboards.database import what_is_asked
from rig.clock import WallClock
from rig.streaming.target import Target
from tests.docs.pages import DOCS
from tests.patience import patient
from tests.streaming.influxdb_2 import ORG, Influx2

VERSIONS = pytest.mark.parametrize("influxdb", [1, 2])


@pytest.fixture
def answering(server):
    """Return the main version of the server that these tests ask."""
    return 2 if isinstance(server, Influx2) else 1


def written_to(server, bucket):
    """Write a point of now to a bucket as the rig does."""
    where = urllib.parse.urlencode({"org": ORG, "bucket": bucket, "precision": "ns"})
    line = f"seen value=1 {WallClock().now_ns()}".encode()
    request = urllib.request.Request(f"{server.url}/api/v2/write?{where}", data=line, headers=server.headers)
    with urllib.request.urlopen(request, timeout=patient(10)) as answer:
        assert answer.status == 204


def follow(server, said):
    """Do what the last line says is to be done."""
    if statement := re.search(r"ALTER RETENTION POLICY .*$", said):
        server.query(statement[0])
        return
    (database, policy), *_ = re.findall(r"dbrp create --db (\S+) --rp (\S+) --default", said)
    made = server.call("GET", f"/api/v2/buckets?name={urllib.parse.quote(f'{database}/{policy}', safe='')}")["buckets"]
    mapping = {"database": database, "retention_policy": policy, "default": True, "bucketID": made[0]["id"]}
    server.call("POST", "/api/v2/dbrps", {"orgID": made[0]["orgID"], **mapping})


@pytest.fixture
def weekly(server):
    """Return the name of a bucket that is no default policy, with a point in it."""
    server.create("weekly")
    server.keep_an_hour("weekly", "week")
    written_to(server, "weekly/week")
    return "weekly/week"


def test_what_is_said_to_be_done_makes_pages_find_a_bucket_that_they_did_not(server, answering, weekly):
    assert server.query("SELECT * FROM seen", "weekly") == []
    follow(server, what_is_asked(answering, {"RIG_INFLUX_BUCKET": weekly}))
    assert len(server.query("SELECT * FROM seen", "weekly")) == 1


@VERSIONS
def test_nothing_is_to_be_done_for_a_bucket_without_a_slash(influxdb):
    said = what_is_asked(influxdb, {}).splitlines()
    assert said[0] == "Grafana asks for the database rig (RIG_INFLUX_DATABASE) and its default retention policy."
    assert len(said) == 2


@pytest.mark.parametrize("influxdb, policy", [(1, "its default retention policy"), (2, "autogen")])
def test_bucket_database_and_policy_are_named(influxdb, policy):
    said = what_is_asked(influxdb, {"RIG_INFLUX_BUCKET": "lab"})
    assert "the bucket lab (RIG_INFLUX_BUCKET" in said
    assert f"as the database lab, retention policy {policy}." in said


@VERSIONS
@pytest.mark.parametrize(
    "bucket, database", [("rig/week", ""), ("rig", "lab"), ("rig/week", "rig/week"), ("lab", "rig")]
)
def test_a_name_that_differs_is_told(influxdb, bucket, database):
    said = what_is_asked(influxdb, {"RIG_INFLUX_BUCKET": bucket, "RIG_INFLUX_DATABASE": database})
    assert f"The names differ, so that pages are empty: set RIG_INFLUX_DATABASE={bucket.split('/')[0]}" in said


@VERSIONS
def test_names_that_agree_are_not_said_to_differ(influxdb):
    said = what_is_asked(influxdb, {"RIG_INFLUX_BUCKET": "rig/week", "RIG_INFLUX_DATABASE": "rig"})
    assert "differ" not in said


def test_a_name_with_a_space_stays_one_word_of_the_command():
    assert "--db 'our rig' --rp week" in what_is_asked(2, {"RIG_INFLUX_BUCKET": "our rig/week"})


def test_a_name_with_quotes_stays_one_name_of_the_statement():
    said = what_is_asked(1, {"RIG_INFLUX_BUCKET": 'a"b/week'})
    assert r'ON "a\"b" DEFAULT' in said


@VERSIONS
def test_the_page_says_what_the_command_says(influxdb):
    page = (DOCS / "dashboards.md").read_text(encoding="utf-8")
    remedy = what_is_asked(influxdb, {"RIG_INFLUX_BUCKET": "rig/week"}).rpartition("once: ")[2]
    assert f"`{remedy}`" in page


@pytest.mark.parametrize("bucket", ["rig", "rig/week", "a/b/c"])
def test_a_bucket_is_the_database_and_policy_that_the_rig_itself_counts_in(bucket):
    target = Target("", bucket)
    said = what_is_asked(1, {"RIG_INFLUX_BUCKET": bucket})
    policy = target.retention_policy or "its default retention policy"
    assert f"as the database {target.database}, retention policy {policy}." in said
