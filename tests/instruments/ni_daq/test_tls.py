"""TLS to a device server: by whose certificate, and who may be let in. What keys hold is in no error."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from instruments.ni_daq.driver import Driver
from rig.errors import ConnectionFailedError
from tests.patience import patient

NAMES = "subjectAltName=DNS:daq.example"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two authorities, and what one of them has signed: a server named daq.example, and a client."""
    folder = tmp_path_factory.mktemp("tls")

    def openssl(*words, given=None):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, input=given)

    for name in ("ca", "stranger"):
        openssl(
            *f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -keyout {name}.key -out {name}.pem".split()
        )
    for name in ("server", "client"):
        openssl(*f"req -newkey rsa:2048 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr".split())
        (folder / "names.cnf").write_text(NAMES, encoding="utf-8")
        signed = f"x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names.cnf"
        openssl(*signed.split(), "-out", f"{name}.pem")
    return folder


@pytest.fixture
def serve(twin, files, closing):
    def served(*, asks_who: bool) -> str:
        server = grpc.server(ThreadPoolExecutor(4))
        twin.add_to(server)
        pair = [((files / "server.key").read_bytes(), (files / "server.pem").read_bytes())]
        credentials = grpc.ssl_server_credentials(pair, (files / "ca.pem").read_bytes(), asks_who)
        port = server.add_secure_port("127.0.0.1:0", credentials)
        server.start()
        closing.callback(lambda: server.stop(None).wait())
        return f"grpc://127.0.0.1:{port}"

    return served


@pytest.fixture
def open_with(context, closing, files):
    def opened(port, **keys):
        paths = {key: value if key == "server_name" else str(files / value) for key, value in keys.items()}
        settings = Driver.Settings(port=port, deadline_s=patient(0.5), **paths)
        driver = Driver("daq", settings, context)
        closing.callback(driver.close)
        return driver

    return opened


CA = {"ca_file": "ca.pem", "server_name": "daq.example"}
CLIENT = {"client_cert_file": "client.pem", "client_key_file": "client.key"}


def test_a_server_is_known_by_the_authority_that_signed_it(open_with, serve, laboratory):
    open_with(serve(asks_who=False), **CA).set_interlock(closed=True)
    assert laboratory.power.interlock_closed


def test_a_server_that_asks_who_comes_is_shown_the_rigs_certificate(open_with, serve):
    assert open_with(serve(asks_who=True), **CA, **CLIENT).identify().model == "PCIe-6323"


@pytest.mark.parametrize(
    "keys, said",
    [
        ({**CA, "ca_file": "stranger.pem"}, "because TLS fails"),
        ({**CA, "server_name": "another.example"}, "because TLS fails"),
        ({"ca_file": "ca.pem"}, "because TLS fails"),  # its name is not 127.0.0.1
        (CA, "cannot be reached"),  # it asks who comes
        ({}, "cannot be reached"),
    ],
    ids=["another authority", "another name", "no name", "no certificate", "no TLS"],
)
def test_who_does_not_agree_is_told_which_keys_decide(open_with, serve, keys, said):
    with pytest.raises(ConnectionFailedError, match=said) as caught:
        open_with(serve(asks_who=True), **keys)
    assert all(key in caught.value.advice for key in ("ca_file", "server_name", "client_cert_file"))


def test_a_server_without_tls_is_not_taken_for_one_with_it(open_with, host):
    with pytest.raises(ConnectionFailedError) as caught:
        open_with(host.port, **CA)
    assert "ca_file" in caught.value.advice


@pytest.mark.parametrize(
    "keys, said",
    [
        ({**CA, "ca_file": "none.pem"}, "ca_file '.*none.pem' cannot be read: No such file"),
        ({**CA, **CLIENT, "client_key_file": "client.csr.none"}, "client_key_file .* cannot be read"),
        ({**CA, **CLIENT, "client_key_file": "names.cnf"}, "client_key_file '.*names.cnf' holds nothing in PEM"),
    ],
)
def test_a_file_that_is_none_is_named_by_its_key_and_not_shown(open_with, keys, said):
    with pytest.raises(ConnectionFailedError, match=said) as caught:
        open_with("grpc://127.0.0.1:1", **keys)
    assert NAMES not in str(caught.value)


def test_no_error_shows_what_a_key_holds(open_with, serve, files):
    with pytest.raises(ConnectionFailedError) as caught:
        open_with(serve(asks_who=True), **{**CA, **CLIENT, "client_cert_file": "stranger.pem"})
    secret = (files / "client.key").read_text(encoding="utf-8").splitlines()[1]
    assert secret not in str(caught.value) + repr(caught.value.__cause__)
