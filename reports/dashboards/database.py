"""Which database Grafana asks, and whether that is the bucket that the rig streams to: InfluxQL knows no buckets."""

from collections.abc import Mapping
from shlex import quote

BUCKET, DATABASE = "RIG_INFLUX_BUCKET", "RIG_INFLUX_DATABASE"
# What deploy/compose.yaml takes where nothing is set.
_PROPOSED = "rig"
# The policy of a bucket that names none, by the main version of InfluxDB.
_POLICIES = {1: "its default retention policy", 2: "autogen"}


def what_is_asked(influxdb: int, environment: Mapping[str, str]) -> str:
    """Return in words which database Grafana asks, which bucket, database and retention policy the rig streams to.

    Whatever must be done so that both are the same is said too, for a main version of InfluxDB.
    """
    bucket = environment.get(BUCKET) or _PROPOSED
    database, _, policy = bucket.partition("/")
    asked = environment.get(DATABASE) or bucket
    lines = [
        f"Grafana asks for the database {asked} ({DATABASE}) and its default retention policy.",
        f"The rig streams to the bucket {bucket} ({BUCKET}, unless a bench file names another), which InfluxDB "
        f"{influxdb}.x knows as the database {database}, retention policy {policy or _POLICIES[influxdb]}.",
    ]
    if asked != database:
        lines.append(f"The names differ, so that pages are empty: set {DATABASE}={quote(database)} for Grafana.")
    if policy:
        lines.append(f"That policy must be the default one; make it so once: {_default(influxdb, database, policy)}")
    return "\n".join(lines)


def _default(influxdb: int, database: str, policy: str) -> str:
    """Return the statement of 1.x or the command of 2.x that makes a policy the default of its database."""
    if influxdb == 1:
        return f"ALTER RETENTION POLICY {_identifier(policy)} ON {_identifier(database)} DEFAULT"
    return f"influx v1 dbrp create --db {quote(database)} --rp {quote(policy)} --default --bucket-id ID"


def _identifier(name: str) -> str:
    """Return a name as InfluxQL has it."""
    escaped = name.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'
