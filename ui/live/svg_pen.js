// A pen that writes SVG: the part of a canvas's own that the stage draws with, by the same names, so
// that one way of drawing serves the screen, a picture in pixels and one that stays sharp.

const STATE = ["fillStyle", "strokeStyle", "lineWidth", "lineJoin", "globalAlpha", "font", "textAlign",
  "dash", "left", "top", "clipped"];
const ANCHORS = { left: "start", center: "middle", right: "end" };

export class SvgPen {
  constructor(width, height, style = "") {
    Object.assign(this, { width, height, style, parts: [], defs: [], kept: [], d: "" });
    Object.assign(this, { fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, lineJoin: "miter",
      globalAlpha: 1, font: "10px sans-serif", textAlign: "left", dash: [], left: 0, top: 0, clipped: "" });
  }

  save() {
    this.kept.push(STATE.map((name) => this[name]));
  }

  restore() {
    this.kept.pop()?.forEach((value, at) => { this[STATE[at]] = value; });
  }

  translate(x, y) {
    this.left += x;
    this.top += y;
  }

  setLineDash(dash) {
    this.dash = dash;
  }

  // As on a canvas, what is not finite is not drawn.
  at(x, y) {
    return `${short(x + this.left)} ${short(y + this.top)}`;
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
    this.defs.push(`<clipPath id="${name}"${this.clipped}><path d="${this.d}"/></clipPath>`);
    this.clipped = ` clip-path="url(#${name})"`;
  }

  get look() {
    return `${this.globalAlpha < 1 ? ` opacity="${short(this.globalAlpha)}"` : ""}${this.clipped}`;
  }

  get line() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join()}"` : "";
    return `stroke="${plain(this.strokeStyle)}" stroke-width="${short(this.lineWidth)}" stroke-linejoin="${this.lineJoin}"${dash}`;
  }

  stroke() {
    if (this.d) this.parts.push(`<path d="${this.d}" fill="none" ${this.line}${this.look}/>`);
  }

  fill() {
    if (this.d) this.parts.push(`<path d="${this.d}" fill="${plain(this.fillStyle)}"${this.look}/>`);
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
    this.parts.push(`<text x="${px}" y="${py}" text-anchor="${ANCHORS[this.textAlign]}" style="${plain(`font: ${this.font}; white-space: pre`)}" ${paint}${this.look}>${plain(text)}</text>`);
  }

  // A picture that is SVG already, as it is.
  nest(svg, x, y) {
    this.parts.push(`<g transform="translate(${this.at(x, y)})">${svg}</g>`);
  }

  toString() {
    const { width, height } = this;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`
      + `<style>${plain(this.style)}</style><defs>${this.defs.join("")}</defs>${this.parts.join("")}</svg>`;
  }
}

const short = (number) => Math.round(number * 100) / 100;
const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const plain = (text) => String(text).replace(/[&<>"]/g, (sign) => SIGNS[sign]);
