"""Templates of pages: every one escapes what it is given, shows texts as they may be seen, and knows all its names."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.page.embedding import seen

_TONES = {"PASS": "v-pass", "FAIL": "v-fail", "INCONCLUSIVE": "v-inconclusive", "INVALID": "v-invalid"}


def environment_of(package: str) -> Environment:
    """Return what fills in the templates of a package's folder `templates`."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        finalize=seen,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def tone_of(verdict: str) -> str:
    """Return the class that a verdict is coloured by."""
    return _TONES.get(verdict, "v-none")
