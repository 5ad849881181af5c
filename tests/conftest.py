"""What every room's tests share."""

from hypothesis import settings
from recording import record  # noqa: F401  # pytest finds fixtures and hooks here by their names
from refusals import pytest_runtest_call, pytest_sessionfinish  # noqa: F401

# Examples are drawn the same way on every run, so that a red run is red again; `--hypothesis-profile explore` draws new
# ones. No deadline: the first example of a property often pays for an import or a compilation.
settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True, max_examples=1_000)
settings.load_profile("repeatable")
