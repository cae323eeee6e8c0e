"""Visits by AppTest that run the page and do little else."""

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import local_script_runner


@pytest.fixture(autouse=True, scope="session")
def visits_that_only_run_the_page():
    """What every new AppTest does besides, and what does not change while the tests run: it reads
    the metadata of all installed packages in search of components, which is nine tenths of a
    visit, and compiles the page's script. It also asks a thousand times a second whether the
    script has ended, and each time the script has to let it."""
    compiled, ask = local_script_runner.ScriptCache(), local_script_runner.require_widgets_deltas

    def wait(runner, timeout=3.0):
        runner._script_thread.join(timeout)
        if runner._script_thread.is_alive():
            ask(runner, timeout)

    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        patch.setattr(local_script_runner, "ScriptCache", lambda: compiled)
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield
