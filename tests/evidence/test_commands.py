"""From a run to a verified bundle with three signatures, by the commands."""


def test_a_run_is_bundled_signed_by_three_and_verified(rig, record, person, handed, tmp_path):
    out = tmp_path / "out.zip"
    assert rig("bundle", record, "--out", out, "--bench-evidence").code == 0
    for name, role in (("A. Author", "author"), ("R. Reviewer", "reviewer"), ("B. Approver", "approver")):
        said = rig("sign", out, "--key", person(name), "--as", role, "--passphrase-fd", handed())
        assert said.code == 0, said.err
        assert f"signed by {name} as {role}" in said.out
    said = rig("verify", out)
    assert said.code == 0, said.out
    assert "FAILED" not in said.out.split("checks")[0]
    assert "signer not vouched for" in said.out
