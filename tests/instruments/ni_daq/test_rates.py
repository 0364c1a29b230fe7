"""Rates that a device cannot have are refused by name: by the bench file's check, and by the driver."""

import pytest

from instruments.hosting.grpc_host import GrpcHost
from instruments.ni_daq.driver import Driver
from instruments.ni_daq.twin import Twin
from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError, ConnectionFailedError, OutOfRangeError, RefusedError
from tests.docs.pages import ROOT


@pytest.fixture
def mistakes(tmp_path):
    """Return what the check says of the example's bench with some lines of its DAQ changed."""

    def said(*lines):
        text = (ROOT / "benches/physical-example.toml").read_text(encoding="utf-8")
        path = tmp_path / "bench.toml"
        path.write_text(text.replace("sample_rate_hz = 1000.0", "\n".join(lines)), encoding="utf-8")
        with pytest.raises(BenchFileError) as caught:
            load_bench_file(path)
        return str(caught.value)

    return said


@pytest.mark.parametrize("rate", ["0", "-5", "nan", "inf", "-inf", "1e9", "1e-300"])
def test_the_check_of_a_bench_file_names_the_key_of_a_rate_that_is_none(mistakes, rate):
    assert "instruments.daq.sample_rate_hz: found " in mistakes(f"sample_rate_hz = {rate}")


@pytest.mark.parametrize(
    "product, rate, most", [("USB-6008", 2000, 1250), ("PCIe-6323", 40_000, 31_250), ("USB-6009", 1e4, 6000)]
)
def test_the_check_of_a_bench_file_knows_what_a_product_has(mistakes, product, rate, most):
    said = mistakes(f"sample_rate_hz = {rate}", f'product = "{product}"')
    assert f"on 8 channels that is more than a {product} has; allowed: up to {most}" in said


@pytest.mark.parametrize("rate_hz", [0.0, -5.0, float("nan"), float("inf"), 1e9])
def test_the_driver_refuses_a_rate_that_is_none_before_anything_is_sent(host, context, rate_hz):
    settings = Driver.Settings(port=host.port).model_copy(update={"sample_rate_hz": rate_hz})
    with pytest.raises(OutOfRangeError, match=r"sample_rate_hz of .* is outside .* nothing was sent"):
        Driver("daq", settings, context)


def test_the_driver_refuses_a_rate_that_the_device_met_does_not_have(open_driver):
    with pytest.raises(OutOfRangeError, match=r"sample_rate_hz \(PCIe-6323, 8 channels\) of 40000.0") as caught:
        open_driver(sample_rate_hz=40_000.0)
    assert "bench file" in caught.value.advice


def test_another_product_than_the_bench_file_demands_is_refused(open_driver):
    with pytest.raises(ConnectionFailedError, match="product of what answers is 'PCIe-6323'"):
        open_driver(product="USB-6210")


def test_a_device_that_nobody_knows_refuses_by_itself_and_says_what_it_has(laboratory, context, closing):
    host = GrpcHost("daq", Twin("daq", Twin.Parameters(product="PXIe-9999"), laboratory))
    closing.callback(host.close)
    with pytest.raises(RefusedError, match=r"Requested Value: 900000.* Maximum Value: 62500") as caught:
        Driver("daq", Driver.Settings(port=host.port, sample_rate_hz=900_000.0), context)
    assert (caught.value.code, "sample_rate_hz" in caught.value.advice) == ("-200077", True)
