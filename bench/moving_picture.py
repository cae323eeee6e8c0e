"""`python -m bench.moving_picture`: the run at the head of the README, filmed by the app itself."""

from bench import servers
from bench.browser import STAGE, chromium

TARGET = servers.ROOT / "lessons" / "images" / "race.gif"
LARGEST = 1_500_000
RUN = (
    "?surface=himmelblau&start.x=-0.25&start.y=-1.1&race.steps=120"
    "&gradient-descent.learning_rate=0.006&momentum.learning_rate=0.004"
    "&rmsprop.learning_rate=0.08&adam.learning_rate=0.3"
)
WINDOW = {"width": 1120, "height": 600}


def main() -> None:
    with servers.optscope() as server, chromium() as browser:
        page = browser.new_page(viewport=WINDOW, reduced_motion="reduce")
        page.goto(f"{server.url}/{RUN}")
        page.wait_for_selector(STAGE.selector)
        page.wait_for_timeout(1000)
        page.get_by_label("Playback speed").select_option("1")
        page.locator(".st-key-row-share button").first.click()
        with page.expect_download() as film:
            page.locator(".os-take").get_by_role("button", name="GIF").click()
        film.value.save_as(TARGET)
    size = TARGET.stat().st_size
    print(f"{TARGET.relative_to(servers.ROOT)}: {size / 1e6:.2f} MB")
    if size > LARGEST:
        raise SystemExit(f"More than {LARGEST / 1e6} MB are too much for a README.")


if __name__ == "__main__":
    main()
