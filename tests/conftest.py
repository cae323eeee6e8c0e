"""What all tests share: two workers on two cores, so one thread each for the matrix library."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
