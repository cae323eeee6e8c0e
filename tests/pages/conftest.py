"""What the tests of all pages share."""

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner


@pytest.fixture(autouse=True, scope="session")
def one_look_through_the_packages():
    """Every new AppTest reads the metadata of all installed packages in search of components:
    nine tenths of a visit. They do not change while the tests run, so one look is enough."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield
