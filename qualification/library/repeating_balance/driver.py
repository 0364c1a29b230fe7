"""The driver of a balance that repeats itself: that of any MT-SICS balance."""

from instruments.mettler_mt_sics.driver import Driver

__all__ = ["Driver"]
