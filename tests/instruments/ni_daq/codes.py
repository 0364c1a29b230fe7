"""How tests ask with which of NI's codes a call of the client is refused."""

import pytest
from nidaqmx.errors import DaqError


def code_of(call, *args, **kwargs):
    """Call, and return the code of the DaqError that it raises."""
    with pytest.raises(DaqError) as caught:
        call(*args, **kwargs)
    return caught.value.error_code
