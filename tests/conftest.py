"""What all tests share: two workers on two cores, so one thread each for the matrix library."""

import gc
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_collection_finish():
    """Ten thousand tests stay as they are: they are not looked through for garbage."""
    gc.collect()
    gc.freeze()
