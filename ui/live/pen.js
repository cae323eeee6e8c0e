// A hand that draws: the stems of a panel's first trace, one value for each step from 1.
//
// The surface lies over the first y axis. A mouse draws wherever it is pressed; a finger by strokes
// to the side, so that a swipe up or down still scrolls. By keys: left and right choose a step,
// up and down move its value, Delete makes it zero.

import { part } from "./dom.js";
import { number } from "./readout.js";

const SETTLE = 350;
const LEVELS = 31;
const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity };

export class Pen {
  constructor(panel) {
    this.panel = panel;
    this.at = 1;
    this.surface = part(panel.holder, "os-pen");
    Object.assign(this.surface, { tabIndex: 0, role: "slider" });
    this.ring = part(this.surface, "os-ring");
    this.surface.onpointerdown = (event) => this.grab(event);
    this.surface.onkeydown = (event) => this.key(event);
    this.surface.onfocus = this.surface.onblur = () => this.place();
  }

  // What the server shows is taken over unless the hand is ahead of it.
  set({ top, label }, trace) {
    Object.assign(this, { top, label });
    if (this.held || this.settling || this.panel.stage.post.waiting?.drawn) this.show(trace);
    else this.values = Array.from(trace.y).slice(1).map((value) => value / top);
    this.place();
  }

  show(trace = this.trace) {
    trace.y = Float64Array.from([NaN, ...this.values], (value) => value * this.top);
    this.panel.overlay.key = "";
  }

  get trace() {
    return this.panel.overlay.traces[0];
  }

  place() {
    const { axes } = this.panel.overlay;
    if (!axes || !this.values) return;
    const [{ _offset: left, _length: width }, { _offset: top, _length: height }] = axes;
    Object.assign(this.surface.style, {
      left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
    });
    this.at = Math.min(Math.max(this.at, 1), this.values.length);
    const value = this.values[this.at - 1] * this.top;
    const [x, y] = this.panel.overlay.place(this.at, value);
    this.ring.hidden = !this.held && document.activeElement !== this.surface;
    this.ring.style.transform = `translate(${x - left}px, ${y - top}px)`;
    const labels = {
      label: this.label, valuemin: -this.top, valuemax: this.top, valuenow: value,
      valuetext: `step ${this.at}: ${number(value, 3)}`,
    };
    for (const [name, text] of Object.entries(labels)) this.surface.setAttribute(`aria-${name}`, text);
  }

  grab(event) {
    if (event.button) return;
    event.preventDefault();
    this.surface.focus({ preventScroll: true });
    this.surface.setPointerCapture(event.pointerId);
    this.held = true;
    this.panel.stage.hover.hold(true);
    this.last = null;
    this.draw(event);
    this.surface.onpointermove = (move) => this.draw(move);
    this.surface.onpointerup = this.surface.onpointercancel = () => {
      this.held = false;
      this.panel.stage.hover.hold(false);
      this.surface.onpointermove = this.surface.onpointerup = this.surface.onpointercancel = null;
      this.send(true);
    };
  }

  // Every step between two places of a quick hand is drawn, too.
  draw({ clientX, clientY }) {
    const [xa, ya] = this.panel.overlay.axes;
    const box = this.surface.getBoundingClientRect();
    const reach = (value, high) => Math.max(0, Math.min(high, value));
    const step = Math.round(xa.p2d(reach(clientX - box.left, xa._length)));
    const at = Math.max(1, Math.min(this.values.length, step));
    const value = rounded(ya.p2d(reach(clientY - box.top, ya._length)) / this.top);
    const from = this.last ?? { at, value };
    const count = Math.abs(at - from.at);
    for (let i = 0; i <= count; i += 1) {
      const share = count ? i / count : 1;
      this.values[from.at + Math.sign(at - from.at) * i - 1] = rounded(from.value + share * (value - from.value));
    }
    this.last = { at, value };
    this.at = at;
    this.send(false);
  }

  key(event) {
    const { key, shiftKey } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const up = { ArrowUp: 1, ArrowDown: -1 }[key];
    if (!(key in STEPS) && !up && key !== "Delete") return;
    event.preventDefault();
    event.stopPropagation();
    if (key in STEPS) {
      this.at = Math.max(1, Math.min(this.values.length, this.at + STEPS[key]));
      this.place();
      return;
    }
    const before = this.values[this.at - 1];
    this.values[this.at - 1] = up ? rounded(before + (up * (shiftKey ? 1 : 4)) / LEVELS) : 0;
    this.send(false);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.settling = null;
      this.send(true);
    }, SETTLE);
  }

  send(settled) {
    this.show();
    this.place();
    this.panel.stage.draw();
    this.panel.stage.post.send({ drawn: { values: this.values, top: this.top }, settled });
  }

  leave() {
    this.surface.remove();
  }
}

// In the levels that the link has for them, so that what is drawn is what is kept.
const rounded = (value) => Math.round(Math.max(-1, Math.min(1, value)) * LEVELS) / LEVELS;
