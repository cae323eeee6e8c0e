// The menu of what can be taken along. All of it is made here, in the browser, of what is shown.

import { html } from "./alone.js";
import { part } from "./dom.js";
import { gif, Refused, webm } from "./film.js";
import { Picture } from "./picture.js";
import { stages } from "./presence.js";

const WHOLE = "All plots";
const HIDDEN = "Answer the question first: until then there is nothing to take away.";

// A way makes a file of the stage and the panel that was chosen, or of all of them.
const WAYS = [
  { name: "PNG", title: "A picture, twice as fine as the screen", make: (stage, panel) => new Picture(stage, panel).png() },
  { name: "SVG", title: "A picture that is sharp at every size", make: (stage, panel) => new Picture(stage, panel).svg() },
  { name: "GIF", title: "The run as a moving picture that every program shows", make: gif, plays: true },
  { name: "WebM", title: "The run as a film, recorded as it plays", make: webm, plays: true },
  { name: "HTML", title: "One page that plays without a server and a connection", make: html, whole: true },
];

// The component: it is called with every run of the page while the menu is there.
export default function ({ parentElement }) {
  const root = parentElement.querySelector(".os-take");
  const stage = [...stages].find((each) => !each.root.classList.contains("os-inset"));
  if (stage) (root.menu ??= new TakeAway(root)).offer(stage);
}

class TakeAway {
  constructor(root) {
    this.what = part(root, "", "select");
    this.what.setAttribute("aria-label", "What to take away");
    this.buttons = WAYS.map((way) => {
      const button = part(root, "", "button");
      Object.assign(button, { type: "button", textContent: way.name, title: way.title });
      button.onclick = () => (this.busy ? this.stop(way) : this.take(way, button));
      return button;
    });
    const print = part(root, "", "button");
    Object.assign(print, { type: "button", textContent: "Print", title: "Picture, words and table on paper" });
    print.onclick = () => window.print();
    this.status = part(root, "", "p");
    this.status.setAttribute("role", "status");
  }

  offer(stage) {
    this.stage = stage;
    WAYS.forEach(({ plays }, at) => { this.buttons[at].hidden = plays && stage.clock.bar.hidden; });
    const panels = stage.panels.filter(({ cell }) => !cell.hidden);
    const names = panels.map(({ name }) => name.split("<br>").join(" "));
    if (JSON.stringify(names) === this.names) return;
    this.names = JSON.stringify(names);
    this.panels = panels.length > 1 ? [null, ...panels] : panels;
    const offered = panels.length > 1 ? [WHOLE, ...names] : names;
    this.what.replaceChildren(...offered.map((name, at) => new Option(name, at)));
  }

  // One at a time, which its own button stops; what cannot be made is said in a sentence.
  async take(way, button) {
    const { name, make, whole } = way;
    this.busy = way;
    this.stopped = false;
    this.say(`${name} …`);
    try {
      const { stage } = this;
      if (stage.secret) throw new Refused(HIDDEN);
      const panel = whole ? undefined : this.panels[Number(this.what.value)] ?? undefined;
      const file = await make(stage, panel, (share) => {
        if (this.stopped) throw new Refused(`${name}: stopped.`);
        button.textContent = "Stop";
        this.say(`${name}: ${Math.round(100 * share)} %`);
      });
      save(file, `${named(panel ? panel.name : "")}.${name.toLowerCase()}`);
      this.say(`${name}: ${size(file.size)}`);
    } catch (error) {
      this.say(error instanceof Refused ? error.message : `There is no ${name}: ${error.message}`);
    }
    button.textContent = name;
    this.busy = null;
  }

  stop(way) {
    this.stopped = way === this.busy;
  }

  say(text) {
    this.status.textContent = text;
  }
}

function save(file, name) {
  const way = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: name });
  way.click();
  setTimeout(() => URL.revokeObjectURL(way.href), 60000);
}

// After the page, and the plot if it is one alone.
function named(plot) {
  const page = document.querySelector("h1")?.textContent ?? "";
  return `${page} ${plot}`.trim().toLowerCase().replace(/<.*?>|[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "") || "picture";
}

const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);
