"""Mettler-Toledo balances that speak MT-SICS, levels 0 and 1."""
