"""Whose key may sign as what, since when and until when: the trust file decides, the bundle only says."""

import json
import tomllib
from datetime import UTC, datetime

import pytest
import tomli_w

from reports.evidence.keys import public_path
from reports.evidence.signing import Wish, sign_bundle
from reports.evidence.statements import MEANINGS, Role
from reports.evidence.trust import load_trust, vouched
from rig.errors import TrustFileError
from tests.evidence.authorities import of_root
from tests.fixtures.plan_support import ROOT

KEY = "ed25519:" + "A" * 43 + "="
NOON_NS = 1_767_614_400_000_000_000
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def trust_file(tmp_path, **changes):
    entry = {"name": "B. Approver", "key": KEY, "roles": ["approver"], "valid_from": datetime(2026, 1, 1, tzinfo=UTC)}
    path = tmp_path / "trusted.toml"
    path.write_text(tomli_w.dumps({"signer": [{**entry, **changes}]}), encoding="utf-8")
    return path


def against(tmp_path, **changes):
    trust = load_trust(trust_file(tmp_path, **changes))
    return vouched(trust, key=KEY, name="B. Approver", role="approver", at=NOON).against


REVOKED = {"revoked_at": datetime(2026, 1, 5, 12, tzinfo=UTC), "reason": "left the company"}


@pytest.mark.parametrize(
    "changes, said",
    [
        ({}, ""),
        ({"roles": ["author", "approver"]}, ""),
        ({"roles": ["author"]}, "not as approver"),
        ({"roles": []}, "as nothing"),
        ({"name": "Somebody Else"}, "belongs to Somebody Else"),
        ({"valid_from": datetime(2026, 1, 5, 13, tzinfo=UTC)}, "before its key was valid"),
        ({"valid_to": NOON}, "had expired"),
        ({"valid_to": datetime(2026, 1, 5, 13, tzinfo=UTC)}, ""),
        (REVOKED, "was revoked"),
        ({**REVOKED, "revoked_at": datetime(2026, 1, 6, tzinfo=UTC)}, ""),
        ({**REVOKED, "revoked_at": datetime(2026, 1, 6, tzinfo=UTC), "compromised": True}, "compromised"),
    ],
)
def test_a_signature_at_noon_is_vouched_for_or_not(tmp_path, changes, said):
    found = against(tmp_path, **changes)
    assert found == said if not said else said in found


def test_a_key_that_is_not_in_the_file_is_nobodys(tmp_path):
    trust = load_trust(trust_file(tmp_path))
    assert vouched(trust, key="ed25519:" + "B" * 43 + "=", name="B. Approver", role="approver", at=NOON).against


def test_a_later_revocation_is_said_and_takes_nothing_back(tmp_path):
    trust = load_trust(trust_file(tmp_path, revoked_at=datetime(2026, 1, 6, tzinfo=UTC), reason="rotated"))
    assert "revoked later" in vouched(trust, key=KEY, name="B. Approver", role="approver", at=NOON).said


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"key": "ed25519:AAAA"}, "signer.0.key"),
        ({"roles": ["boss"]}, "boss"),
        ({"revoked_at": NOON}, "its time and its reason"),
        ({"reason": "left"}, "its time and its reason"),
        ({"compromised": True}, "its time and its reason"),
        ({"valid_to": datetime(2025, 1, 1, tzinfo=UTC)}, "after valid_from"),
        ({"valid_form": NOON}, "valid_from"),
        ({"name": ""}, "name"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path, changes, said):
    with pytest.raises(TrustFileError) as raised:
        load_trust(trust_file(tmp_path, **changes))
    assert said in str(raised.value)


def test_a_key_that_stands_there_twice_is_a_mistake(tmp_path):
    path = trust_file(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8")
    with pytest.raises(TrustFileError, match="twice"):
        load_trust(path)


@pytest.fixture
def approved(bundle, person, signer):
    sign_bundle(bundle, lambda: signer("B. Approver"), Wish(Role.APPROVER), lambda: NOON_NS)
    return bundle


def trusting(tmp_path, roles):
    """The public part that `rig keys new` wrote, with roles: what docs tell to do."""
    entry = tomllib.loads(public_path(tmp_path / "keys" / "b-approver.key").read_text(encoding="utf-8"))
    entry["signer"][0] |= {"roles": roles, "valid_from": datetime(2026, 1, 1, tzinfo=UTC)}
    path = tmp_path / "trusted.toml"
    path.write_text(tomli_w.dumps(entry), encoding="utf-8")
    return path


def test_the_public_part_with_roles_is_a_trust_file(rig, approved, tmp_path):
    said = rig("verify", approved, "--trust", trusting(tmp_path, ["approver"]), "--role", "approver")
    assert said.code == 0, said.out
    assert "valid, vouched for" in said.out


def test_a_signer_who_is_not_trusted_fails(rig, approved, tmp_path):
    said = rig("verify", approved, "--trust", trusting(tmp_path, ["author"]))
    assert said.code == 1
    assert "may sign as author, not as approver" in said.out


def test_a_role_that_nobody_signed_in_fails(rig, approved, tmp_path):
    said = rig("verify", approved, "--trust", trusting(tmp_path, ["approver"]), "--role", "author")
    assert said.code == 1
    assert said.out.startswith("FAILED       roles: nobody who is trusted")


def test_a_bundle_without_signatures_has_nobodys_role(rig, bundle, person, tmp_path):
    person("B. Approver")
    said = rig("verify", bundle, "--trust", trusting(tmp_path, ["approver"]), "--role", "approver", "--json")
    assert said.code == 1
    assert json.loads(said.out)["signatures"] == []


def test_a_role_without_a_trust_file_is_refused(rig, bundle):
    assert rig("verify", bundle, "--role", "approver").code == 2


def test_the_file_of_the_page_is_one(tmp_path):
    page = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    path = tmp_path / "trusted.toml"
    path.write_text(page.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    assert [one.name for one in load_trust(path).signer] == ["A. Author", "B. Approver"]


def test_the_authoritys_table_of_the_page_is_one(tmp_path):
    page = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    table = next(part.partition("```")[0] for part in page.split("```toml\n") if "time_stamping" in part[:30])
    (tmp_path / "trusted.toml").write_text(table, encoding="utf-8")
    (tmp_path / "time-authority.pem").write_text(of_root().pem, encoding="ascii")
    (authority,) = load_trust(tmp_path / "trusted.toml").time_stamping_authority
    assert (authority.name, authority.valid_to) == ("Time Authority", datetime(2030, 1, 1, tzinfo=UTC))


def test_the_page_says_what_each_signature_means():
    page = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    assert [role for role, meaning in MEANINGS.items() if f"| `{role}` | {meaning} |" not in page] == []
