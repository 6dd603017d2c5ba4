"""No garbage is looked for in the modules that tests have imported."""

import gc

import pytest


@pytest.fixture(scope="module")
def modules_are_no_garbage() -> None:
    """statsmodels' `multipletests` collects garbage at each call: 35 ms and more, if it looks through all modules.

    They stay frozen: to thaw them would thaw what tests/workflow/conftest.py froze for all tests.
    """
    gc.collect()
    gc.freeze()
