// The room a stage has: how high it is, how large its type, and how many of its panels fit.
//
// All panels in their grid ("grid"), the first and one more ("pair"), or one at a time ("one"):
// rather fewer plots that can be read than all of them squeezed. Tabs then choose among the rest.

import { part } from "./dom.js";
import { meanings } from "./terms.js";

// So many texts are tried: one with fewer letters may be wider.
const LONGEST = 3;
const LEAST = { wide: 190, high: 140 };
// Pixels of 1/96 inch across a sheet of A4 within its margins.
const PAPER = 690;
const paper = window.matchMedia("print");

export class Room {
  constructor(stage) {
    this.stage = stage;
    this.tabs = part(stage.board, "os-tabs");
    this.tabs.setAttribute("role", "group");
    this.tabs.setAttribute("aria-label", "Which plot is shown");
    this.chosen = 0;
    this.watch = new ResizeObserver(() => this.later());
    this.watch.observe(stage.root);
    this.watch.observe(stage.board);
    this.onResize = () => this.later();
    window.addEventListener("resize", this.onResize);
    this.onPrint = () => this.fold();
    window.addEventListener("beforeprint", this.onPrint);
    this.measure();
  }

  // Once the stage is where it stays.
  settleIn() {
    this.above = this.stage.root.closest("[data-testid=stMain]");
    const page = this.stage.root.closest("[data-testid=stMainBlockContainer]");
    if (page) this.watch.observe(page);
    this.measure();
  }

  later() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.measure();
    });
  }

  // On paper the plots stay as they are, smaller (print.css): a printer does not wait for new ones.
  fold() {
    const { clientWidth: wide, clientHeight: high } = this.stage.board;
    this.stage.style("--os-wide", `${wide}px`);
    this.stage.style("--os-high", `${high}px`);
    this.stage.style("--os-zoom", String(Math.min(1, PAPER / wide)));
  }

  // From its own top to the bottom of the window is the stage's, wherever the page has scrolled.
  measure() {
    const { root } = this.stage;
    if (!root.isConnected || paper.matches) return;
    const top = root.getBoundingClientRect().top + (this.above?.scrollTop ?? 0);
    if (!document.documentElement.classList.contains("os-present")) {
      this.stage.style("--os-top", `${Math.ceil(top)}px`);
    }
    this.stage.dress();
    if (!this.stage.panels.length) return;
    this.reserve();
    const before = this.way;
    this.arrange();
    for (const panel of this.stage.panels) panel.resize();
    if (before === this.way) this.stage.draw();
    else this.stage.show(this.stage.picture);
  }

  // The sentence takes what the longest of its steps needs: nothing moves while they change.
  reserve() {
    const { words, look, picture: { words: said, live } } = this.stage;
    const wide = words.clientWidth;
    if (said === undefined || live || !wide) return;
    if (said === this.said && wide === this.wide && look.size === this.size) return;
    Object.assign(this, { said, wide, size: look.size });
    const longest = (said.texts ?? [said]).map((text) => text.split("\n")[0])
      .sort((one, other) => other.length - one.length).slice(0, LONGEST);
    const tries = longest.map((text) => Object.assign(words.cloneNode(), { textContent: text }));
    for (const { style } of tries) Object.assign(style, { position: "absolute", visibility: "hidden", width: `${wide}px`, minHeight: 0 });
    words.after(...tries);
    words.style.setProperty("--os-longest", `${Math.max(...tries.map((each) => each.offsetHeight))}px`);
    for (const each of tries) each.remove();
  }

  // Which panels are seen; the others keep their data and draw once they are.
  arrange() {
    const { board, panels, picture } = this.stage;
    const { columns } = picture.frame;
    this.way = this.fitting(columns);
    const { way, chosen } = this;
    this.stage.style("--os-columns", { grid: columns, pair: "minmax(0, 1fr) minmax(0, 1fr)" }[way] ?? "minmax(0, 1fr)");
    const first = way === "pair" ? 1 : 0;
    const at = Math.min(Math.max(chosen, first), panels.length - 1);
    panels.forEach((panel, index) => {
      panel.see(way === "grid" || index === at || index < first);
    });
    board.dataset.way = way;
    this.offer(way === "grid" ? [] : panels.slice(first), first, at);
  }

  fitting(columns) {
    const { root, board, panels } = this.stage;
    if (panels.length < 2) return "grid";
    if (getComputedStyle(root).getPropertyValue("--os-form") === "phone") return "one";
    const shares = [...columns.matchAll(/([\d.]+)fr/g)].map(([, share]) => Number(share));
    const cells = panels.reduce((sum, { frame }) => sum + frame.span, 0);
    const narrowest = board.clientWidth * Math.min(...shares) / shares.reduce((a, b) => a + b);
    const lowest = board.clientHeight / Math.ceil(cells / shares.length);
    if (narrowest >= LEAST.wide && lowest >= LEAST.high) return "grid";
    return board.clientWidth >= 2 * LEAST.wide && panels.length > 1 ? "pair" : "one";
  }

  offer(panels, first, at) {
    const names = panels.length > 1 ? panels.map(({ name }) => name) : [];
    const sign = JSON.stringify([names, first, at]);
    if (sign === this.sign) return;
    this.sign = sign;
    this.tabs.hidden = !names.length;
    this.tabs.replaceChildren(...names.map((name, index) => {
      const tab = Object.assign(document.createElement("button"), { type: "button", textContent: name });
      tab.setAttribute("aria-pressed", String(index + first === at));
      tab.onclick = () => this.choose(index + first);
      tab.dataset.tip = meanings(name);
      return tab;
    }));
  }

  choose(index) {
    this.chosen = index;
    this.arrange();
    this.stage.show(this.stage.picture);
    this.tabs.querySelector("[aria-pressed=true]")?.focus({ preventScroll: true });
  }

  leave() {
    this.watch.disconnect();
    window.removeEventListener("resize", this.onResize);
    window.removeEventListener("beforeprint", this.onPrint);
  }
}
