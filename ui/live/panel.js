// One Plotly plot of the stage and the canvas over it.

import { ON_PLOT, part } from "./dom.js";
import { sheetOf } from "./depth.js";
import { atStep, changing, moves } from "./frames.js";
import { Overlay } from "./overlay.js";
import { Pen } from "./pen.js";
import { explainOver, meanings } from "./terms.js";
import { dressLayout, dressTrace } from "./theme.js";
import { description } from "./readout.js";
import { Sketch } from "./sketch.js";
import { Touch } from "./touch.js";
import { camera, roomy, seen, steady, written } from "./view.js";
import { Zoom } from "./zoom.js";

const CONFIG = {
  displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false, showTips: false,
};
const SHORT = 64;
// Below this many pixels across a colour bar takes more room than it is worth.
const ROOM_FOR_BAR = 440;
const TWICE = 300;
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

const VEILED = "Hidden until the question is answered.";

export class Panel {
  constructor(stage) {
    this.stage = stage;
    this.view = "";
    this.reported = [];
    this.cell = part(stage.board, "os-panel");
    this.holder = part(this.cell, "os-box");
    this.plot = part(this.holder, "os-plot");
    this.plot.setAttribute("role", "img");
    this.overlay = new Overlay(this.plot, this.holder);
    this.back = part(this.holder, "os-back", "button");
    Object.assign(this.back, { type: "button", textContent: "Whole view", hidden: true });
    this.back.onclick = () => this.reset();
    this.holder.onpointermove = (event) => this.veiled || stage.hover.over(this, event);
    this.holder.onpointerleave = () => stage.hover.leave();
    // Plotly tells nothing of what is hidden.
    this.holder.addEventListener("mousemove", (event) => {
      const x = event.clientX - this.holder.getBoundingClientRect().left;
      if (!event.buttons && this.overlay.hides(x)) event.stopPropagation();
    }, { capture: true });
    this.holder.addEventListener("click", (event) => this.click(event));
    this.holder.addEventListener("pointerdown", (event) => { this.down = [event.clientX, event.clientY]; });
    this.touch = new Touch(this);
    this.zoom = new Zoom(this);
  }

  // Takes over what is to be shown; it is drawn by `set`, or once the panel is seen.
  given({ figure, frame, view }) {
    Object.assign(this, { figure, asked: view });
    if (frame !== this.frame) this.mount(frame);
    this.overlay.set(figure.data.filter(moves));
    this.zoom.set(figure);
    this.draws();
  }

  // What would answer an open question is hidden.
  veil(hidden) {
    this.veiled = hidden;
    this.cell.classList.toggle("os-veiled", hidden);
  }

  // A panel that a hand may draw on has a pen.
  draws() {
    const { draws } = this.frame;
    if (!draws) this.pen = this.pen?.leave();
    else {
      this.pen ??= new Pen(this);
      this.pen.set(draws, this.overlay.traces[0]);
    }
  }

  mount(frame) {
    this.frame = frame;
    this.measured = null;
    this.cell.style.setProperty("--os-span", frame.span);
    this.cell.classList.toggle("os-shaped", Boolean(frame.aspect));
    if (frame.aspect) this.cell.style.setProperty("--os-aspect", frame.aspect);
  }

  // What the panel is called: on its tab, and where it is read aloud.
  get name() {
    const { title, yaxis } = this.figure.layout;
    return this.frame.name || title?.text || yaxis?.title?.text || "plot";
  }

  see(shown) {
    if (this.cell.hidden !== shown) return;
    this.cell.hidden = !shown;
    this.measured = null;
  }

  async set(live) {
    if (this.cell.hidden) return;
    await this.redraw(this.figure, live);
    this.asks = this.asked !== null;
    if (this.asks) await this.turn(this.asked);
  }

