"""The bench files on the page of NI devices hold no mistake."""

import re
import tomllib

import pytest

from instruments.ni_daq.settings import DaqSettings
from rig.bench_file.tables import InstrumentCommon
from tests.docs.pages import DOCS

PAGE = (DOCS / "ni-daq.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
def test_a_device_of_the_page_is_right(block):
    table = tomllib.loads(block)["instruments"]["daq"]
    own = {key: value for key, value in table.items() if key not in InstrumentCommon.model_fields}
    assert DaqSettings.model_validate(own).sample_rate_hz > 0
