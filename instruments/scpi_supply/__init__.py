"""Power supplies that speak SCPI."""
