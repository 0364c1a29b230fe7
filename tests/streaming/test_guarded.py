"""A server as laboratories run it, with TLS and users: InfluxDB 1.8.3 where `make servers` could build it."""

import numpy as np
import pytest

from rig.record.reader import RecordReader
from rig.streaming.target import Target
from tests.streaming import servers
from tests.streaming.records import everything

TOKEN = "rig:pässwörd"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    servers.demand()
    with servers.guarded(tmp_path_factory.mktemp("guarded")) as server:
        server.create("lab")
        server.query("CREATE USER rig WITH PASSWORD 'pässwörd'")
        server.query("GRANT ALL ON lab TO rig")
        server.query("CREATE USER writer WITH PASSWORD 'w'")
        server.query("GRANT WRITE ON lab TO writer")
        yield server


@pytest.fixture
def there(guarded):
    """The server as a target of its user."""
    return Target(guarded.url, "lab/autogen", ca_file=str(servers.CERTIFICATE))


def test_everything_arrives_bit_for_bit_and_is_counted(guarded, there, send, tmp_path):
    record = everything(tmp_path, "guarded-1")
    progress = send(record, there, token=TOKEN)
    assert (progress.status, progress.reconciled) == ("complete", "counts equal in all 17 series")
    with RecordReader(record) as reader:
        flow = reader.series("flow")
    query = 'SELECT "flow_ul_h" FROM "samples" WHERE "run" = \'guarded-1\' AND "instrument" = \'flow\''
    (series,) = guarded.query(query, "lab")
    assert np.array_equal(np.array([row[0] for row in series["values"]], np.int64), flow.t_ns)
    assert np.array_equal(np.array([row[1] for row in series["values"]]), flow.columns["flow"])


@pytest.mark.parametrize("token", ["rig:passwort", "nobody:secret", ""])
def test_who_is_not_known_is_told_so_once(there, send, tmp_path, token):
    progress = send(everything(tmp_path, "guarded-2"), there, token=token)
    assert (progress.status, progress.sent) == ("paused", 0)
    assert "401" in progress.reason


def test_who_may_only_write_has_written(there, send, tmp_path):
    progress = send(everything(tmp_path, "guarded-3"), there, token="writer:w")
    assert progress.status == "complete"
    assert progress.reconciled.startswith("counts not readable: ")
    assert "the token may not read this bucket" in progress.reconciled


def test_a_certificate_that_nobody_vouches_for_is_refused(guarded, send, tmp_path):
    progress = send(everything(tmp_path, "guarded-4"), Target(guarded.url, "lab/autogen"), token=TOKEN)
    assert progress.status == "paused"
    assert "its certificate is not to be trusted" in progress.reason


def test_plain_text_to_tls_is_refused_and_no_point_is_blamed(guarded, send, tmp_path):
    plain = Target(guarded.url.replace("https:", "http:"), "lab/autogen")
    progress = send(everything(tmp_path, "guarded-5"), plain, token=TOKEN)
    assert (progress.status, progress.refused) == ("paused", 0)
    assert "HTTPS" in progress.reason


@pytest.mark.parametrize("bucket", ["lab/autogon", "lba/autogen"])
def test_a_bucket_that_is_not_there_pauses(there, send, tmp_path, bucket):
    progress = send(
        everything(tmp_path, "guarded-6"), Target(there.url, bucket, ca_file=there.ca_file), token="admin:secret"
    )
    assert (progress.status, progress.refused) == ("paused", 0)
    assert "not found" in progress.reason
