// Buttons that bring a graph closer and take it away again, for one hand and for keys.

import { part } from "./dom.js";

// How much closer one press brings it.
const CLOSER = 1.6;

export class Zoom {
  constructor(panel) {
    this.panel = panel;
    this.bar = part(panel.holder, "os-zoom");
    this.button("−", "Further away", CLOSER);
    this.button("+", "Closer", 1 / CLOSER);
  }

  button(sign, name, scale) {
    const made = part(this.bar, "", "button");
    Object.assign(made, { type: "button", textContent: sign, title: name, onclick: () => this.press(scale) });
    made.setAttribute("aria-label", name);
    return made;
  }

  // Only a graph is larger than what can be read of it.
  set({ data }) {
    this.bar.hidden = !data.some(({ meta }) => meta?.play === "graph");
  }

  // The middle stays where it is; what would show more than the whole shows the whole.
  press(scale) {
    const { panel } = this;
    if (!panel.ranges) return;
    const view = panel.ranges.flatMap((range) => scaled(range.map(Number), scale));
    return wider(view, panel.usual) ? panel.reset() : panel.look(view);
  }
}

const scaled = ([low, high], scale) => {
  const [middle, half] = [(low + high) / 2, ((high - low) / 2) * scale];
  return [middle - half, middle + half];
};

const wider = ([low, high], [least, most]) => high - low >= (most - least) * 0.999;
