"""How many visitors there is room for: each holds open files, and a process may have so many."""

import os

MOST = 1000
# Files that the process has open by itself, and that are open at once while a page is loaded.
OWN_FILES = 100
# A visitor's: Streamlit's connection, the stage's line, and the event loop of the session (3).
FILES_EACH = 5


def raise_limit() -> int:
    """Lets this process open as many files as the system allows it to; how many these are."""
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return OWN_FILES + FILES_EACH * MOST
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OWN_FILES + 2 * FILES_EACH * MOST
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(soft, wanted)


def places(files: int) -> int:
    """Visitors at once for a process that may open so many files, or OPTSCOPE_PLACES if set.

    Raises SystemExit with a sentence where that is no number.
    """
    given = os.environ.get("OPTSCOPE_PLACES", "")
    if given and not (given.isdecimal() and int(given) > 0):
        raise SystemExit(f"OPTSCOPE_PLACES is {given!r}, but it is a number of visitors.")
    return int(given) if given else max(1, min(MOST, (files - OWN_FILES) // FILES_EACH))
