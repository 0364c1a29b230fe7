"""Time stamping authorities of the tests' own: others' code answers (pyHanko, OpenSSL), over HTTP on this machine."""

import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from reports.evidence.der import sequence

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
FOR_TIME = (ExtendedKeyUsageOID.TIME_STAMPING,)
OPENSSL_TSA = """
[tsa]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500, microsecs:100
clock_precision_digits = 3
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
"""


class Certified:
    """A key with its certificate, issued by another or by itself."""

    def __init__(self, name, issuer=None, *, purposes=FOR_TIME, critical=True, is_ca=False, key=None):
        self.key = key or rsa.generate_private_key(65537, 2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = x509.CertificateBuilder().subject_name(subject).public_key(self.key.public_key())
        builder = builder.issuer_name(subject if issuer is None else issuer.certificate.subject)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(NOON - timedelta(days=3650))
        builder = builder.not_valid_after(NOON + timedelta(days=36500))
        builder = builder.add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
        self.certificate = builder.sign((issuer or self).key, hashes.SHA256())

    @property
    def pem(self):
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self):
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def stamper(self, at=NOON, others=()):
        """pyHanko's own authority with this certificate; its time is `at`."""
        der = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        more = [_as_asn1(one.certificate) for one in others]
        return DummyTimeStamper(
            _as_asn1(self.certificate), asn1_keys.PrivateKeyInfo.load(der), certs_to_embed=more, fixed_dt=at
        )


def of_root(name="Root of a laboratory"):
    return Certified(name, purposes=(), is_ca=True, key=ec.generate_private_key(ec.SECP256R1()))


def granting(certified, at=NOON, others=(), change=lambda _: None):
    """Answer as pyHanko does, to a request that `change` may have changed."""
    stamper = certified.stamper(at, others)

    def answer(asked):
        request = tsp.TimeStampReq.load(asked)
        change(request)
        return stamper.request_tsa_response(request).dump()

    return answer


def refusing(_):
    """Answer that it does not answer, in words that would command a terminal."""
    status = {
        "status": "rejection",
        "status_string": ["closed \x1b[2J on Sundays"],
        "fail_info": {"time_not_available"},
    }
    return sequence(tsp.PKIStatusInfo(status).dump())


def openssl_answering(folder, root, certified, ess="sha256"):
    """Answer as OpenSSL does, at this machine's time."""
    texts = {"root.pem": root.pem, "tsa.pem": certified.pem, "tsa.key": certified.key_pem, "serial": "01\n"}
    texts["tsa.cnf"] = OPENSSL_TSA.format(folder=folder, ess=ess)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="ascii")

    def answer(asked):
        (folder / "asked.tsq").write_bytes(asked)
        words = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", "asked.tsq"]
        return subprocess.run(words, cwd=folder, check=True, capture_output=True).stdout

    return answer


@contextmanager
def served(answer, status=200):
    """Serve an authority that answers so; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            said = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsr"
        finally:
            server.shutdown()
            serving.join()


def _as_asn1(certificate):
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
