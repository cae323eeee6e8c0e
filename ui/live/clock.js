// The transport: play, step, scrub, speed. It runs in the browser and never asks the server.

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];
// Who wants less motion gets a play of still pictures, so many a second.
const STILLS = 2;
const less = window.matchMedia("(prefers-reduced-motion: reduce)");

// Drawn here, because not every machine has a font with these signs.
const ICONS = {
  first: "M4 3h2v10H4zM13 3v10L6.500 8z", back: "M12 3v10L4 8z", next: "M4 3v10l8-5z",
  last: "M10 3h2v10h-2zM3 3v10l6.500-5z", play: "M4 2.500v11l9-5.500z", pause: "M4 3h3v10H4zM9 3h3v10H9z",
};
const icon = (name) => `<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path fill="currentColor" d="${ICONS[name]}"/></svg>`;
const opened = new Set();

export class Clock {
  constructor(holder, onTick, onSettle) {
    this.onTick = onTick;
    this.onSettle = onSettle;
    this.steps = 0;
    this.at = 0;
    this.speed = 1;
    this.playing = false;
    this.plays = 0;
    this.reported = [];
    this.bar = document.createElement("div");
    this.bar.className = "os-clock";
    this.bar.innerHTML = `
      <button type="button" data-do="first" aria-label="Jump to the start">${icon("first")}</button>
      <button type="button" data-do="back" aria-label="One step back">${icon("back")}</button>
      <button type="button" data-do="play" class="os-play" aria-label="Play"></button>
      <button type="button" data-do="next" aria-label="One step forward">${icon("next")}</button>
      <button type="button" data-do="last" aria-label="Jump to the end">${icon("last")}</button>
      <input type="range" min="0" step="1" aria-label="Step">
      <output></output>
      <select aria-label="Playback speed" title="Playback speed">${SPEEDS.map((s) =>
        `<option value="${s}"${s === 1 ? " selected" : ""}>${s}×</option>`).join("")}</select>`;
    holder.append(this.bar);
    this.range = this.bar.querySelector("input");
    this.output = this.bar.querySelector("output");
    this.toggle = this.bar.querySelector("[data-do=play]");
    this.bar.onclick = ({ target }) => this.press(target.closest("button")?.dataset.do);
    this.range.oninput = () => this.go(Number(this.range.value));
    this.range.onchange = () => this.onSettle();
    this.bar.querySelector("select").onchange = ({ target }) => { this.speed = Number(target.value); };
    // Whatever a hand does, it finds the whole picture.
    for (const touch of ["pointerdown", "keydown"]) {
      holder.addEventListener(touch, () => this.finish(), { capture: true });
    }
  }

  press(what) {
    this.finish();
    if (what === "play") this.playing ? this.pause() : this.play();
    if (what === "first") this.jump(0);
    if (what === "back") this.jump(Math.ceil(this.at) - 1);
    if (what === "next") this.jump(Math.floor(this.at) + 1);
    if (what === "last") this.jump(this.steps);
  }

  // A run of a new length keeps a scrubber that stood at the end there; `at` null is the end.
  set({ at, frame }) {
    const { steps, labels, unit, name, seconds, opens, field } = frame;
    const atEnd = this.at >= this.steps;
    Object.assign(this, { labels, unit, name, seconds, opens, field });
    this.range.setAttribute("aria-label", name);
    if (steps !== this.steps) {
      this.steps = steps;
      this.range.max = steps;
      if (atEnd || this.at > steps) this.at = steps;
    }
    const wanted = this.named(at ?? steps);
    const echo = this.reported.indexOf(wanted);
    this.reported.splice(0, echo + 1);
    const asked = wanted !== this.wanted && echo < 0;
    if (asked && !this.playing) this.at = Math.min(wanted, steps);
    this.wanted = wanted;
    this.show();
  }

  // The first look at a page plays it once, in so many seconds, unless the link names a step.
  open() {
    if (!this.opens || opened.has(this.page)) return;
    opened.add(this.page);
    if (this.wanted !== Infinity || less.matches || document.hidden) return;
    this.at = 0;
    this.opening = this.opens;
    this.bar.dataset.opening = "";
    this.play();
  }

  get page() {
    return `${window.location.pathname} ${this.name}`;
  }

  finish() {
    if (!this.opening) return;
    this.endOpening();
    this.go(this.steps);
  }

  go(at) {
    this.pause(false);
    this.at = Math.max(0, Math.min(at, this.steps));
    this.show();
    this.onTick();
  }

  // Where a lesson puts it: the page hears of it with the next thing that is said.
  stand(at) {
    this.opening = null;
    opened.add(this.page);
    this.go(at);
  }

  jump(at) {
    this.go(at);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.onSettle(), 250);
  }

  // What a message to the server says; a late answer to it must not pull the scrubber back from
  // where it went since.
  tell() {
    // A page that opens by playing itself stands at its end all the while.
    const step = this.opening ? this.steps : this.step;
    if (!this.bar.hidden) this.reported.push(this.named(step));
    return step < this.steps ? step : "end";
  }

  // The end is the end of a longer run, too.
  named(step) {
    return step < this.steps ? step : Infinity;
  }

  // To the end, or to an earlier step.
  play(until = this.steps) {
    if (this.at >= until) this.at = 0;
    this.until = until;
    this.plays += 1;
    this.playing = true;
    let before = performance.now();
    const frame = (now) => {
      if (!this.playing) return;
      if (less.matches && now - before < 1000 / STILLS) return void requestAnimationFrame(frame);
      this.at += ((now - before) / 1000) * this.speed * (this.steps / (this.opening ?? this.seconds));
      before = now;
      if (this.at >= this.until) this.end();
      this.show();
      this.onTick();
      if (this.playing) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    this.show();
  }

  // The play that opens a page ends where the page said it stands: there is nothing to report.
  end() {
    this.at = this.until;
    this.pause(!this.opening);
    this.endOpening();
  }

  endOpening() {
    this.opening = null;
    delete this.bar.dataset.opening;
  }

  pause(settle = true) {
    const was = this.playing;
    this.playing = false;
    this.show();
    if (was && settle) this.onSettle();
  }

  get step() {
    return Math.floor(this.at);
  }

  show() {
    const face = this.playing && !this.opening ? "Pause" : "Play";
    if (this.face !== face) {
      this.face = face;
      this.toggle.innerHTML = `${icon(face.toLowerCase())} <span>${face}</span>`;
      this.toggle.setAttribute("aria-label", face);
    }
    this.range.value = this.step;
    const label = this.labels ? this.labels[this.step] : `${this.unit} ${this.step} / ${this.steps}`;
    this.output.textContent = label;
    this.range.setAttribute("aria-valuetext", label);
    if (this.field) this.fill(label.split("= ").at(-1).replace("−", "-"));
  }

  // A text field of the page says where the clock is, too, unless somebody types in it.
  fill(text) {
    const field = document.querySelector(`.${this.field} input`);
    if (field && field !== document.activeElement && Number(field.value) !== Number(text)) field.value = text;
  }
}
