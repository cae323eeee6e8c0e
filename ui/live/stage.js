// The stage: Plotly panels that stay mounted, moving traces drawn over them, one clock.
//
// Python sends a whole picture (see stage.py); the stage redraws only what differs from the one
// it shows. Dragging a handle or the scrubber answers here and reports to Python as it goes.

import { Clock } from "./clock.js";
import { part } from "./dom.js";
import { begin, claim } from "./early.js";
import { Handle } from "./handle.js";
import { Hover } from "./hover.js";
import { Keys } from "./keys.js";
import { Legend } from "./legend.js";
import { LessonBox } from "./lesson.js";
import { loadPlotly, shown } from "./loader.js";
import { Connection } from "./connection.js";
import { Panel } from "./panel.js";
import { Post } from "./post.js";
import { doubt, join, part as depart } from "./presence.js";
import { Presentation } from "./presentation.js";
import { Room } from "./room.js";
import { Board } from "./sliders.js";
import { explain } from "./terms.js";
import { theme } from "./theme.js";
import { Reader, received } from "./wire.js";

const stages = new WeakMap();
let page;

// Back and forward: an address holds the whole state of a page, and a new visit takes it over.
window.addEventListener("popstate", () => {
  const { pathname, search, hash } = window.location;
  if (pathname === page && search && !hash) window.location.reload();
});

