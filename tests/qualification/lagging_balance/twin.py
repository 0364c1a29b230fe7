"""A simulated balance that answers each question about a weight with what it weighed for the one before."""

from instruments.mettler_mt_sics import twin as healthy


class Twin(healthy.Twin):
    """Is one answer behind."""

    before = b""

    def _weight(self):
        said, self.before = self.before, super()._weight()
        return said or self.before
