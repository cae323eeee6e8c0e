// The stage: Plotly panels that stay mounted, moving traces drawn over them, one clock.
//
// Python sends a whole picture (see stage.py); the stage redraws only what differs from the one
// it shows. Dragging a handle or the scrubber answers here and reports to Python as it goes.

import { Clock } from "./clock.js";
import { Handle } from "./handle.js";
import { Legend } from "./legend.js";
import { Line } from "./line.js";
import { Panel } from "./panel.js";
import { Post } from "./post.js";
import { doubt, join, part } from "./presence.js";
import { Board } from "./sliders.js";
import { loadStyle, theme } from "./theme.js";
import { Reader, received } from "./wire.js";

const stages = new WeakMap();
let plotly;
let page;

// Back and forward: an address holds the whole state of a page, and a new visit takes it over.
window.addEventListener("popstate", () => {
  const { pathname, search, hash } = window.location;
  if (pathname === page && search && !hash) window.location.reload();
});

function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("./plotly.min.js", import.meta.url);
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return plotly;
}

export default function (component) {
  const root = component.parentElement.querySelector(".os-stage");
  let stage = stages.get(root);
  if (!stage) {
    loadStyle("./stage.css");
    stages.set(root, (stage = new Stage(root)));
    page = window.location.pathname;
    stayVivid(root.closest(".stElementContainer"));
  }
  stage.receive(component);
  return () => {
    // Streamlit cleans up, too, what it has just called when the next data follow at once.
    if (root.isConnected) return;
    stages.get(root)?.leave();
    stages.delete(root);
  };
}

// Streamlit fades what waits for an answer, and the fade paints the whole stage anew, twice a change.
function stayVivid(container) {
  container?.style.setProperty("opacity", "1", "important");
  container?.style.setProperty("transition", "none", "important");
}

class Stage {
  constructor(root) {
    this.root = root;
    this.line = new Line((bytes) => this.take(bytes), () => this.post.pause());
    this.post = new Post(this.line, () => ({ has: this.reader.has, at: this.clock.tell() }),
      () => doubt(this.token));
    this.reader = new Reader();
    this.panels = [];
    this.handles = new Map();
    this.hidden = new Set();
    this.hot = null;
    this.edition = this.frames = 0;
    root.tabIndex = 0;
    const main = root.appendChild(Object.assign(document.createElement("div"), { className: "os-main" }));
    this.main = main;
    this.boards = [];
    this.legend = new Legend(main, this);
    this.clock = new Clock(main, () => this.draw(), () => this.settle());
    this.board = main.appendChild(Object.assign(document.createElement("div"), { className: "os-board" }));
    this.tip = root.appendChild(Object.assign(document.createElement("div"), { className: "os-tip", hidden: true }));
    this.words = main.appendChild(Object.assign(document.createElement("p"), { className: "os-words" }));
    this.words.setAttribute("aria-live", "polite");
    this.rows = main.appendChild(Object.assign(document.createElement("div"), { className: "os-table" }));
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(root);
  }

  // What Streamlit hands over: a new picture, or the last one once more with another look.
  async receive({ data, setStateValue }) {
    this.post.use(setStateValue);
    this.look = theme(this.root);
    this.style("--os-light", this.look.dark ? "25%" : "0%");
    if (data === this.data) return this.picture && this.show(this.picture);
    this.data = data;
    await this.take(data);
    if (!this.joined) join(this);
    this.joined = true;
  }

  async take(bytes) {
    const picture = received(this.reader, bytes, this.post);
    if (!picture) return;
    const { line, edition, sequence } = picture;
    if (line && line !== this.token) {
      this.token = line;
      this.edition = 0;
    }
    if (line) this.line.reach(line, picture.answers);
    // What went the other way may have been overtaken.
    if (edition > this.edition) Object.assign(this, { picture, edition });
    const newest = this.picture;
    this.plotly = window.Plotly ?? (await loadPlotly());
    if (newest !== this.picture) return;
    await this.show(newest);
    this.post.answered(sequence);
  }

