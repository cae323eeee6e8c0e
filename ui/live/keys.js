// Keys of the whole stage: the clock's, F to present and Escape to return, and a presenter's
// clicker (Page Up, Page Down), which turns the steps of a lesson.

const CLOCK = { " ": "play", ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last" };
const LESSON = { PageUp: -1, PageDown: 1 };

export class Keys {
  constructor(stage) {
    this.stage = stage;
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.hears(event.target)) return;
    if (!this.act(event)) return;
    event.preventDefault();
  }

  act({ key, target }) {
    const { clock, presentation, root } = this.stage;
    const typing = target.matches("input:not([type=range]), textarea, select, [contenteditable]");
    if (key === "Escape" && presentation.on) return presentation.turn(false);
    if (typing) return false;
    if ((key === "f" || key === "F") && !root.classList.contains("os-inset")) {
      return presentation.turn(!presentation.on);
    }
    if (LESSON[key]) return !root.dispatchEvent(turning(LESSON[key]));
    const own = key === " " ? "button, a" : "input";
    if (!CLOCK[key] || clock.bar.hidden || target.matches(own)) return false;
    clock.press(CLOCK[key]);
    return true;
  }

  // While nothing else on the page has the focus, or something of the stage that has no use for
  // them, and the stage is in sight.
  hears(target) {
    const { root, board } = this.stage;
    const { top, bottom } = board.getBoundingClientRect();
    return (root.contains(target) || target.contains(root)) && bottom >= 0 && top <= window.innerHeight;
  }

  leave() {
    document.removeEventListener("keydown", this.onKey);
  }
}

// Whoever tells the lesson prevents the default, so that the page does not scroll.
const turning = (by) => new CustomEvent("os-turn", { detail: by, bubbles: true, cancelable: true });