  // Until plotly.js has come; what it will draw of lines and marks, the overlay does meanwhile.
  sketch() {
    if (this.cell.hidden || !this.room[0]) return;
    const { look, clock } = this.stage;
    const { data, layout } = this.figure;
    const base = data.filter((trace) => !moves(trace)).map((trace) => atStep(trace, clock.step));
    const stills = base.filter(({ type, y }) => type === "scatter" && y);
    this.overlay.sketch ??= new Sketch(this.plot);
    this.overlay.sketch.set({ data: base, layout }, look, this.room, this.room[0] < ROOM_FOR_BAR);
    this.overlay.set([...stills.map((trace) => ({ ...trace, meta: { play: "still" } })), ...data.filter(moves)]);
  }

  async redraw(figure, live) {
    const { plotly: Plotly, look, off, clock } = this.stage;
    this.framed = figure.data.filter((trace) => trace.meta?.play && !moves(trace));
    const base = figure.data.filter((trace) => !moves(trace) && !off.has(trace.meta?.group));
    const wanted = roomy(figure.layout, this.room);
    const around = live && this.layout ? steady(wanted, this.layout) : wanted;
    const sign = signature([base, around, look, this.room]);
    if (sign === this.sign) return;
    this.sign = sign;
    this.layout = around;
    // Plotly writes what a hand does into the layout it was given.
    this.usual = seen(around);
    this.shownStep = null;
    this.frameIndex = base.map((trace, at) => [trace, at]).filter(([trace]) => trace.meta?.play);
    const data = base.map((trace) => dressTrace(atStep(trace, clock.step), look, this.room[0] < ROOM_FOR_BAR));
    this.drawing = Plotly.react(this.plot, data, dressLayout(around, look, this.room), CONFIG);
    await this.drawing;
    if (this.gone) return;
    if (this.overlay.sketch) this.complete();
    if (!this.listening) this.listen();
    this.plot.dataset.uid = this.plot._fullLayout._uid;
  }

  complete() {
    this.overlay.sketch.leave();
    this.overlay.sketch = null;
    this.overlay.set(this.figure.data.filter(moves));
  }

  // Shows what the link holds, unless the hand has left the view it had told of.
  async turn(view) {
    const echo = this.reported.indexOf(view);
    this.reported.splice(0, echo + 1);
    const asked = view !== this.view && echo < 0;
    this.view = view;
    if (!asked || this.gone) return;
    await this.look(view ? view.split(",").map(Number) : this.usual);
  }

  // As if by hand: Plotly keeps what a hand has done through every redraw.
  async look(view) {
    const full = this.plot._fullLayout;
    const update = this.layout.scene
      ? { "scene.camera": camera(view) }
      : { "xaxis.range": view.slice(0, 2), "yaxis.range": view.slice(2) };
    full._guiEditing = true;
    const turned = this.stage.plotly.relayout(this.plot, update);
    full._guiEditing = false;
    await turned;
  }

  reset() {
    if (this.usual?.length) return this.look(this.usual);
  }

  // What is shown now, as the link writes it; empty while that is what the figure asks for.
  get shown() {
    const [now, usual] = [seen(this.plot._fullLayout), this.usual].map(written);
    return now === usual ? "" : now;
  }

  tell() {
    if (this.touch.zooming) return;
    const { shown } = this;
    this.back.hidden = !shown;
    if (!this.asks || shown === (this.reported.at(-1) ?? this.view)) return;
    this.reported.push(shown);
    this.stage.post.send({ views: { [this.stage.panels.indexOf(this)]: shown }, settled: true });
  }

  listen() {
    this.listening = true;
    this.plot.on("plotly_relayout", () => this.tell());
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
    if (!this.overlay.layout || this.cell.hidden) return;
    this.overlay.draw(...this.moment(step));
    this.pen?.place();
    if (!this.overlay.sketch && this.changes && step !== this.shownStep) this.showFrames(step);
  }

  moment(step) {
    return [step, this.stage, this.frame.cursor ? step : undefined, this.frame.time];
  }

  // With another pen than the screen's.
  paint(pen, step) {
    this.overlay.paint(pen, ...this.moment(step));
  }