  async show(picture) {
    this.style("--os-columns", picture.frame.columns);
    this.clock.bar.hidden = !picture.clock;
    if (picture.clock) this.clock.set(picture.clock);
    this.legend.set(picture.frame.legend, this.look);
    while (this.panels.length > picture.panels.length) this.panels.pop().leave();
    while (this.panels.length < picture.panels.length) this.panels.push(new Panel(this));
    await Promise.all(picture.panels.map((panel, at) => this.panels[at].set(panel, picture.live)));
    this.setHandles(picture.handles ?? []);
    this.setBoards(picture.boards);
    if (picture.table !== undefined && this.html !== picture.table) this.rows.innerHTML = this.html = picture.table;
    this.draw();
    this.root.dataset.shown = picture.sequence;
    this.root.dataset.drawn = String(++this.frames);
  }

  // A style that is set anew, even to what it was, has the browser style the whole stage anew.
  style(name, value) {
    if (this.root.style.getPropertyValue(name) !== value) this.root.style.setProperty(name, value);
  }

  draw() {
    const { step } = this.clock;
    for (const panel of this.panels) panel.draw(step);
    this.legend.draw(step);
    this.say(step);
    for (const handle of this.handles.values()) handle.place();
  }

  // One sentence, or one for each step; a screen reader hears it once the clock rests.
  say(step) {
    const words = this.picture?.words ?? this.lastWords ?? "";
    this.lastWords = words;
    const text = words.texts ? words.texts[Math.min(step, words.texts.length - 1)] : words;
    const loud = this.clock.playing ? "off" : "polite";
    if (this.words.getAttribute("aria-live") !== loud) this.words.setAttribute("aria-live", loud);
    if (this.said !== text) this.words.textContent = this.said = text;
  }

  setHandles(handles) {
    const names = new Set(handles.map((handle) => handle.name));
    for (const [name, handle] of this.handles) {
      if (!names.has(name)) {
        handle.leave();
        this.handles.delete(name);
      }
    }
    for (const spec of handles) {
      if (!this.handles.has(spec.name)) this.handles.set(spec.name, new Handle(this, spec.name));
      this.handles.get(spec.name).set(spec);
    }
  }

  // Sliders beside the panels or below them; they report through the stage's own post.
  setBoards(boards) {
    while (this.boards.length > boards.length) this.boards.pop().root.remove();
    boards.forEach((spec, at) => {
      if (!this.boards[at]) {
        const root = Object.assign(document.createElement("div"), { className: "os-sliders" });
        this.boards[at] = new Board(root, this.post);
      }
      const { root } = this.boards[at];
      const home = spec.frame.below ? this.main : this.root;
      if (root.parentElement !== home) home.append(root);
      this.boards[at].show(spec);
    });
    this.root.classList.toggle("os-sided", boards.some(({ frame }) => !frame.below));
  }

  move(name, place, settled) {
    this.post.send({ handles: { [name]: place }, settled });
  }

  settle() {
    this.post.send({ settled: true });
  }

  heat(group) {
    if (group === this.hot) return;
    this.hot = group;
    this.draw();
  }

  hover(panel, event) {
    const box = panel.holder.getBoundingClientRect();
    const found = panel.overlay.nearest(event.clientX - box.left, event.clientY - box.top, this.clock.step);
    this.heat(found?.trace.meta.group ?? null);
    this.tip.hidden = !found;
    if (!found) return;
    this.tip.innerText = panel.describe(found);
    const stage = this.root.getBoundingClientRect();
    const x = Math.min(box.left - stage.left + found.px + 14, stage.width - this.tip.offsetWidth - 4);
    this.tip.style.transform = `translate(${x}px, ${box.top - stage.top + found.py + 12}px)`;
  }

  leaveHover() {
    this.tip.hidden = true;
    this.heat(null);
  }

  // Keys reach the clock while nothing else on the page has the focus, or something of the stage
  // that has no use for them.
  key(event) {
    const { target } = event;
    const act = { " ": "play", ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last" }[event.key];
    const own = event.key === " " ? "button, a, select, input:not([type=range])" : "input, select";
    if (!act || this.clock.bar.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(this.root.contains(target) || target.contains(this.root)) || target.matches(own)) return;
    const { top, bottom } = this.board.getBoundingClientRect();
    if (bottom < 0 || top > window.innerHeight) return;
    event.preventDefault();
    this.clock.press(act);
  }

  resize() {
    for (const panel of this.panels) panel.resize();
    this.draw();
  }

  leave() {
    this.clock.playing = false;
    part(this);
    this.line.leave();
    this.watch.disconnect();
    document.removeEventListener("keydown", this.onKey);
    for (const panel of this.panels) panel.leave();
  }
}
