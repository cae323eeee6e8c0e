"""What axe-core, which looks for what keeps people out, says of a page."""

from axe_playwright_python.sync_playwright import Axe

AXE = Axe()


def complaints(page) -> list[tuple[str, list]]:
    """The rules that are broken, each with the elements that break it."""
    told = AXE.run(page).response["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]][:5]) for each in told]
