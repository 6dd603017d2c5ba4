"""Once the tests are collected, what is in memory stays there.

statsmodels' `multipletests` collects Python's garbage at each call, and would look through all imported modules: 35 ms
each time, with hundreds of calls.
"""

import gc


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
