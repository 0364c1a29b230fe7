"""The plans: what is verified, in words of the bench; limits and requirements beside them."""
