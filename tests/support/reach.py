"""A pytest plugin that notes which tests reach which lines of `optcore`, in the file REACH."""

import os

import coverage
import pytest

watch = coverage.Coverage(data_file=os.environ["REACH"], include=["optcore/*"])
watch.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    watch.switch_context(item.nodeid.partition("[")[0])
    return (yield)


def pytest_sessionfinish():
    watch.stop()
    watch.save()
