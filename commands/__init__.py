"""The `rig` command: the front door in main.py, and a file for each noun that a person may say."""
