"""What twins that speak SCPI share."""
