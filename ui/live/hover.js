// The pointer rests on something: its trace stands out, and a tip tells its numbers.
// While a hand holds a handle or a slider nothing stands out: what it moves is what counts.

import { part } from "./dom.js";
import { tip } from "./readout.js";

export class Hover {
  constructor(stage) {
    this.stage = stage;
    this.hot = null;
    // What of a graph the pointer rests on: its trace, and which node or link.
    this.spot = null;
    this.held = false;
    this.tip = part(stage.root, "os-tip");
    this.tip.hidden = true;
    stage.root.addEventListener("pointerdown", () => this.leave(), { capture: true });
  }

  heat(group, spot = null) {
    const same = spot?.trace === this.spot?.trace && spot?.at === this.spot?.at;
    if ((group === this.hot && same) || (group && this.held)) return;
    this.hot = group;
    this.spot = spot;
    this.stage.draw();
  }

  hold(held) {
    this.held = held;
    if (held) this.leave();
  }

  over(panel, event) {
    if (event.buttons || this.held || event.pointerType === "touch") return;
    this.show(panel, panel.nearest(event));
  }

  show(panel, found) {
    this.heat(found?.trace.meta.group ?? null, found?.trace.meta.play === "graph" ? found : null);
    this.tip.hidden = !found;
    if (!found) return;
    this.tip.innerText = tip(panel, found);
    const stage = this.stage.root.getBoundingClientRect();
    const box = panel.holder.getBoundingClientRect();
    const x = Math.min(box.left - stage.left + found.px + 14, stage.width - this.tip.offsetWidth - 4);
    const y = Math.min(box.top - stage.top + found.py + 12, stage.height - this.tip.offsetHeight - 4);
    this.tip.style.transform = `translate(${Math.max(4, x)}px, ${y}px)`;
  }

  leave() {
    this.tip.hidden = true;
    this.heat(null);
  }
}
