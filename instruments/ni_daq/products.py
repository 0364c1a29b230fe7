"""How fast NI's devices sample and which edges they count, by what they call themselves; from their data sheets.

What multiplexes shares its rate among its channels. Products that are not here are checked by the device alone.
"""

MOST_SAMPLES_PER_S: dict[str, float] = {
    "USB-6000": 10_000.0,
    "USB-6001": 20_000.0,
    "USB-6002": 50_000.0,
    "USB-6003": 100_000.0,
    "USB-6008": 10_000.0,
    "USB-6009": 48_000.0,
    "USB-6210": 250_000.0,
    "USB-6211": 250_000.0,
    "USB-6212": 400_000.0,
    "USB-6215": 250_000.0,
    "USB-6216": 400_000.0,
    "USB-6218": 250_000.0,
    "USB-6221": 250_000.0,
    "USB-6229": 250_000.0,
    "PCI-6221": 250_000.0,
    "PCI-6229": 250_000.0,
    "PCIe-6320": 250_000.0,
    "PCIe-6321": 250_000.0,
    "PCIe-6323": 250_000.0,
    "PCIe-6341": 500_000.0,
    "PCIe-6343": 500_000.0,
    "USB-6341": 500_000.0,
    "USB-6343": 500_000.0,
    "PCIe-6351": 1_000_000.0,
    "PCIe-6353": 1_000_000.0,
    "PCIe-6361": 1_000_000.0,
    "PCIe-6363": 1_000_000.0,
    "USB-6351": 1_000_000.0,
    "USB-6353": 1_000_000.0,
    "USB-6361": 1_000_000.0,
    "USB-6363": 1_000_000.0,
}
# What drives one channel beyond what all together may have.
SINGLE_SAMPLES_PER_S: dict[str, float] = {
    **dict.fromkeys(("PCIe-6351", "PCIe-6353", "USB-6351", "USB-6353"), 1_250_000.0),
    **dict.fromkeys(("PCIe-6361", "PCIe-6363", "USB-6361", "USB-6363"), 2_000_000.0),
}

# Their counter sees no other edge.
FALLING_EDGES_ALONE = frozenset({"USB-6000", "USB-6001", "USB-6002", "USB-6003", "USB-6008", "USB-6009"})


def most_rate_hz(product: str, channels: int) -> float | None:
    """Return the largest sample rate in Hz that a product has on so many channels; None for one that is not known."""
    if channels == 1 and product in SINGLE_SAMPLES_PER_S:
        return SINGLE_SAMPLES_PER_S[product]
    most = MOST_SAMPLES_PER_S.get(product)
    return None if most is None else most / max(1, channels)
