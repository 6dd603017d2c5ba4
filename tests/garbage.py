"""No garbage is looked for in the modules that tests have imported."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def modules_are_no_garbage() -> Iterator[None]:
    """statsmodels' `multipletests` collects garbage at each call: 35 ms and more, if it looks through all modules."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
