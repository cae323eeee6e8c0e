// Sliders that report while they move: linear or logarithmic, with a number that can be typed.

import { loadStyle } from "./theme.js";

// A linear slider of whole numbers has a notch for each, others have these.
const NOTCHES = 1000;
const notches = ({ whole, scale, low, high }) => (whole && scale !== "log" ? high - low : NOTCHES);

export class Board {
  constructor(root, post) {
    loadStyle("./sliders.css");
    this.root = root;
    this.post = post;
    this.rows = new Map();
  }

  show({ frame, values }) {
    if (frame !== this.frame) this.build((this.frame = frame).groups);
    [...this.rows.values()].forEach((row, at) => row.show(values[at]));
  }

  build(groups) {
    this.rows.clear();
    this.root.replaceChildren(...groups.map((group) => {
      const box = document.createElement("fieldset");
      box.style.setProperty("--os-colour", group.colour ?? "var(--st-border-color)");
      const title = box.appendChild(document.createElement("legend"));
      title.textContent = group.title;
      for (const knob of group.knobs) {
        const row = new Row(knob, group.title, (value, settled) => this.send(knob.id, value, settled));
        this.rows.set(knob.id, row);
        box.append(row.box);
      }
      return box;
    }));
  }

  send(id, value, settled) {
    for (const row of this.rows.values()) row.fault.textContent = "";
    this.post.send({ values: { ...this.post.waiting?.values, [id]: value }, settled });
  }
}

class Row {
  constructor(knob, group, send) {
    this.knob = knob;
    this.send = send;
    this.box = document.createElement("div");
    this.box.className = "os-knob";
    this.box.innerHTML = `<label></label><input type="range" min="0" max="${notches(knob)}" step="1">
      <input type="text" inputmode="decimal" spellcheck="false"><p role="alert"></p>`;
    const [label, range, text, fault] = this.box.children;
    Object.assign(this, { range, text, fault });
    label.textContent = knob.symbol && knob.symbol !== knob.label ? `${knob.label} ${knob.symbol}` : knob.label;
    range.setAttribute("aria-label", `${group}: ${knob.label}`);
    text.setAttribute("aria-label", `${group}: ${knob.label}, typed`);
    range.dataset.knob = knob.id;
    range.oninput = () => this.slide(false);
    range.onchange = () => this.slide(true);
    range.onpointerup = range.onpointercancel = () => this.release();
    range.ondblclick = () => this.set(knob.initial, true);
    range.title = "Double-click: back to the default";
    text.onchange = () => this.type();
  }

  slide(settled) {
    this.held = !settled;
    this.set(this.valueAt(Number(this.range.value)), settled);
  }

  // A slider brought back to where it was taken up reports no change, yet the hand has let go.
  release() {
    setTimeout(() => { if (this.held) this.slide(true); });
  }

  set(value, settled) {
    this.value = value;
    this.text.value = written(value);
    this.range.setAttribute("aria-valuetext", this.text.value);
    this.send(value, settled);
  }

  type() {
    const { low, high, whole, label } = this.knob;
    const value = Number(this.text.value.trim().replace("−", "-").replace(/^(-?\d*),(\d+)$/, "$1.$2"));
    const right = this.text.value.trim() !== "" && Number.isFinite(value) && value >= low && value <= high
      && (!whole || Number.isInteger(value));
    if (right) {
      this.range.value = this.notch(value);
      this.set(value, true);
      return;
    }
    const kind = whole ? "a whole number" : "a number";
    this.fault.textContent = `“${this.text.value.slice(0, 20)}” was not taken: ${label} is ${kind} from ${written(low)} to ${written(high)}. It stays ${written(this.value)}.`;
    this.text.value = written(this.value);
  }

  show(value) {
    if (this.held || value === this.value) return;
    this.value = value;
    this.range.value = this.notch(value);
    if (this.box.getRootNode().activeElement !== this.text) this.text.value = written(value);
    this.range.setAttribute("aria-valuetext", written(value));
  }

  // A logarithmic knob that may be 0 has 0 at its first notch.
  valueAt(notch) {
    const { low, high, scale, least, whole } = this.knob;
    const share = notch / notches(this.knob);
    if (scale === "log" && notch === 0) return low;
    const raw = scale === "log" ? least * (high / least) ** share : low + (high - low) * share;
    return whole ? Math.round(raw) : Number(raw.toPrecision(4));
  }

  notch(value) {
    const { low, high, scale, least } = this.knob;
    if (scale !== "log") return Math.round(((value - low) / (high - low)) * notches(this.knob));
    return value < least ? 0 : Math.round((Math.log(value / least) / Math.log(high / least)) * NOTCHES);
  }
}

function written(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential().replace("e+", "e");
  return String(value);
}
