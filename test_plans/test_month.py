"""A month in the life of a pump: what a patient's pump does between two refills, all of it in one."""

import pytest

WEEK = {
    "mon": {"00:00": 20.0, "07:00": 45.0, "22:00": 20.0},
    "wed": {"00:00": 20.0, "12:00": 60.0, "14:00": 30.0},
    "sat": {"00:00": 30.0},
    "sun": {"00:00": 30.0},
}
