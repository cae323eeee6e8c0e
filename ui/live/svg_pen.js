// A pen that writes SVG: the part of a canvas's own that the stage draws with, by the same names, so
// that one way of drawing serves the screen, a picture in pixels and one that stays sharp.

const STATE = ["fillStyle", "strokeStyle", "lineWidth", "lineJoin", "lineCap", "globalAlpha", "font", "textAlign",
  "textBaseline", "dash", "turned", "clipped"];
const ANCHORS = { left: "start", start: "start", center: "middle", right: "end", end: "end" };
const BASELINES = { middle: "central", top: "text-before-edge", bottom: "text-after-edge" };
const ruler = document.createElement("canvas").getContext("2d");

export class SvgPen {
  constructor(width, height, style = "") {
    Object.assign(this, { width, height, style, parts: [], defs: [], kept: [], d: "" });
    Object.assign(this, { fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, lineJoin: "miter", lineCap: "butt",
      globalAlpha: 1, font: "10px sans-serif", textAlign: "left", textBaseline: "alphabetic", dash: [],
      turned: new DOMMatrix(), clipped: null });
  }

  save() {
    this.kept.push(STATE.map((name) => this[name]));
  }

  restore() {
    this.kept.pop()?.forEach((value, at) => { this[STATE[at]] = value; });
  }

  translate(x, y) {
    this.turned = this.turned.translate(x, y);
  }

  scale(x, y) {
    this.turned = this.turned.scale(x, y);
  }

  rotate(angle) {
    this.turned = this.turned.rotate((angle * 180) / Math.PI);
  }

  measureText(text) {
    ruler.font = this.font;
    return ruler.measureText(text);
  }

  setLineDash(dash) {
    this.dash = dash;
  }

  // As on a canvas, what is not finite is not drawn.
  at(x, y) {
    return `${short(x)} ${short(y)}`;
  }

  beginPath() {
    this.d = "";
  }

  moveTo(x, y) {
    if (Number.isFinite(x + y)) this.d += `M${this.at(x, y)}`;
  }

  lineTo(x, y) {
    if (Number.isFinite(x + y)) this.d += `${this.d ? "L" : "M"}${this.at(x, y)}`;
  }

  rect(x, y, width, height) {
    if (!Number.isFinite(x + y + width + height)) return;
    this.d += `M${this.at(x, y)}h${short(width)}v${short(height)}h${short(-width)}Z`;
  }

  bezierCurveTo(a, b, c, d, x, y) {
    if (Number.isFinite(a + b + c + d + x + y)) this.d += `C${this.at(a, b)} ${this.at(c, d)} ${this.at(x, y)}`;
  }

  roundRect(x, y, width, height, radius) {
    if (!Number.isFinite(x + y + width + height)) return;
    const [r, w, h] = [radius, width - 2 * radius, height - 2 * radius].map(short);
    const corner = (across, down) => `a${r} ${r} 0 0 1 ${across * r} ${down * r}`;
    this.d += `M${this.at(x + radius, y)}h${w}${corner(1, 1)}v${h}${corner(-1, 1)}h${-w}${corner(-1, -1)}v${-h}${corner(1, -1)}Z`;
  }

  // Whole circles are all that is drawn.
  arc(x, y, radius) {
    if (!Number.isFinite(x + y + radius)) return;
    const [r, way] = [short(radius), short(2 * radius)];
    this.d += `M${this.at(x + radius, y)}a${r} ${r} 0 1 1 ${-way} 0a${r} ${r} 0 1 1 ${way} 0Z`;
  }

  closePath() {
    if (this.d && !this.d.endsWith("Z")) this.d += "Z";
  }

  clip() {
    const name = `os-clip-${this.defs.length}`;
    const within = this.clipped ? ` clip-path="url(#${this.clipped})"` : "";
    this.defs.push(`<clipPath id="${name}"${within}><path d="${this.d}"${this.place}/></clipPath>`);
    this.clipped = name;
  }

  // Where the origin is and how things are turned.
  get place() {
    const { a, b, c, d, e, f, isIdentity } = this.turned;
    return isIdentity ? "" : ` transform="matrix(${[a, b, c, d].map(fine)} ${[e, f].map(short)})"`;
  }

  get line() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join()}"` : "";
    const cap = this.lineCap === "butt" ? "" : ` stroke-linecap="${this.lineCap}"`;
    return `stroke="${plain(this.strokeStyle)}" stroke-width="${short(this.lineWidth)}" stroke-linejoin="${this.lineJoin}"${cap}${dash}`;
  }

  // What clips stays where it is, however the drawn is turned.
  add(element) {
    const pale = this.globalAlpha < 1 ? ` opacity="${short(this.globalAlpha)}"` : "";
    const clip = this.clipped ? ` clip-path="url(#${this.clipped})"` : "";
    this.parts.push(pale || clip ? `<g${clip}${pale}>${element}</g>` : element);
  }

  stroke() {
    if (this.d) this.add(`<path d="${this.d}" fill="none" ${this.line}${this.place}/>`);
  }

  fill() {
    if (this.d) this.add(`<path d="${this.d}" fill="${plain(this.fillStyle)}"${this.place}/>`);
  }

  fillRect(...box) {
    const { d } = this;
    this.beginPath();
    this.rect(...box);
    this.fill();
    this.d = d;
  }

  fillText(text, x, y) {
    this.write(text, x, y, `fill="${plain(this.fillStyle)}"`);
  }

  strokeText(text, x, y) {
    this.write(text, x, y, `fill="none" ${this.line}`);
  }

  write(text, x, y, paint) {
    if (!Number.isFinite(x + y)) return;
    const [px, py] = this.at(x, y).split(" ");
    const baseline = BASELINES[this.textBaseline] ? ` dominant-baseline="${BASELINES[this.textBaseline]}"` : "";
    this.add(`<text x="${px}" y="${py}" text-anchor="${ANCHORS[this.textAlign]}"${baseline} style="${plain(`font: ${this.font}; white-space: pre`)}" ${paint}${this.place}>${plain(text)}</text>`);
  }

  // A picture that is SVG already, as it is.
  nest(svg, x, y) {
    this.add(`<g${this.place}><g transform="translate(${this.at(x, y)})">${svg}</g></g>`);
  }

  toString() {
    const { width, height } = this;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`
      + `<style>${plain(this.style)}</style><defs>${this.defs.join("")}</defs>${this.parts.join("")}</svg>`;
  }
}

const short = (number) => Math.round(number * 100) / 100;
const fine = (number) => Math.round(number * 1e5) / 1e5;
const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const plain = (text) => String(text).replace(/[&<>"]/g, (sign) => SIGNS[sign]);
