// Present: picture, legend, transport and sentence alone, in type for the last row. Nothing is
// mounted anew: a class on the document and another size of type do it all.

import { part } from "./dom.js";

export class Presentation {
  constructor(stage) {
    this.stage = stage;
    this.on = false;
    const way = (this.way = part(stage.root, "os-return", "button"));
    way.type = "button";
    way.textContent = "×";
    way.title = "Return (Esc)";
    way.setAttribute("aria-label", "End the presentation");
    way.onclick = () => this.turn(false);
  }

  // The page says so; what it has said before may be behind what a hand did here.
  follow(show) {
    if (show === this.asked) return;
    this.asked = show;
    this.dress(show === "stage");
  }

  turn(on) {
    if (on === this.on) return false;
    this.dress(on);
    this.stage.post.send({ show: on ? "stage" : "", settled: true });
    return true;
  }

  dress(on) {
    this.on = on;
    document.documentElement.classList.toggle("os-present", on);
    this.stage.room.measure();
  }

  leave() {
    if (this.on) document.documentElement.classList.remove("os-present");
  }
}
