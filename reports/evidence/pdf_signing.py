"""Signing a report in itself (PAdES, ETSI EN 319 142: B-B, with an authority B-T), by pyHanko, which is an extra."""

import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from asn1crypto import keys, tsp, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.content import ImportedPdfPage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from reports.evidence.authority import Authority
from reports.evidence.certificates import Certificate
from reports.evidence.pdf_strip import place_of, strip
from reports.evidence.signed_pdfs import PdfWish
from reports.evidence.statements import SignatureSaid
from rig.errors import SigningRefusedError


class _Stamper(TimeStamper):
    """pyHanko's way to an authority, through ours: the same limits, the same checks, the same errors."""

    def __init__(self, authority: Authority, now_ns: Callable[[], int]) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self._authority, self._now_ns = authority, now_ns

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._authority.answer(req.dump(), self._now_ns))


def sign_pdf(data: bytes, said: SignatureSaid, run: str, wish: PdfWish) -> bytes:
    """Return a PDF with one more signature behind its bytes; raises SigningRefusedError where it cannot be signed.

    TimeStampError where an authority gives no time stamp that holds.
    """
    try:
        number = len(PdfFileReader(io.BytesIO(data)).embedded_signatures) + 1
        place = place_of(number)
        with TemporaryDirectory(prefix="rig-sign-") as folder:
            drawn = Path(folder) / "strip.pdf"
            drawn.write_bytes(strip(said, run))
            name = f"signature-{number}"
            signer = PdfSigner(
                PdfSignatureMetadata(
                    field_name=name,
                    md_algorithm="sha256",
                    name=said.signer,
                    reason=f"{said.role}: {said.meaning}",
                    location=f"run {run}, record {said.records[run]}",
                    subfilter=SigSeedSubFilter.PADES,
                ),
                _signer(wish.certificate),
                timestamper=None if wish.authority is None else _Stamper(wish.authority, wish.now_ns),
                stamp_style=_style(drawn),
                new_field_spec=SigFieldSpec(name, on_page=0, box=(place.left, place.low, place.right, place.high)),
            )
            out = io.BytesIO()
            signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), output=out)
    except (PdfError, ValueError, LookupError, TypeError) as error:
        raise SigningRefusedError(f"the report of {run} cannot be signed: {error}") from error
    return out.getvalue()


def _signer(certificate: Certificate) -> SimpleSigner:
    above = SimpleCertificateStore()
    above.register_multiple([_as_asn1(one.public_bytes(Encoding.DER)) for one in certificate.above])
    key = certificate.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    own = _as_asn1(certificate.own.public_bytes(Encoding.DER))
    return SimpleSigner(own, keys.PrivateKeyInfo.load(key), above)


def _as_asn1(der: bytes) -> x509.Certificate:
    return x509.Certificate.load(der)


def _style(drawn: Path) -> StaticStampStyle:
    middle = AxisAlignment.ALIGN_MID
    layout = SimpleBoxLayoutRule(x_align=middle, y_align=middle, margins=Margins(0, 0, 0, 0))
    return StaticStampStyle(
        border_width=0, background=ImportedPdfPage(str(drawn)), background_opacity=1, background_layout=layout
    )
