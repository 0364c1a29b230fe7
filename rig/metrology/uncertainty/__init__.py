"""Budgets, propagation, the decision rule, joint decisions and tolerance intervals."""
