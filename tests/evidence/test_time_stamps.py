"""An authority's time stamp on a signature: asked for, stored, checked without a network, and the time that counts."""

import re
import shutil
import subprocess
import tomllib
from datetime import UTC, datetime, timedelta

import pytest
import tomli_w
from cryptography.hazmat.primitives.asymmetric import ec

from reports.evidence.authority import Authority
from reports.evidence.container import Container
from reports.evidence.findings import Findings
from reports.evidence.growing import Demands, check_growing
from reports.evidence.keys import new_key, open_key, public_path
from reports.evidence.signing import Wish, sign_bundle
from reports.evidence.statements import Role
from reports.evidence.time_stamp import demand_stamp_on, not_trusted, read_stamp, request_for, token_of
from reports.evidence.trust import load_trust
from reports.evidence.verify import opened
from rig.errors import TimeStampError, TrustFileError
from tests.evidence.authorities import NOON, Certified, granting, of_root, openssl_answering, refusing, served
from tests.evidence.conftest import PASSPHRASE, QUICK
from tests.evidence.forging import contents_of, rewritten
from tests.evidence.persons import NOON_NS

STAMP, SIGNATURE = "time-stamps/001.tst", "signatures/001.dsse.json"
LATER = NOON + timedelta(seconds=3)


@pytest.fixture(scope="session")
def author(tmp_path_factory):
    path = tmp_path_factory.mktemp("author") / "a-author.key"
    new_key("A. Author", PASSPHRASE, path, cost=QUICK)
    return open_key(path, lambda: PASSPHRASE)


@pytest.fixture(scope="session")
def _stamped(_whole_bundle, author, tsa, root, tmp_path_factory):
    bundle = shutil.copy(_whole_bundle, tmp_path_factory.mktemp("stamped") / "b.zip")
    with served(granting(tsa, LATER, [root])) as url:
        sign_bundle(bundle, lambda: author, Wish(Role.AUTHOR, "", Authority(url)), lambda: NOON_NS)
    return bundle


@pytest.fixture
def stamped(_stamped, tmp_path):
    """A bundle whose author signed at noon by their own clock, and 3 s later by an authority's."""
    return shutil.copy(_stamped, tmp_path / "stamped.zip")


@pytest.fixture
def trusting(author, tmp_path):
    """Write a trust file for A. Author, with these authorities."""
    return lambda *authorities, **changes: written_trust(tmp_path, author.public, *authorities, **changes)


def written_trust(tmp_path, key, *authorities, **changes):
    entry = {"name": "A. Author", "key": key}
    entry |= {"roles": ["author"], "valid_from": datetime(2026, 1, 1, tzinfo=UTC), **changes}
    path = tmp_path / "trusted.toml"
    tables = {"signer": [entry]} | ({"time_stamping_authority": list(authorities)} if authorities else {})
    path.write_text(tomli_w.dumps(tables), encoding="utf-8")
    return path


def found(bundle, trust=None):
    demands = Demands() if trust is None else Demands(load_trust(trust))
    findings = Findings()
    with opened(bundle) as whole:
        check_growing(whole.container, whole.manifest, demands, findings)
    return {one.what: (str(one.found), one.said) for one in findings.made}


def test_a_stamped_signature_holds_and_says_both_times(stamped):
    said = found(stamped)
    assert said["time stamp 1"] == (
        "ok",
        "2026-01-05T12:00:03Z by A Time Authority; valid, authority not vouched for",
    )
    assert (
        "2026-01-05T12:00:00.000000Z by the clock of the signer's computer, with a time stamp" in said["signature 1"][1]
    )


