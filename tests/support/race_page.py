"""What a person does on the Race page, and what they see."""

from urllib.parse import parse_qs, urlsplit

PATIENCE = 20_000
# What every page runs first: adds up how far what was seen has moved by itself, as Chromium
# counts it.
SHIFTS = """window.shift = 0; new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shift += each.value;
}).observe({ type: "layout-shift", buffered: true });"""


class RacePage:
    """One visitor's page. Faults of the console and requests to other hosts are written down."""

    def __init__(self, page, address: str):
        self.page = page
        self.address = address
        self.faults: list[str] = []
        self.strangers: list[str] = []
        page.set_default_timeout(PATIENCE)
        self.hears = {"console": self._heard, "pageerror": self._failed, "request": self._asked}
        for event, hear in self.hears.items():
            page.on(event, hear)

    def _failed(self, error) -> None:
        self.faults.append(str(error))

    def _heard(self, message) -> None:
        told = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error":
            self.faults.append(told)

    def _asked(self, request) -> None:
        local = request.url.startswith((self.address, "data:", "blob:"))
        if not local and not request.url.startswith(self.address.replace("http", "ws", 1)):
            self.strangers.append(request.url)

    # Coming and going.

    def open(self, link: str = "") -> "RacePage":
        self.page.goto(f"{self.address}/{link}")
        return self.wait_drawn()

    def leave(self) -> None:
        """Leaves the tab to whoever comes next, on an empty page of the same server."""
        for event, hear in self.hears.items():
            self.page.remove_listener(event, hear)
        self.page.mouse.up()
        self.page.mouse.move(0, 0)
        self.page.goto(f"{self.address}/_stcore/health")
        self.page.evaluate("() => sessionStorage.clear()")

    def reload(self) -> "RacePage":
        self.page.reload()
        return self.wait_drawn()

    def wait_drawn(self, early: bool = False) -> "RacePage":
        """Until the stage is drawn, by Streamlit unless what was drawn before it will do."""
        self.page.wait_for_selector(".os-stage[data-drawn]")
        if not early:
            self.wait("""document.querySelector('.stElementContainer .os-stage[data-drawn]')
                && !document.getElementById('os-early')""")
        # The colour bar takes its room in a second draw.
        self.wait(
            """() => { const layout = document.querySelector('.os-plot')?._fullLayout;
                const length = layout?.scene ? 'in depth' : layout?.xaxis?._length;
                const same = length && window.lengthBefore === length;
                window.lengthBefore = length;
                window.framesSame = same ? (window.framesSame ?? 0) + 1 : 0;
                return window.framesSame > 3; }"""
        )
        return self

    def wait(self, expression: str, given=None):
        """Waits until a JavaScript expression, or what a function of `given` returns, holds."""
        # The page's policy forbids a text to be run that is no function.
        function = expression if expression.startswith("(") else f"() => {expression}"
        return self.page.wait_for_function(function, arg=given)

    def wait_link(self, name: str, other_than: str | None = None) -> str:
        """Waits until the address holds a parameter (other than it did), and gives it."""
        self.wait(
            """([name, old]) => { const found = new URL(location).searchParams.get(name);
                return found !== null && found !== old; }""",
            [name, other_than],
        )
        return self.link[name]

    @property
    def link(self) -> dict[str, str]:
        """The parameters of the address."""
        found = parse_qs(urlsplit(self.page.url).query, keep_blank_values=True)
        return {name: values[-1] for name, values in found.items()}

    # Seeing.

    @property
    def drawn(self) -> int:
        """How many pictures from the server have been drawn."""
        return int(self.page.get_attribute(".os-stage", "data-drawn"))

    def wait_redrawn(self, since: int) -> "RacePage":
        self.wait("(n) => Number(document.querySelector('.os-stage').dataset.drawn) > n", since)
        return self

    def paths(self, panel: int = 0) -> str:
        """The canvas with the moving traces, as a text that changes when the picture does."""
        script = "(n) => document.querySelectorAll('.os-overlay')[n].toDataURL()"
        return self.page.evaluate(script, panel)

    def wait_paths_change(self, before: str, panel: int = 0) -> "RacePage":
        self.wait(
            "([n, old]) => document.querySelectorAll('.os-overlay')[n].toDataURL() !== old",
            [panel, before],
        )
        return self

    def legend(self) -> list[str]:
        return self.page.locator(".os-chip").all_inner_texts()

    def details(self) -> "RacePage":
        """Opens the drawer with the tables, if it is closed."""
        if "details" not in self.link:
            self.page.get_by_role("button", name="Details").click()
            self.wait_link("details")
        self.page.wait_for_selector(".st-key-drawer .os-table")
        return self

    def rows(self):
        """The rows of the table in the details."""
        return self.details().page.locator(".st-key-drawer .os-table tbody tr")

    def table(self) -> list[list[str]]:
        return [row.locator("td").all_inner_texts() for row in self.rows().all()]

    def lesson(self, name: str) -> "RacePage":
        """Opens a lesson by its name."""
        self.page.locator(".st-key-row-lessons button").first.click()
        self.page.get_by_text(name, exact=True).first.click()
        # Whatever is done before the page has heard of its new address is said of the old one.
        self.page.locator(".os-lesson header b").get_by_text(name, exact=True).wait_for()
        self.page.keyboard.press("Escape")
        return self

    def rates(self, name: str) -> "RacePage":
        """Presses one of the buttons that give everybody a rate."""
        self.page.get_by_role("button", name="Optimizers").click()
        # The list of families comes once it is open, and may move what stands there.
        self.page.get_by_text("quasi-hyperbolic").first.wait_for()
        self.page.get_by_role("button", name=name).click()
        self.page.keyboard.press("Escape")
        return self

    def words(self) -> str:
        return self.page.locator(".os-words").first.inner_text()

    def step(self) -> int:
        return int(self.page.input_value(".os-clock input[type=range]"))

    def window(self, panel: int = 0) -> list[list[float]]:
        """The ranges that a plot shows."""
        script = """(n) => { const layout = document.querySelectorAll('.os-plot')[n]._fullLayout;
            return [[...layout.xaxis.range], [...layout.yaxis.range]]; }"""
        return self.page.evaluate(script, panel)

    # Laying hands on.

    def handle(self):
        return self.page.locator(".os-handle").first

    def middle(self, locator) -> tuple[float, float]:
        box = locator.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where on the screen a point of the surface is."""
        script = """([x, y]) => { const plot = document.querySelector('.os-plot');
            const { xaxis, yaxis } = plot._fullLayout;
            const at = [xaxis._offset + xaxis.d2p(x), yaxis._offset + yaxis.d2p(y)];
            const seen = () => plot.getBoundingClientRect().top + at[1];
            if (seen() < 80 || seen() > innerHeight) plot.scrollIntoView({ block: 'center' });
            return [plot.getBoundingClientRect().left + at[0], seen()]; }"""
        return tuple(self.page.evaluate(script, [x, y]))

    def slider(self, knob: str):
        return self.page.locator(f"input[data-knob='{knob}']")

    def field(self, knob: str):
        """The number beside a slider."""
        return self.page.locator(f".os-knob:has(input[data-knob='{knob}']) input[type=text]")

    def value(self, knob: str) -> float:
        return float(self.field(knob).input_value())

    def wait_value(self, knob: str, wanted: float, within: float = 1e-9) -> "RacePage":
        """Waits until a slider shows a number: the address may tell of it before the picture."""
        self.wait(
            """([knob, wanted, within]) => { const slider = `input[data-knob='${knob}']`;
                const text = document.querySelector(`.os-knob:has(${slider}) input[type=text]`);
                return text && Math.abs(Number(text.value) - wanted) <= within; }""",
            [knob, wanted, within],
        )
        return self

    def clock(self, name: str):
        return self.page.locator(".os-clock").get_by_role("button", name=name, exact=True)
