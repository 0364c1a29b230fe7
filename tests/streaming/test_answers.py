"""What servers and proxies answer is understood: only 204 is taken, and each refusal says what somebody can do."""

import json

import pytest

from rig.errors import PointsRefusedError, ServerAwayError, ServerRefusedError, StreamingError
from rig.streaming.answers import Answer, of_query, of_write

OF_V3 = json.dumps(
    {
        "error": "partial write of line protocol occurred",
        "data": [
            {"original_line": "a", "line_number": 2, "error_message": "invalid column type for column 'v'"},
            {"original_line": "b", "line_number": 5, "error_message": "no such tag"},
        ],
    }
)


def meaning(status, said="", **headers):
    return of_write("lab rig", Answer(status, said, headers))


def test_204_is_taken():
    assert meaning(204) is None


@pytest.mark.parametrize("status", [200, 201, 202, 207])
def test_any_other_success_is_none(status):
    error = meaning(status, "<html>Please log in</html>")
    assert isinstance(error, ServerRefusedError)
    assert f"{status} instead of 204" in str(error)
    assert "Please log in" in str(error)


@pytest.mark.parametrize("status", [201, 400])
def test_the_lines_that_influxdb_3_refuses_are_known(status):
    error = meaning(status, OF_V3)
    assert isinstance(error, PointsRefusedError)
    assert error.lines == {2: "invalid column type for column 'v'", 5: "no such tag"}
    assert str(error) == "invalid column type for column 'v'"


OF_V1 = '{"error":"partial write: points beyond retention policy dropped=339"}'
OF_V2 = (
    '{"code":"unprocessable entity","message":"failure writing points to database: partial write: dropped 339 points '
    'outside retention policy of duration 1h0m0s"}'
)


@pytest.mark.parametrize("said", [OF_V1, OF_V2])
@pytest.mark.parametrize("status", [400, 422, 500])
def test_a_partial_write_is_about_points_whatever_its_status(status, said):
    error = meaning(status, said)
    assert isinstance(error, PointsRefusedError)
    assert error.dropped == 339


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "Client sent an HTTP request to an HTTPS server."),
        (400, "400 The plain HTTP request was sent to HTTPS port"),
        (500, '{"error":"retention policy not found: autogon"}'),
        (404, '{"error":"database not found: \\"rgi\\""}'),
        (404, '{"message":"bucket \\"rgi\\" not found"}'),
    ],
)
def test_a_wrong_address_is_about_us_whatever_its_status(status, said):
    assert isinstance(meaning(status, said), ServerRefusedError)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_says_where_to_and_no_secret(status):
    error = meaning(status, location="https://me:secret@influx.lab:8086/api/v2/write?u=me&p=secret")
    assert isinstance(error, ServerRefusedError)
    assert "https://influx.lab:8086:" in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_later_is_later(status):
    error = meaning(status, "overloaded", **{"retry-after": "7"})
    assert isinstance(error, ServerAwayError)
    assert (error.retry_after_s, error.status) == (7.0, status)


def test_who_may_not_read_is_not_told_that_he_may_not_write():
    assert "may not write" in str(meaning(403))
    assert "may not read" in str(of_query("lab rig", Answer(403, "", {})))


def test_a_query_that_is_no_query_is_neither_away_nor_refused():
    assert type(of_query("lab rig", Answer(400, '{"error":"error parsing query"}', {}))) is StreamingError
