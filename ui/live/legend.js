// Who is who: a chip per group, with its numbers at the clock's step, that switches it off and on.

import { shape } from "./shapes.js";
import { meanings } from "./terms.js";
import { ink } from "./theme.js";
import { number } from "./readout.js";

const MANY = 5;
const FEW = 3;
export const WIDE = 30;
export const HIGH = 14;

// A number keeps its room while it changes, so that nothing beside it moves: as wide as most are,
// filled up with spaces as wide as a digit.
const NUMBER = 7;
const FIGURE = "\u2007";

export class Legend {
  constructor(root, stage) {
    this.stage = stage;
    this.list = root.appendChild(document.createElement("ul"));
    this.list.className = "os-legend";
    this.list.setAttribute("aria-label", "Legend");
    this.chips = [];
  }

  set(groups, look) {
    const sign = JSON.stringify([groups, look]);
    if (sign === this.sign) return;
    this.sign = sign;
    this.list.hidden = !groups.length;
    this.list.parentElement.classList.toggle("os-many", groups.length > MANY);
    this.list.replaceChildren();
    this.chips = groups.map((group) => this.chip(group, look));
  }

  chip(group, look) {
    const item = this.list.appendChild(document.createElement("li"));
    const chip = item.appendChild(document.createElement(group.group ? "button" : "div"));
    chip.className = "os-chip";
    const swatch = chip.appendChild(document.createElement("img"));
    swatch.alt = "";
    swatch.src = drawn(group, look);
    const name = chip.appendChild(document.createElement("b"));
    name.textContent = group.name;
    const numbers = chip.appendChild(document.createElement("span"));
    if (group.group) this.wire(chip, group.group);
    return { group: group.group, entry: group, numbers, chip };
  }

  // The entries that are not switched off, with the numbers as they read now.
  get shown() {
    return this.chips.filter(({ group }) => !this.stage.off.has(group))
      .map(({ entry, numbers }) => ({ entry, text: numbers.textContent.trimEnd() }));
  }

  wire(chip, group) {
    const { hover } = this.stage;
    chip.type = "button";
    chip.title = "Click: hide or show";
    chip.onclick = () => this.stage.toggle(group);
    chip.onpointerenter = chip.onfocus = () => hover.heat(group);
    chip.onpointerleave = chip.onblur = () => hover.heat(null);
  }

  // The numbers are those of the traces that say what they read out: `meta.readout`, as written
  // in `meta.reads` or as drawn.
  draw(step) {
    const { hover: { hot }, off, panels } = this.stage;
    for (const { group, entry, numbers, chip } of this.chips) {
      const parts = [];
      for (const panel of panels) {
        if (panel.veiled) continue;
        for (const { y, meta } of panel.overlay.traces) {
          if (meta.group !== group || !meta.readout) continue;
          const { reads } = meta;
          const read = reads ? reads[Math.min(step, reads.length - 1)]
            : number(y[Math.min(step, y.length - 1)] + (meta.offset ?? 0));
          parts.push(`${meta.readout} ${read.padEnd(NUMBER, FIGURE)}`);
        }
      }
      // Two lines are all there are: of many racers fewer numbers are read out.
      parts.splice(this.chips.length > FEW ? 2 : 3);
      const text = parts.join("  ");
      if (numbers.textContent !== text) write(numbers, parts);
      const heads = [entry.name, ...parts.map((each) => each.split(" ")[0])].join(" ");
      if (chip.explained !== heads) chip.dataset.tip = meanings((chip.explained = heads));
      chip.classList.toggle("os-cold", Boolean(hot) && hot !== group);
      const shown = String(!off.has(group));
      if (group && chip.getAttribute("aria-pressed") !== shown) chip.setAttribute("aria-pressed", shown);
    }
  }
}

// The first number is the one that stays where there is room for one alone.
function write(numbers, [first = "", ...rest]) {
  const more = document.createElement("i");
  more.textContent = rest.map((part) => `  ${part}`).join("");
  numbers.replaceChildren(first, more);
}

// An image, because every canvas on a page is a layer that the browser composes for every frame.
function drawn({ colour, dash, symbol }, look) {
  const ratio = (window.devicePixelRatio || 1) * look.thick;
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDE * ratio, height: HIGH * ratio });
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  swatch(pen, { colour, dash, symbol }, look);
  return canvas.toDataURL();
}

// How a group is drawn, WIDE by HIGH from where the pen is.
export function swatch(pen, { colour, dash, symbol }, look) {
  pen.save();
  pen.strokeStyle = pen.fillStyle = ink(colour, look);
  pen.lineWidth = 2.5;
  pen.setLineDash({ dash: [7, 4], dot: [2, 3], dashdot: [7, 3, 2, 3], longdash: [11, 4] }[dash] ?? []);
  pen.beginPath();
  pen.moveTo(0, 7);
  pen.lineTo(WIDE, 7);
  if (dash !== "none") pen.stroke();
  pen.setLineDash([]);
  pen.translate(WIDE / 2, HIGH / 2);
  shape(pen, symbol, 5);
  pen.fill();
  pen.restore();
}
