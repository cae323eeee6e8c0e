// One Plotly plot of the stage and the canvas over it.

import { Overlay, row } from "./overlay.js";
import { dressLayout, dressTrace } from "./theme.js";

// The buttons are named: Plotly's own choice offers to send the chart to a service.
const FLAT = [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]];
const DEEP = [["orbitRotation", "pan3d", "zoom3d", "resetCameraDefault3d"]];
const CONFIG = { displaylogo: false, responsive: false, scrollZoom: false, doubleClick: "reset", showTips: false };
const SHORT = 64;
const ids = new WeakMap();
let nextId = 0;

// A text that changes when the Plotly part of a panel does. Long arrays count by identity.
function signature(value) {
  return JSON.stringify(value, (name, child) => {
    if (!ArrayBuffer.isView(child)) return child;
    if (child.length <= SHORT) return Array.from(child);
    if (!ids.has(child)) ids.set(child, ++nextId);
    return `#${ids.get(child)}`;
  });
}

// While a hand moves, an axis that still holds what is drawn stays as it is: Plotly draws a plot
// with new ranges from scratch, and axes that jump to and fro hide what the hand does.
function steady(layout, before) {
  const steadied = { ...layout };
  for (const name of ["xaxis", "yaxis"]) {
    const [wanted, shown] = [layout[name], before[name]];
    if (wanted?.range && shown?.range && holds(shown.range, wanted.range)) steadied[name] = shown;
  }
  return steadied;
}

const holds = ([low, high], [least, most]) => low <= least && most <= high;

const moves = (trace) => trace.meta?.play && (trace.type ?? "scatter") === "scatter";

export class Panel {
  constructor(stage) {
    this.stage = stage;
    this.view = "";
    this.reported = [];
    this.holder = document.createElement("div");
    this.holder.className = "os-panel";
    this.plot = this.holder.appendChild(document.createElement("div"));
    this.plot.className = "os-plot";
    stage.board.append(this.holder);
    this.overlay = new Overlay(this.plot, this.holder);
    this.holder.onpointermove = (event) => { if (!event.buttons) this.stage.hover(this, event); };
    this.holder.onpointerleave = () => this.stage.leaveHover();
    this.holder.addEventListener("click", (event) => this.click(event));
    this.holder.addEventListener("pointerdown", (event) => { this.down = [event.clientX, event.clientY]; });
  }

  mount(frame) {
    this.frame = frame;
    this.holder.style.setProperty("--os-height", frame.height);
    this.holder.style.setProperty("--os-span", frame.span);
  }

  async set({ figure, frame, view }, live) {
    if (frame !== this.frame) this.mount(frame);
    await this.redraw(figure, live);
    this.asks = view !== null;
    if (this.asks) await this.turn(view);
  }

  async redraw(figure, live) {
    const Plotly = this.stage.plotly;
    this.overlay.set(figure.data.filter(moves));
    this.framed = figure.data.filter((trace) => trace.meta?.play && !moves(trace));
    const base = figure.data.filter((trace) => !moves(trace));
    const around = live && this.layout ? steady(figure.layout, this.layout) : figure.layout;
    const sign = signature([base, around, this.stage.look]);
    if (sign === this.sign) return;
    this.sign = sign;
    this.layout = around;
    // Plotly writes what a hand does into the layout it was given.
    this.usual = seen(around);
    this.shownStep = null;
    this.frameIndex = base.map((trace, at) => [trace, at]).filter(([trace]) => trace.meta?.play);
    const look = this.stage.look;
    const data = base.map((trace) => dressTrace(atStep(trace, this.stage.clock.step), look));
    const layout = dressLayout(around, look);
    const modeBarButtons = around.scene ? DEEP : FLAT;
    this.drawing = Plotly.react(this.plot, data, layout, { ...CONFIG, modeBarButtons });
    await this.drawing;
    if (this.gone) return;
    if (!this.heard) this.hear();
    this.plot.dataset.uid = this.plot._fullLayout._uid;
    // Five stops of the Tab key per plot would lie between a person and the sliders.
    for (const button of this.plot.querySelectorAll(".modebar-btn")) button.tabIndex = -1;
  }

  // Shows what the link holds, unless the hand has left the view it had told of.
  async turn(view) {
    const echo = this.reported.indexOf(view);
    this.reported.splice(0, echo + 1);
    const asked = view !== this.view && echo < 0;
    this.view = view;
    if (!asked || this.gone) return;
    const full = this.plot._fullLayout;
    const told = view ? view.split(",").map(Number) : this.usual;
    const update = this.layout.scene
      ? { "scene.camera": camera(told) }
      : { "xaxis.range": told.slice(0, 2), "yaxis.range": told.slice(2) };
    // As if by hand: Plotly keeps what a hand has done through every redraw.
    full._guiEditing = true;
    const turned = this.stage.plotly.relayout(this.plot, update);
    full._guiEditing = false;
    await turned;
  }

