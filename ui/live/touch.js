// Fingers on a plot: one scrolls the page, as anywhere, or, going sideways first, moves what is
// zoomed; two zoom (and turn what is shown in depth). Plotly, which would take one finger for a
// drag and hold the page, hears of neither.

import { ON_PLOT } from "./dom.js";

const TURN = 0.008;
// A finger that taps moves no more than that.
const SLOP = 6;

export class Touch {
  constructor(panel) {
    this.panel = panel;
    const { holder } = panel;
    const listen = (type, act) => holder.addEventListener(type, act, { capture: true, passive: false });
    listen("touchstart", (event) => this.start(event));
    listen("touchmove", (event) => this.move(event));
    for (const type of ["touchend", "touchcancel"]) listen(type, (event) => this.end(event));
  }

  start(event) {
    if (event.target.closest(ON_PLOT)) return;
    event.stopPropagation();
    this.zooming = null;
    const { plot, zoomed } = this.panel;
    const layout = plot._fullLayout;
    const two = event.touches.length === 2;
    if (!layout || !(two || (event.touches.length === 1 && zoomed && !layout.scene))) return;
    // The browser takes one finger that goes up or down for its own, and says so.
    if (two) event.preventDefault();
    this.zooming = { ...fingers(event, this.panel.holder), layout: snapshot(layout), count: event.touches.length };
  }

  move(event) {
    if (!this.zooming || event.touches.length !== this.zooming.count) return;
    this.now = fingers(event, this.panel.holder);
    if (this.zooming.count === 1 && !this.zooming.moved && !sideways(this.zooming, this.now)) return;
    this.zooming.moved = true;
    if (event.cancelable) event.preventDefault();
    event.stopPropagation();
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      if (this.zooming) this.panel.look(zoomed(this.zooming, this.now));
    });
  }

  end(event) {
    if (!this.zooming || event.touches.length > 1) return;
    event.stopPropagation();
    cancelAnimationFrame(this.waiting);
    this.waiting = this.zooming = null;
    this.panel.tell();
  }
}

function sideways(before, now) {
  const right = Math.abs(now.x - before.x);
  return right > SLOP && right > Math.abs(now.y - before.y);
}

function fingers({ touches: [one, two = one] }, holder) {
  const { left, top } = holder.getBoundingClientRect();
  return {
    x: (one.clientX + two.clientX) / 2 - left,
    y: (one.clientY + two.clientY) / 2 - top,
    apart: Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY),
  };
}

function snapshot({ scene, xaxis, yaxis }) {
  if (scene) return { eye: { ...scene.camera.eye }, center: { ...scene.camera.center } };
  return { across: axis(xaxis), up: axis(yaxis) };
}

const axis = ({ range, _offset, _length }) => ({ range: range.map(Number), from: _offset, length: _length });

// The view after two fingers went from where they were to where they are.
function zoomed({ x, y, apart, layout }, now) {
  const scale = apart ? apart / Math.max(now.apart, 1) : 1;
  if (layout.eye) return around(layout, scale, now.x - x, now.y - y);
  const { across, up } = layout;
  return [...slid(across, x, now.x, scale, false), ...slid(up, y, now.y, scale, true)];
}

// What was under the middle of the fingers stays under it.
function slid({ range: [low, high], from, length }, before, now, scale, upwards) {
  const share = (place) => (upwards ? 1 - (place - from) / length : (place - from) / length);
  const held = low + share(before) * (high - low);
  const span = (high - low) * scale;
  const start = held - share(now) * span;
  return [start, start + span];
}

function around({ eye, center }, scale, right, down) {
  const [x, y, z] = [eye.x - center.x, eye.y - center.y, eye.z - center.z];
  const far = Math.hypot(x, y, z) * scale;
  const turn = Math.atan2(y, x) - right * TURN;
  const rise = Math.max(-1.5, Math.min(1.5, Math.asin(z / Math.hypot(x, y, z)) + down * TURN));
  const flat = far * Math.cos(rise);
  return [
    center.x + flat * Math.cos(turn), center.y + flat * Math.sin(turn), center.z + far * Math.sin(rise),
    center.x, center.y, center.z,
  ];
}
