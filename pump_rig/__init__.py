"""The doors of an installed rig: what pytest loads, and what stands behind the command `rig`."""