  // What is shown now, as the link writes it; empty while that is what the figure asks for.
  get shown() {
    const [now, usual] = [seen(this.plot._fullLayout), this.usual].map(written);
    return now === usual ? "" : now;
  }

  tell() {
    const shown = this.shown;
    if (shown === (this.reported.at(-1) ?? this.view)) return;
    this.reported.push(shown);
    this.stage.post.send({ views: { [this.stage.panels.indexOf(this)]: shown }, settled: true });
  }

  hear() {
    this.heard = true;
    this.plot.on("plotly_relayout", () => { if (this.asks) this.tell(); });
    for (const name of ["plotly_relayouting", "plotly_relayout", "plotly_afterplot"]) {
      this.plot.on(name, () => {
        if (this.waiting) return;
        this.waiting = requestAnimationFrame(() => {
          this.waiting = null;
          this.overlay.key = "";
          this.stage.draw();
        });
      });
    }
  }

  draw(step) {
    const { hot, hidden, look } = this.stage;
    if (!this.plot._fullLayout) return;
    this.overlay.hidden = hidden;
    this.overlay.draw(step, hot, look, this.frame.cursor ? step : undefined);
    if (this.frameIndex?.length && step !== this.shownStep) this.showFrames(step);
  }

  // Traces Plotly itself must redraw (bars, heat maps, 3-D): one redraw at a time, newest step next.
  async showFrames(step) {
    if (this.busy) return;
    this.busy = true;
    this.shownStep = step;
    for (const [trace, at] of this.frameIndex) {
      const now = atStep(trace, step);
      const update = {};
      for (const name of changing(trace)) update[name] = [now[name]];
      await this.stage.plotly.restyle(this.plot, update, [at]);
    }
    this.busy = false;
    if (this.stage.clock.step !== this.shownStep) requestAnimationFrame(() => this.draw(this.stage.clock.step));
  }

  click(event) {
    const [x, y] = this.down ?? [event.clientX, event.clientY];
    if (!this.frame.click || Math.hypot(event.clientX - x, event.clientY - y) > 4) return;
    if (event.target.closest(".modebar, .os-handle")) return;
    const box = this.holder.getBoundingClientRect();
    const place = this.overlay.axes && this.overlay.data(event.clientX - box.left, event.clientY - box.top);
    if (place && this.frame.click === "clock") this.stage.clock.jump(this.overlay.stepNear(place[0]));
    else if (place) this.stage.handles.get(this.frame.click)?.go(place, true);
  }

  describe({ trace, at }) {
    const { x = "x", y = "y" } = this.frame.labels;
    const { reads, told } = trace.meta;
    if (told) return told[at];
    const step = trace.meta.play === "path" ? `step ${at}\n` : "";
    const [a, b] = trace.meta.play === "frame"
      ? [trace.meta.x, trace.meta.y].map((rows) => row(rows, this.stage.clock.step)[at])
      : [trace.x[at], trace.y[at]];
    return `${trace.name}\n${step}${x} ${tidy(a)}\n${y} ${reads?.length > 1 ? reads[at] : tidy(b)}`;
  }

  resize() {
    // A plot that is being taken away has no size, and Plotly refuses to resize it.
    if (this.plot._fullLayout && this.plot.offsetWidth) this.stage.plotly.Plots.resize(this.plot);
  }

  // Plotly fails when a plot is purged while it draws it.
  async leave() {
    this.gone = true;
    this.holder.remove();
    await this.drawing?.catch(() => {});
    this.stage.plotly?.purge(this.plot);
  }
}

const camera = ([x, y, z, a, b, c]) => ({ eye: { x, y, z }, center: { x: a, y: b, z: c } });

// What a layout shows: the eye and what it looks at, or the ends of both axes.
function seen({ scene, xaxis, yaxis }) {
  if (!scene) return [...(xaxis.range ?? []), ...(yaxis.range ?? [])];
  const { eye, center } = scene.camera ?? {};
  return eye && center ? [eye.x, eye.y, eye.z, center.x, center.y, center.z] : [];
}

const written = (numbers) => numbers.map((number) => Number(number.toPrecision(5))).join();

function changing(trace) {
  return trace.meta.play === "path" ? ["x", "y", "z"] : Object.keys(trace.meta.frames);
}

// A trace as it looks at a step: a path up to it, or its frame.
function atStep(trace, step) {
  const { play, frames } = trace.meta ?? {};
  if (!play) return trace;
  const now = { ...trace };
  if (play === "path") {
    for (const name of ["x", "y", "z"]) if (trace[name]) now[name] = trace[name].slice(0, step + 1);
    return now;
  }
  for (const [name, rows] of Object.entries(frames)) now[name] = rows[Math.min(step, rows.length - 1)];
  return now;
}

export function tidy(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(3);
  return String(Number(value.toPrecision(4)));
}
