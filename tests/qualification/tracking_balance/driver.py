"""The driver of a balance, as it is."""

from instruments.mettler_mt_sics.driver import Driver

__all__ = ["Driver"]