  // Whether what Plotly draws depends on the step, and whether it has yet to draw this one.
  get changes() {
    return Boolean(this.frameIndex?.length);
  }

  get behind() {
    return this.changes && (this.busy || this.shownStep !== this.stage.clock.step);
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

  // A click moves what it may move. On a zoomed plot it may be the first half of a double-click,
  // which shows the whole again and moves nothing.
  click(event) {
    const [x, y] = this.down ?? [event.clientX, event.clientY];
    if (Math.hypot(event.clientX - x, event.clientY - y) > 4) return;
    if (event.target.closest(ON_PLOT)) return;
    clearTimeout(this.clicking);
    // Plotly tells of clicks by itself, and not how many they are.
    const second = event.timeStamp - this.clicked < TWICE;
    this.clicked = event.timeStamp;
    if (this.zoomed && second) return void this.reset();
    const found = this.nearest(event);
    if (found?.trace.meta.group) this.stage.touched(found.trace.meta.group);
    // A finger cannot rest on a node: it taps.
    if (event.pointerType === "touch" && found?.trace.meta.play === "graph") this.stage.hover.show(this, found);
    const place = this.frame.click && this.placeOf(event);
    if (place) this.clicking = setTimeout(() => this.take(place), this.zoomed ? TWICE : 0);
  }

  take(place) {
    if (this.frame.click === "clock") this.stage.clock.jump(this.overlay.stepNear(place[0]));
    else this.stage.handles.get(this.frame.click)?.go(place, true);
  }

  get zoomed() {
    return Boolean(this.listening && this.shown);
  }

  // Where on the axes, or on the sheet, a pointer is; null beside them.
  placeOf({ clientX, clientY }) {
    const box = this.holder.getBoundingClientRect();
    const at = [clientX - box.left, clientY - box.top];
    return this.overlay.axes ? this.overlay.data(...at) : sheetOf(this.plot)?.under(...at) ?? null;
  }

  // Where on the screen a place is; null where it is out of sight.
  spot(at) {
    const { axes } = this.overlay;
    if (!axes) return sheetOf(this.plot)?.spot(at) ?? null;
    const spot = this.overlay.place(...at);
    const seen = axes.every(({ _offset, _length }, which) => (
      spot[which] >= _offset - 1 && spot[which] <= _offset + _length + 1));
    return seen ? spot : null;
  }

  // What the axes reach.
  get ranges() {
    return this.overlay.axes?.map(({ range }) => range) ?? sheetOf(this.plot)?.ranges;
  }

  nearest({ clientX, clientY }) {
    const box = this.holder.getBoundingClientRect();
    return this.overlay.nearest(clientX - box.left, clientY - box.top, this.stage.clock.step, this.stage);
  }

  // Once it has another size; a plot that is not seen has none.
  resize() {
    this.measured = null;
    if (this.plot._fullLayout && this.room[0]) this.redraw(this.figure, false);
    else if (this.overlay.sketch) this.sketch();
  }

  // Width and height, which are asked for once: to ask lays the whole page out.
  get room() {
    this.measured ??= [this.plot.clientWidth, this.plot.clientHeight];
    return this.measured;
  }

  describe(step) {
    if (!this.plot._fullLayout || this.cell.hidden) return;
    this.plot.setAttribute("aria-label", this.name);
    this.plot.setAttribute("aria-description", this.veiled ? VEILED : description(this, step));
    this.explain();
  }

  // What its own letters hold, where they have not changed or moved.
  explain() {
    const texts = [...this.plot.querySelectorAll(".infolayer text")].filter((text) => meanings(text.textContent));
    const sign = JSON.stringify([this.sign, texts.map((text) => text.textContent)]);
    if (sign === this.explained) return;
    this.explained = sign;
    explainOver(this.holder, texts);
  }

  // Plotly fails when a plot is purged while it draws it.
  async leave() {
    this.gone = true;
    clearTimeout(this.clicking);
    this.cell.remove();
    await this.drawing?.catch(() => {});
    this.stage.plotly?.purge(this.plot);
  }
}