export default function (component) {
  let root = component.parentElement.querySelector(".os-stage");
  let stage = stages.get(root);
  if (!stage) {
    stage = claim(root) ?? new Stage(root);
    root = stage.root;
    stages.set(root, stage);
    stage.settleIn();
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

// The Tab key goes to the stage first, wherever it stands in the document.
function comeFirst(root) {
  if (document.activeElement !== document.body || root.classList.contains("os-inset")) return;
  root.focus({ preventScroll: true });
  root.blur();
}

// Streamlit fades what waits for an answer, and the fade paints the whole stage anew, twice a change.
function stayVivid(container) {
  container?.style.setProperty("opacity", "1", "important");
  container?.style.setProperty("transition", "none", "important");
}

class Stage {
  constructor(root) {
    this.root = root;
    this.connection = new Connection((bytes) => this.take(bytes), () => this.post.pause());
    this.post = new Post(this.connection, () => ({ has: this.reader.has, at: this.clock.tell() }),
      () => doubt(this.token));
    this.reader = new Reader();
    this.panels = [];
    this.boards = [];
    this.handles = new Map();
    this.off = new Set();
    this.edition = this.frames = 0;
    root.tabIndex = 0;
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", "Plots and their controls");
    this.board = part(root, "os-board");
    this.clock = new Clock(root, () => this.draw(), () => this.settle());
    this.foot = part(root, "os-foot");
    this.legend = new Legend(this.foot, this);
    this.words = part(this.foot, "os-words", "p");
    this.words.setAttribute("aria-live", "polite");
    // For a printer alone: all that there is to say, and the table.
    this.paper = part(root, "os-paper", "section");
    this.whole = part(this.paper, "", "p");
    this.table = part(this.paper, "os-table");
    this.side = part(root, "os-side");
    this.box = new LessonBox(part(this.side, "os-lesson", "section"), this);
    this.hover = new Hover(this);
    this.presentation = new Presentation(this);
    this.keys = new Keys(this);
    this.room = new Room(this);
  }

  // A picture that came before Streamlit: what a hand does meanwhile is said later.
  async open(bytes) {
    this.post.silent = true;
    this.dress();
    this.style("--os-light", this.look.dark ? "25%" : "0%");
    await this.take(bytes);
  }

  // The stage has its place in Streamlit's page, perhaps after it has been shown elsewhere.
  settleIn() {
    this.room.settleIn();
    comeFirst(this.root);
    if (this.post.silent) this.waited = true;
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
    if (this.waited) this.post.resume(true);
    this.waited = false;
  }

  async take(bytes) {
    const picture = received(this.reader, bytes, this.post);
    if (!picture) return;
    const { connection, edition, sequence } = picture;
    if (connection && connection !== this.token) {
      this.token = connection;
      this.edition = 0;
    }
    if (connection) this.connection.reach(connection, picture.answers);
    // What went the other way may have been overtaken.
    if (edition > this.edition) Object.assign(this, { picture, edition });
    const newest = this.picture;
    this.plotly ??= window.Plotly;
    if (!this.plotly) {
      this.furnish(newest);
      await shown();
      window.dispatchEvent(new Event("os-seen"));
      this.plotly = await loadPlotly();
    }
    if (newest !== this.picture) return;
    await this.show(newest);
    this.post.answered(sequence);
  }

  async show(picture) {
    this.furnish(picture);
    if (!this.plotly) return;
    this.clock.open();
    if (this.frames) await Promise.all(this.panels.map((panel) => panel.set(picture.live)));
    else await this.setInTurn();
    this.setHandles(picture.handles ?? []);
    this.draw();
    if (!picture.live) this.describe();
    if (picture.table) this.table.innerHTML = picture.table.html;
    if (!this.frames) comeFirst(this.root);
    this.root.dataset.shown = picture.sequence;
    this.root.dataset.drawn = String(++this.frames);
  }

  // For the first time, when each takes long: the page answers in between.
  async setInTurn() {
    for (const panel of this.panels) {
      await panel.set(false);
      await new Promise((done) => { setTimeout(done); });
    }
  }

  // All but the plots, which may wait for plotly.js: nothing moves when they come.
  furnish(picture) {
    if (picture.aside) this.obey(picture.aside);
    this.newer = this.post.since(picture.sequence);
    this.legend.set(picture.frame.legend, this.look);
    this.setBoards(picture.boards);
    this.clock.bar.hidden = !picture.clock;
    if (picture.clock) this.clock.set(picture.clock);
    if (picture.lesson !== undefined) this.box.set(picture.lesson);
    while (this.panels.length > picture.panels.length) this.panels.pop().leave();
    while (this.panels.length < picture.panels.length) this.panels.push(new Panel(this));
    this.panels.forEach((panel, at) => panel.given(picture.panels[at]));
    if (!picture.live) {
      // Beside the legend's numbers is the room that the sentence has.
      this.legend.draw(this.clock.step);
      this.room.reserve();
    }
    this.room.arrange();
    if (this.plotly) return;
    for (const panel of this.panels) panel.sketch();
    if (this.panels.every((panel) => panel.cell.hidden || panel.overlay.axes)) this.clock.open();
    this.draw();
  }

  // What the page as a whole says to its stage: whether it is presented, and what is hidden.
  obey({ show, hide, height }) {
    this.hide = hide;
    this.root.classList.toggle("os-inset", Boolean(height));
    if (height) this.style("--os-height", height);
    else this.presentation.follow(show);
  }

  // A style that is set anew, even to what it was, has the browser style the whole stage anew.
  style(name, value) {
    if (this.root.style.getPropertyValue(name) !== value) this.root.style.setProperty(name, value);
  }

  // The size of type has changed with the room, or the colours with the theme.
  dress() {
    const look = theme(this.root);
    if (JSON.stringify(look) === JSON.stringify(this.look)) return;
    this.look = look;
    if (this.picture && this.plotly) this.show(this.picture);
  }

  // While a question is open nothing after the clock's step is drawn.
  get secret() {
    return this.box.secret;
  }

  // Where plots of the moment are veiled, its words and numbers would give the answer away, too.
  get hushed() {
    return this.secret && this.box.veil.length > 0;
  }

  draw() {
    const { step } = this.clock;
    this.box.tick(step);
    if (this.paper.hidden !== this.secret) this.paper.hidden = this.secret;
    for (const panel of this.panels) {
      panel.veil(this.secret && (this.clock.bar.hidden || this.box.veil.includes(panel.frame.name)));
      panel.draw(step);
    }
    this.legend.draw(step);
    this.say(step);
    for (const handle of this.handles.values()) handle.place();
  }

  // One text, or one for each step: its first line is the sentence of the moment, the rest is
  // for the details. A screen reader hears it once the clock rests.
  say(step) {
    const words = this.picture?.words ?? this.lastWords ?? "";
    this.lastWords = words;
    // What was said of the run before the hand moved it is no longer true of the picture.
    this.words.classList.toggle("os-past", Boolean(this.picture && !this.picture.words));
    const sentence = words.texts ? words.texts[Math.max(0, Math.min(Math.floor(step), words.texts.length - 1))] : words;
    const text = this.hushed || (this.secret && !words.texts) ? "" : sentence;
    const loud = this.clock.playing ? "off" : "polite";
    if (this.words.getAttribute("aria-live") !== loud) this.words.setAttribute("aria-live", loud);
    if (this.said === text) return;
    this.said = text;
    explain(this.words, text.split("\n")[0]);
    this.whole.textContent = text;
  }

  describe() {
    for (const panel of this.panels) panel.describe(this.clock.step);
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

  // Sliders beside the panels; they report through the stage's own post.
  setBoards(boards) {
    while (this.boards.length > boards.length) this.boards.pop().root.remove();
    boards.forEach((spec, at) => {
      this.boards[at] ??= new Board(part(this.side, "os-sliders"), this.post, this.hover);
      this.boards[at].show(spec, this.hide, this.newer.values);
    });
    this.clearSide();
  }

  // Without sliders and without a lesson the panels have the room.
  clearSide() {
    const empty = this.box.root.hidden && !this.side.querySelector(".os-knob:not([hidden])");
    if (this.side.hidden !== empty) this.side.hidden = empty;
  }

  // The sliders of what was touched, on a phone, come first.
  touched(name) {
    for (const board of this.boards) board.lead(name);
  }

  move(name, place, settled) {
    this.post.send({ handles: { [name]: place }, settled });
  }

  settle() {
    this.describe();
    this.post.send({ settled: true });
  }

  // An entry of the legend is switched off, or on again.
  toggle(group) {
    if (!this.off.delete(group)) this.off.add(group);
    this.show(this.picture);
  }

  leave() {
    this.clock.playing = false;
    depart(this);
    this.connection.leave();
    for (const each of [this.room, this.keys, this.presentation]) each.leave();
    for (const panel of this.panels) panel.leave();
  }
}

begin((root) => new Stage(root));
