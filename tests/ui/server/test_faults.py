"""A fault that is a sentence for the visitor is said; any other is left to Streamlit."""

import logging

from streamlit.error_util import handle_user_script_exception
from streamlit.testing.v1 import AppTest

from ui.cache import CrowdedError
from ui.server import faults


def crowded():
    from ui.cache import CrowdedError
    from ui.server.faults import said

    assert said(CrowdedError("Take something smaller."))
    assert not said(ValueError("a mistake of ours"))


def test_a_visitor_is_told_what_to_do():
    app = AppTest.from_function(crowded).run()
    assert not app.exception
    assert [each.value for each in app.warning] == ["Take something smaller."]
    assert [each.label for each in app.button] == ["Try again"]


class Written(logging.Handler):
    """What a log has been given."""

    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)


def test_what_a_visitor_is_told_is_no_fault_in_the_log():
    log, written = logging.getLogger("streamlit.error_util"), Written()
    log.addHandler(written)
    try:
        faults.log_faults_only()
        for fault in (CrowdedError("Take something smaller."), ValueError("a mistake of ours")):
            handle_user_script_exception(fault, lambda _: True)
    finally:
        log.removeHandler(written)
        log.removeFilter(faults._is_fault)
    assert [type(each.exc_info[1]) for each in written.records] == [ValueError]
