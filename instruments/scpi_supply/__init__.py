"""Power supplies with one output that speak SCPI."""
