"""From numbers to the screen: live components, controls and charts."""

import os

# Pages run side by side on threads of one process. Matrix products that each take every core
# wait for one another: on two busy cores a slider took fifteen times as long to answer.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