def test_openssl_finds_the_stamp_on_the_signatures_file(stamped, root, tmp_path):
    contents = contents_of(stamped)
    (tmp_path / "root.pem").write_text(root.pem, encoding="ascii")
    (tmp_path / "s.json").write_bytes(contents[SIGNATURE])
    (tmp_path / "s.tst").write_bytes(contents[STAMP])
    words = "openssl ts -verify -data s.json -in s.tst -token_in -CAfile root.pem"
    done = subprocess.run(words.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr


@pytest.mark.parametrize("ess", ["sha1", "sha256"])
def test_what_openssl_stamps_is_read_as_openssl_reads_it(root, tsa, tmp_path, ess):
    answer = openssl_answering(tmp_path, root, tsa, ess)(request_for(b"signed", 7))
    (tmp_path / "answer.tsr").write_bytes(answer)
    words = "openssl ts -reply -in answer.tsr -text"
    said = subprocess.run(words.split(), cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    stamp = read_stamp(token_of(answer))
    demand_stamp_on(stamp, b"signed")
    day, time, year = re.search(r"Time stamp: (\w+ +\d+) (\S+) (\d+) GMT", said).groups()
    whole, _, fraction = time.partition(".")
    wanted = datetime.strptime(f"{day} {whole} {year} +0000", "%b %d %H:%M:%S %Y %z")
    assert stamp.at - wanted == timedelta(seconds=float(f"0.{fraction or 0}"))
    assert (stamp.within_s, stamp.nonce, stamp.authority) == (1.5001, 7, "A Time Authority")
    assert not_trusted(stamp, [root.certificate]) == ""


def test_a_signature_is_stamped_by_openssl_through_the_command(rig, bundle, person, handed, root, tsa, tmp_path):
    key = person("A. Author")
    with served(openssl_answering(tmp_path, root, tsa)) as url:
        words = ("--key", key, "--as", "author", "--passphrase-fd", handed(), "--timestamp", url)
        said = rig("sign", bundle, *words)
    assert (said.code, "time stamp: 20" in said.out) == (0, True), said.err
    key = tomllib.loads(public_path(key).read_text(encoding="utf-8"))["signer"][0]["key"]
    trust = written_trust(tmp_path, key, {"name": "ours", "certificate": root.pem})
    said = rig("verify", bundle, "--trust", trust, "--role", "author")
    assert said.code == 0, said.out
    assert "by A Time Authority, ± 1.5001 s; valid, vouched for as ours" in said.out
    assert "whether its certificate was revoked is not asked" in said.out


def test_the_address_may_stand_in_the_environment(rig, bundle, person, handed, root, tsa, tmp_path, monkeypatch):
    with served(openssl_answering(tmp_path, root, tsa)) as url:
        monkeypatch.setenv("RIG_TIMESTAMP_URL", url)
        rig("sign", bundle, "--key", person("A. Author"), "--as", "author", "--passphrase-fd", handed())
    assert "time stamp 1" in found(bundle)


TRUSTED = {
    "the root": (lambda root, _: root.pem, {}, "ok"),
    "its own certificate": (lambda _, tsa: tsa.pem, {}, "ok"),
    "another root": (lambda *_: of_root().pem, {}, "FAILED"),
    "no longer": (lambda root, _: root.pem, {"valid_to": NOON}, "FAILED"),
    "until later": (lambda root, _: root.pem, {"valid_to": NOON + timedelta(days=1)}, "ok"),
}


@pytest.mark.parametrize("what", TRUSTED)
def test_an_authority_is_trusted_by_its_certificate_or_by_one_above_it(stamped, root, tsa, tmp_path, what, trusting):
    pem, changes, wanted = TRUSTED[what]
    trust = trusting({"name": "ours", "certificate": pem(root, tsa), **changes})
    assert found(stamped, trust)["time stamp 1"][0] == wanted


def test_a_trust_file_without_authorities_leaves_the_time_unproven_and_says_so(stamped, tmp_path, trusting):
    state, said = found(stamped, trusting())["time stamp 1"]
    assert (state, "the time is the signer's own word" in said) == ("not checked", True)


def test_a_certificate_may_stand_in_a_file_beside_the_trust_file(stamped, root, tmp_path, trusting):
    (tmp_path / "root.pem").write_text(root.pem, encoding="ascii")
    assert found(stamped, trusting({"name": "ours", "file": "root.pem"}))["time stamp 1"][0] == "ok"


def test_the_authoritys_time_counts_against_the_signers_clock(stamped, root, tmp_path, trusting):
    """By the own clock the key was still good; the authority saw the signature after it was revoked."""
    revoked = {"revoked_at": NOON + timedelta(seconds=1), "reason": "left"}
    assert found(stamped, trusting(**revoked))["signature 1"][0] == "ok"
    authority = {"name": "ours", "certificate": root.pem}
    assert found(stamped, trusting(authority, **revoked))["signature 1"][0] == "FAILED"


@pytest.mark.parametrize("after_s, state", [(2, "FAILED"), (4, "ok")])
def test_what_was_stamped_before_a_key_was_stolen_stays(stamped, root, tmp_path, after_s, state, trusting):
    stolen = {"revoked_at": NOON + timedelta(days=2), "reason": "stolen", "compromised": True}
    stolen["compromised_from"] = NOON + timedelta(seconds=after_s)
    authority = {"name": "ours", "certificate": root.pem}
    assert found(stamped, trusting(authority, **stolen))["signature 1"][0] == state
    assert found(stamped, trusting(**stolen))["signature 1"][0] == "FAILED"


@pytest.mark.parametrize(
    "authority",
    [{}, {"certificate": "no PEM"}, {"file": "none.pem"}, {"file": "a.pem", "certificate": "both"}],
    ids=["neither", "no PEM", "no file", "both"],
)
def test_an_authority_without_a_certificate_is_a_mistake_that_is_named(trusting, authority):
    with pytest.raises(TrustFileError, match=r"time_stamping_authority\.0"):
        load_trust(trusting({"name": "ours", **authority}))


def test_without_its_time_stamp_nothing_is_signed(bundle, author):
    before = bundle.read_bytes()
    with served(refusing) as url, pytest.raises(TimeStampError, match="nothing was signed"):
        sign_bundle(bundle, lambda: author, Wish(Role.AUTHOR, "", Authority(url)), lambda: NOON_NS)
    assert bundle.read_bytes() == before


@pytest.mark.parametrize("change", ["gone", "another signature's", "on a signature that says it has none"])
def test_a_stamp_cannot_go_or_come_unseen(stamped, tsa, change):
    if change == "gone":
        rewritten(stamped, without=[STAMP])
    elif change == "another signature's":
        rewritten(stamped, {STAMP: token_of(granting(tsa)(request_for(b"another", 1)))})
    else:
        rewritten(stamped, {"time-stamps/002.tst": contents_of(stamped)[STAMP]})
    assert "time" in found(stamped)["signatures"][1]
    assert found(stamped)["signatures"][0] == "FAILED"


def test_notes_that_come_later_leave_a_stamp_where_it_is(stamped, record, rig):
    rig("note", record, "--kind", "comment", "--by", "Q", "later")
    said = rig("bundle", record, "--out", stamped)
    assert said.code == 0, said.err
    assert found(stamped)["time stamp 1"][0] == "ok"


def test_an_authority_may_sign_with_an_elliptic_curve(root, tmp_path):
    tsa = Certified("Curved", root, key=ec.generate_private_key(ec.SECP384R1()))
    stamp = read_stamp(token_of(openssl_answering(tmp_path, root, tsa)(request_for(b"signed", 1))))
    assert not_trusted(stamp, [root.certificate]) == ""


def test_the_token_is_a_file_of_the_bundle_that_is_not_in_its_manifest(stamped):
    with Container(stamped) as container:
        assert container.names("time-stamps") == [STAMP]
    assert STAMP not in contents_of(stamped)["manifest.json"].decode()
