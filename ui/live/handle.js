// A point on a panel that the person drags, clicks to, or moves with the arrow keys.

const NUDGE = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const SETTLE = 350;

export class Handle {
  constructor(stage, name) {
    this.stage = stage;
    this.name = name;
    this.dot = document.createElement("button");
    this.dot.type = "button";
    this.dot.className = "os-handle";
    this.dot.onpointerdown = (event) => this.grab(event);
    this.dot.onkeydown = (event) => this.key(event);
  }

  set({ at, frame }) {
    const { panel, label, along, fixed } = frame;
    Object.assign(this, { along, frame });
    this.dot.disabled = Boolean(fixed);
    this.panel = this.stage.panels[panel];
    if (this.dot.parentElement !== this.panel.holder) this.panel.holder.append(this.dot);
    if (!this.held && !this.stage.newer.handles?.[this.name]) this.at = at;
    this.dot.setAttribute("aria-label", label);
    this.dot.title = label;
    this.place();
  }

  place() {
    const spot = this.panel?.spot(this.at);
    this.dot.hidden = !spot;
    if (spot) this.dot.style.transform = `translate(${spot[0]}px, ${spot[1]}px)`;
  }

  // As stage.css has it.
  paint(pen, look) {
    if (this.dot.hidden) return;
    const dot = (radius) => {
      pen.beginPath();
      pen.arc(...this.panel.spot(this.at), radius * look.size, 0, 7);
    };
    pen.save();
    dot(0.845);
    pen.globalAlpha = 0.55;
    pen.fillStyle = look.back;
    pen.fill();
    pen.globalAlpha = 1;
    pen.strokeStyle = pen.fillStyle = look.text;
    pen.lineWidth = 0.21 * look.size;
    pen.stroke();
    dot(0.37);
    pen.fill();
    pen.restore();
  }

  go(at, settled) {
    this.at = this.along ? this.onCurve(at) : at;
    this.place();
    this.stage.move(this.name, at, settled);
  }

  // The place on the curve this point keeps to, above or below where the hand is.
  onCurve([x, y]) {
    const { x: xs, y: ys } = this.panel.overlay.traces.find(({ name }) => name === this.along) ?? {};
    const next = xs?.findIndex((each) => each >= x);
    if (!(next > 0)) return [x, y];
    const share = (x - xs[next - 1]) / (xs[next] - xs[next - 1]);
    const height = ys[next - 1] + share * (ys[next] - ys[next - 1]);
    return [x, Number.isFinite(height) ? height : y];
  }

  grab(event) {
    event.preventDefault();
    this.dot.focus({ preventScroll: true });
    this.dot.setPointerCapture(event.pointerId);
    this.held = true;
    this.stage.hover.hold(true);
    this.stage.touched(this.name);
    this.dot.onpointermove = (move) => this.follow(move);
    this.dot.onpointerup = this.dot.onpointercancel = () => {
      this.held = false;
      this.stage.hover.hold(false);
      this.dot.onpointermove = this.dot.onpointerup = this.dot.onpointercancel = null;
      this.stage.move(this.name, this.at, true);
    };
  }

  follow(event) {
    const at = this.panel.placeOf(event);
    if (at) this.go(at, false);
  }

  key(event) {
    const nudge = NUDGE[event.key];
    if (!nudge) return;
    event.preventDefault();
    event.stopPropagation();
    const share = event.shiftKey ? 0.002 : 0.02;
    const [across, up] = this.panel.ranges;
    const [wide, high] = [across[1] - across[0], up[1] - up[0]];
    const within = (value, range) => Math.max(Math.min(...range), Math.min(value, Math.max(...range)));
    this.go([
      within(this.at[0] + nudge[0] * share * wide, across),
      within(this.at[1] + nudge[1] * share * high, up),
    ], false);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.stage.move(this.name, this.at, true), SETTLE);
  }

  leave() {
    this.dot.remove();
  }
}
