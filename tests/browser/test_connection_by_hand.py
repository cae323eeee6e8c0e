"""Which way a change travels: over the stage's connection while a hand moves, else by Streamlit."""

import json

from playwright.sync_api import expect

from ui.prose import number

KNOB = "gradient-descent.learning_rate"


def open_counting(visit, link: str = ""):
    """A page, and what it sends over its connections and to Streamlit."""
    race = visit(None, own=True)
    sent = {"connection": [], "streamlit": []}

    def met(socket):
        way = "connection" if "/live/" in socket.url else "streamlit"
        socket.on("framesent", lambda data: sent[way].append(data))

    race.page.on("websocket", met)
    with race.page.expect_event("websocket", lambda socket: "/live/" in socket.url):
        race.open(link)
    return race, sent


def grab(race, knob: str = KNOB):
    """Takes hold of a slider; what is given moves it to a share of its width."""
    slider = race.slider(knob)
    slider.scroll_into_view_if_needed()
    box, (x, y) = slider.bounding_box(), race.middle(slider)
    mouse = race.page.mouse
    mouse.move(x, y)
    mouse.down()

    def move(share: float) -> None:
        shown = race.paths()
        mouse.move(box["x"] + share * box["width"], y, steps=2)
        race.wait_paths_change(shown)

    return move


def wait_value(race, value: float, knob: str = KNOB) -> None:
    """Waits until the slider's own field shows the value."""
    race.wait(
        """([knob, value]) => { const slider = document.querySelector(`input[data-knob="${knob}"]`);
            const field = slider?.closest(".os-knob").querySelector("input[type=text]");
            return Number(field?.value) === value; }""",
        [knob, value],
    )


def test_a_moving_hand_is_answered_over_the_line_and_streamlit_hears_when_it_lets_go(visit):
    race, sent = open_counting(visit)
    race.page.wait_for_timeout(300)
    before = race.link.get(KNOB)
    move = grab(race)
    move(0.3)
    sent["connection"].clear()
    sent["streamlit"].clear()
    for share in (0.35, 0.3, 0.25):
        move(share)
    assert len(sent["connection"]) >= 3
    assert all(json.loads(text)["settled"] is False for text in sent["connection"])
    assert not sent["streamlit"]
    race.page.mouse.up()
    race.wait_link(KNOB, before)
    assert sent["streamlit"]


def test_without_the_line_streamlit_answers(visit):
    race = visit(None, own=True)
    race.page.route_web_socket("**/live/**", lambda socket: socket.close())
    race.open()
    before = race.link.get(KNOB)
    move = grab(race)
    for share in (0.35, 0.3, 0.25):
        move(share)
    race.page.mouse.up()
    chosen = float(race.wait_link(KNOB, before))
    wait_value(race, chosen)
    assert race.value(KNOB) == chosen


def test_a_line_that_breaks_under_the_hand_loses_nothing(visit):
    race = visit(None, own=True)
    ends = []

    def through(socket):
        server = socket.connect_to_server()

        def pass_on(message):
            ends.append(message)
            # The third change gets no answer: the connection ends instead.
            if len(ends) < 3:
                server.send(message)
            else:
                socket.close()

        socket.on_message(pass_on)

    race.page.route_web_socket("**/live/**", through)
    race.open()
    before = race.link.get(KNOB)
    move = grab(race)
    for share in (0.4, 0.35, 0.3, 0.25, 0.2):
        move(share)
    race.page.mouse.up()
    assert len(ends) >= 3
    wait_value(race, float(race.wait_link(KNOB, before)))
    expect(race.page.locator(".os-stage")).to_have_count(1)
    first = race.rows().first.locator("td").nth(1)
    expect(first).to_have_text(number(race.value(KNOB), 4))


def test_an_answer_that_the_hand_has_overtaken_puts_no_slider_back(visit):
    race = visit(None, own=True)
    holding, held = [], []

    def through(socket):
        server = socket.connect_to_server()
        socket.on_message(server.send)
        server.on_message(
            lambda data: held.append((socket, data)) if holding else socket.send(data)
        )

    race.page.route_web_socket("**/live/**", through)
    race.open()
    move = grab(race)
    move(0.4)
    race.page.evaluate(
        """(knob) => { const slider = `input[data-knob="${knob}"]`; window.shown = [];
            const field = document.querySelector(`.os-knob:has(${slider}) input[type=text]`);
            const { prototype } = HTMLInputElement;
            const { get, set } = Object.getOwnPropertyDescriptor(prototype, "value");
            Object.defineProperty(field, "value", { get, set(value) {
                window.shown.push(value); set.call(this, value); } }); }""",
        KNOB,
    )
    holding.append(True)
    box = race.slider(KNOB).bounding_box()
    for share in (0.35, 0.2):
        race.page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        race.page.wait_for_timeout(100)
    last = race.value(KNOB)
    race.page.mouse.up()
    assert len(held) == 1, "the second change waits for the answer to the first"
    holding.clear()
    socket, data = held[0]
    drawn = race.drawn
    socket.send(data)
    race.wait_redrawn(drawn)
    wait_value(race, float(race.wait_link(KNOB)))
    shown = race.page.evaluate("() => window.shown.map(Number)")
    assert len(set(shown)) == 2, "the two that the hand set, and none again"
    assert shown[shown.index(last) :] == [last] * len(shown[shown.index(last) :])


def test_a_line_that_never_answers_is_given_up_for_good(visit):
    race = visit(None, own=True)
    connections = []
    race.page.route_web_socket("**/live/**", lambda socket: connections.append(socket))
    race.open()
    before = race.link.get(KNOB)
    for share in (0.35, 0.25):
        move = grab(race)
        move(share)
        race.page.mouse.up()
        before = race.wait_link(KNOB, before)
        wait_value(race, float(before))
    assert len(connections) == 1


def test_what_is_no_change_ends_the_line_and_the_server_answers_on(visit):
    race = visit(None, own=True)
    with race.page.expect_event("websocket", lambda socket: "/live/" in socket.url) as own:
        race.open()
    # Who has just spoken is not replaced.
    race.page.wait_for_timeout(1200)
    texts = ["{", "[1]", "null", "{}", '{"values": 3}', '{"has": 5}', '{"at": true}']
    for address in (own.value.url, own.value.url[:-4] + "none"):
        closed = race.page.evaluate(
            """async ([texts, address]) => {
                const ends = [];
                for (const text of texts) ends.push(await new Promise((done) => {
                    const socket = new WebSocket(address);
                    socket.onopen = () => socket.send(text);
                    let answer;
                    socket.onmessage = ({ data }) => {
                        answer = `answered ${data.size > 1000}`;
                        socket.close();
                    };
                    socket.onclose = ({ code }) => done(answer ?? code); }));
                return ends; }""",
            [texts, address],
        )
        refused = 1006
        known = [1000, 1000, 1000, "answered true", 1000, 1000, 1000]
        assert closed == (known if address == own.value.url else [refused] * len(texts))
    race.faults[:] = [fault for fault in race.faults if "403" not in fault]
    before = race.link.get(KNOB)
    move = grab(race)
    move(0.3)
    race.page.mouse.up()
    wait_value(race, float(race.wait_link(KNOB, before)))
