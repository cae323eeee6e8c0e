// Who is who: a chip per group, with its numbers at the clock's step.

import { ink } from "./theme.js";
import { shape } from "./overlay.js";
import { tidy } from "./panel.js";

export class Legend {
  constructor(root, stage) {
    this.stage = stage;
    this.list = root.appendChild(document.createElement("div"));
    this.list.className = "os-legend";
    this.list.setAttribute("role", "list");
    this.chips = [];
  }

  set(groups, look) {
    const sign = JSON.stringify([groups, look]);
    if (sign === this.sign) return;
    this.sign = sign;
    this.list.hidden = !groups.length;
    this.list.replaceChildren();
    this.chips = groups.map((group) => this.chip(group, look));
  }

  chip(group, look) {
    const chip = this.list.appendChild(document.createElement("div"));
    chip.className = "os-chip";
    chip.setAttribute("role", "listitem");
    const swatch = chip.appendChild(document.createElement("img"));
    swatch.alt = "";
    swatch.src = drawn(group, look);
    const name = chip.appendChild(document.createElement("b"));
    name.textContent = group.name;
    const numbers = chip.appendChild(document.createElement("span"));
    chip.onpointerenter = () => this.stage.heat(group.group);
    chip.onpointerleave = () => this.stage.heat(null);
    return { group: group.group, numbers, chip };
  }

  // The numbers are those of the traces that say what they read out: `meta.readout`, as written
  // in `meta.reads` or as drawn.
  draw(step) {
    const { hot, panels } = this.stage;
    for (const { group, numbers, chip } of this.chips) {
      const parts = [];
      for (const panel of panels) {
        for (const { y, meta } of panel.overlay.traces) {
          if (meta.group !== group || !meta.readout) continue;
          const { reads } = meta;
          parts.push(`${meta.readout} ${reads ? reads[Math.min(step, reads.length - 1)]
            : tidy(y[Math.min(step, y.length - 1)] + (meta.offset ?? 0))}`);
        }
      }
      const text = parts.join("  ");
      if (numbers.textContent !== text) numbers.textContent = text;
      chip.classList.toggle("os-cold", Boolean(hot) && hot !== group);
    }
  }
}

// An image, because every canvas on a page is a layer that the browser composes for every frame.
function drawn({ colour, dash, symbol }, look) {
  const ratio = window.devicePixelRatio || 1;
  const swatch = Object.assign(document.createElement("canvas"), { width: 34 * ratio, height: 14 * ratio });
  const pen = swatch.getContext("2d");
  pen.scale(ratio, ratio);
  pen.strokeStyle = pen.fillStyle = ink(colour, look);
  pen.lineWidth = 2.5;
  pen.setLineDash({ dash: [7, 4], dot: [2, 3], dashdot: [7, 3, 2, 3], longdash: [11, 4] }[dash] ?? []);
  pen.beginPath();
  pen.moveTo(0, 7);
  pen.lineTo(34, 7);
  if (dash !== "none") pen.stroke();
  pen.setLineDash([]);
  pen.translate(17, 7);
  shape(pen, symbol, 5);
  pen.fill();
  return swatch.toDataURL();
}
