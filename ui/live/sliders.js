// Sliders that report while they move: linear or logarithmic, with a number that can be typed.

import { fine } from "./fine.js";
import { explain } from "./terms.js";

// A linear slider of whole numbers has a notch for each, others have these.
const NOTCHES = 1000;
const notches = ({ whole, scale, low, high }) => (whole && scale !== "log" ? high - low : NOTCHES);

export class Board {
  constructor(root, post, hover) {
    this.root = root;
    this.post = post;
    this.hover = hover;
    this.rows = new Map();
    this.key = document.createElement("p");
    this.key.className = "os-key";
  }

  // Without `ticks` the marks stay as they are, and so does a slider whose value is `newer`.
  show({ frame, values, ticks }, hide = [], newer = {}) {
    const built = frame !== this.frame;
    if (built) this.build((this.frame = frame).groups);
    [...this.rows].forEach(([id, row], at) => {
      if (built || !(id in newer)) row.show(values[at]);
    });
    ticks ??= this.ticks ?? {};
    this.ticks = ticks;
    const sign = JSON.stringify([ticks, hide]);
    if (sign === this.sign && this.marked === frame) return;
    Object.assign(this, { sign, marked: frame });
    for (const [id, row] of this.rows) row.mark(ticks[id] ?? []);
    this.explain(Object.values(ticks).flat());
    this.hide(new Set(hide));
  }

  build(groups) {
    this.rows.clear();
    this.boxes = groups.map((group) => {
      const box = document.createElement("fieldset");
      if (group.colour) box.style.setProperty("--os-colour", group.colour);
      const title = box.appendChild(document.createElement("legend"));
      title.textContent = group.title;
      for (const knob of group.knobs) {
        const row = new Row(knob, group.title, this);
        this.rows.set(knob.id, row);
        box.append(row.box);
      }
      return { box, title: group.title, prefix: group.knobs[0].id.split(".")[0] };
    });
    this.root.replaceChildren(...this.boxes.map(({ box }) => box), this.key);
  }

  // What the marks on the tracks mean, once each.
  explain(ticks) {
    const kinds = new Map(ticks.map(({ kind, label }) => [kind, label]));
    this.key.replaceChildren(...[...kinds].map(([kind, label]) => {
      const entry = document.createElement("span");
      entry.dataset.kind = kind;
      explain(entry, label);
      return entry;
    }));
  }

  // A name may be a slider's, or that of its group as the link writes it.
  hide(names) {
    for (const [id, { box }] of this.rows) box.hidden = names.has(id) || names.has(id.split(".")[0]);
    for (const { box } of this.boxes) box.hidden = !box.querySelector(".os-knob:not([hidden])");
  }

  lead(name) {
    for (const { box, title, prefix } of this.boxes ?? []) {
      box.classList.toggle("os-lead", title === name || prefix === name);
    }
  }

  send(id, value, settled) {
    for (const row of this.rows.values()) row.fault.textContent = "";
    this.post.send({ values: { ...this.post.waiting?.values, [id]: value }, settled });
  }
}

class Row {
  constructor(knob, group, board) {
    this.knob = knob;
    this.board = board;
    this.box = document.createElement("div");
    this.box.className = "os-knob";
    this.box.innerHTML = `<label></label><span class="os-track"><input type="range" min="0" max="${notches(knob)}" step="1"></span>
      <input type="text" inputmode="decimal" spellcheck="false"><p role="alert"></p>`;
    const [label, track, text, fault] = this.box.children;
    const range = track.firstChild;
    Object.assign(this, { track, range, text, fault });
    label.textContent = knob.symbol && knob.symbol !== knob.label ? `${knob.label} ${knob.symbol}` : knob.label;
    this.meaning = knob.meaning && `${knob.symbol || knob.label}: ${knob.meaning}`;
    if (this.meaning) label.dataset.tip = this.meaning;
    else label.title = label.textContent;
    range.setAttribute("aria-label", `${group}: ${knob.label}`);
    text.setAttribute("aria-label", `${group}: ${knob.label}, typed`);
    range.dataset.knob = knob.id;
    range.oninput = () => this.slide(false);
    range.onchange = () => this.slide(true);
    range.onpointerup = () => this.release();
    range.onpointerdown = () => { this.before = this.value; };
    range.onpointercancel = () => this.giveBack();
    range.ondblclick = () => this.set(knob.initial, true);
    range.title = "Shift, or a hand further away, makes the drag finer. Double-click: back to the default";
    fine(range, () => this.share(this.value), (share, settled) => this.drag(share, settled));
    text.onchange = () => this.type();
  }

  slide(settled) {
    this.hold(!settled);
    this.set(this.valueAt(Number(this.range.value) / notches(this.knob)), settled);
  }

  // A finer drag than the notches of the slider.
  drag(share, settled) {
    this.hold(!settled);
    this.range.value = Math.round(share * notches(this.knob));
    this.set(this.valueAt(share), settled);
  }

  hold(held) {
    if (held !== this.held) this.board.hover.hold(held);
    this.held = held;
  }

  // A slider brought back to where it was taken up reports no change, yet the hand has let go.
  release() {
    setTimeout(() => { if (this.held) this.slide(true); });
  }

  // The finger went on to scroll the page: it meant nothing here.
  giveBack() {
    this.hold(false);
    this.range.value = this.notch(this.before);
    if (this.value !== this.before) this.set(this.before, true);
  }

  set(value, settled) {
    this.value = value;
    this.text.value = written(value);
    this.range.setAttribute("aria-valuetext", this.text.value);
    this.board.send(this.knob.id, value, settled);
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

  // What is known of the values, as marks on the track.
  mark(ticks) {
    for (const old of this.track.querySelectorAll("i")) old.remove();
    const { low, high, scale, least } = this.knob;
    const inside = ticks.filter(({ at }) => at >= (scale === "log" ? least : low) && at <= high);
    for (const { at, kind } of inside) {
      const tick = this.track.appendChild(document.createElement("i"));
      tick.dataset.kind = kind;
      tick.style.setProperty("--os-at", this.share(at));
    }
    const texts = inside.map(({ at, label, rule }) => `${label}${rule ? `, ${rule}` : ""}: ${written(at)}`);
    const told = [this.meaning, ...texts].filter(Boolean);
    this.track.dataset.tip = told.join("\n");
    if (told.length) this.range.setAttribute("aria-description", told.join("; "));
    else this.range.removeAttribute("aria-description");
  }

  // A logarithmic knob that may be 0 has 0 at its first notch.
  valueAt(share) {
    const { low, high, scale, least, whole } = this.knob;
    if (scale === "log" && share <= 0) return low;
    const raw = scale === "log" ? least * (high / least) ** share : low + (high - low) * share;
    return whole ? Math.round(raw) : Number(raw.toPrecision(4));
  }

  share(value) {
    const { low, high, scale, least } = this.knob;
    if (scale !== "log") return (value - low) / (high - low);
    return value < least ? 0 : Math.log(value / least) / Math.log(high / least);
  }

  notch(value) {
    return Math.round(this.share(value) * notches(this.knob));
  }
}

function written(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential().replace("e+", "e");
  return String(value);
}
