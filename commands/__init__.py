"""The `rig` command: the front door. It may open every room; nothing imports it."""
