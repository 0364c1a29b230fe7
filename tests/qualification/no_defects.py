"""A module that seeds nothing."""
