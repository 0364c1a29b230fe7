"""Bytes that nobody meant, fed to everything that takes bytes: only the rig's own errors may come out."""
