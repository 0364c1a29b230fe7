"""What a mistake says of a value of another type: what is wanted, in the words of who writes a bench file."""

import pytest

from tests.bench_file.test_mistakes import PHYSICAL, mistakes


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "due = 2027-01-31, as_found",
            'due = "31.1.2027", as_found',
            "found '31.1.2027'; a date is wanted, such as 2026",
        ),
        ("link_watchdog_s = 1.0", 'link_watchdog_s = "1 s"', "found '1 s'; a number is wanted, without its unit"),
        ('name = "water"', 'name = ""', "found ''; it must not be empty"),
        (
            'expansion_per_k = "water"',
            'expansion_per_k = "watr"',
            "found 'watr'; allowed: a number from -0.001 to 0.01",
        ),
    ],
)
def test_it_says_what_is_wanted(tmp_path, right, wrong, said):
    (mistake,) = mistakes(tmp_path, PHYSICAL.replace(right, wrong))
    assert said in mistake
