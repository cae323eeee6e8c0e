// What the stage shows as one picture to take away: the panels, what moves over them, the handles,
// and under them the legend, the step and the sentence of the moment. It is drawn with any pen.

import { HIGH, swatch, WIDE } from "./legend.js";
import { SvgPen } from "./svg_pen.js";
import { vector } from "./vector.js";

const EDGE = 12;
const GAP = 22;
const LEADING = 1.4;
// Pixels of a picture for one of the screen: sharp when it is printed.
const FINE = 2;

const ruler = document.createElement("canvas").getContext("2d");

export class Picture {
  // Of all panels that are seen, or of one of them.
  constructor(stage, only) {
    this.stage = stage;
    this.panels = only ? [only] : stage.panels.filter(({ cell }) => !cell.hidden);
    const boxes = this.panels.map(({ holder }) => holder.getBoundingClientRect());
    const [left, top] = ["left", "top"].map((side) => Math.min(...boxes.map((box) => box[side])));
    const [right, bottom] = ["right", "bottom"].map((side) => Math.max(...boxes.map((box) => box[side])));
    this.places = boxes.map((box) => [box.left - left + EDGE, box.top - top + EDGE]);
    this.width = Math.ceil(right - left) + 2 * EDGE;
    this.under = Math.ceil(bottom - top) + 2 * EDGE;
    this.height = 0;
    this.leave(this.foot().height);
  }

  // At least so much room under the panels.
  leave(room) {
    this.height = Math.max(this.height, Math.ceil(this.under + room + EDGE));
  }

  async svg() {
    const pen = new SvgPen(this.width, this.height, await fontFace(this.stage.look.font));
    this.draw(pen, this.panels.map((panel) => vector(panel.plot)));
    return new Blob([String(pen)], { type: "image/svg+xml" });
  }

  async png() {
    const canvas = await this.onCanvas(FINE);
    return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  }

  // On a new canvas, or once more on the same; `kept` holds what Plotly has drawn for the next time.
  async onCanvas(scale, canvas = document.createElement("canvas"), kept = new Map()) {
    for (const panel of this.panels) {
      if (!kept.has(panel) || panel.changes) kept.set(panel, await image(panel, this.stage.look.font));
    }
    const [width, height] = [this.width, this.height].map((side) => 2 * Math.round((side * scale) / 2));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.setTransform(width / this.width, 0, 0, height / this.height, 0, 0);
    this.draw(pen, this.panels.map((panel) => kept.get(panel)));
    return canvas;
  }

  draw(pen, grounds) {
    const { look, clock, handles } = this.stage;
    pen.save();
    pen.fillStyle = look.back;
    pen.fillRect(0, 0, this.width, this.height);
    this.panels.forEach((panel, at) => {
      const [x, y] = this.places[at];
      if (typeof grounds[at] === "string") pen.nest(grounds[at], x, y);
      else pen.drawImage(grounds[at], x, y);
      pen.save();
      pen.translate(x, y);
      panel.paint(pen, clock.step);
      for (const handle of handles.values()) if (handle.panel === panel) handle.paint(pen, look);
      pen.restore();
    });
    pen.fillStyle = look.text;
    for (const mark of this.foot().marks) mark(pen);
    pen.restore();
  }

  // What stands under the panels: how to draw it, and how high it is.
  foot() {
    const { look, legend, clock, words } = this.stage;
    const high = look.size * LEADING;
    const [marks, room] = [[], this.width - 2 * EDGE];
    let [x, line] = [0, 0];
    const put = (parts, lead = 0) => {
      const wide = lead + parts.reduce((sum, [text, bold]) => sum + measured(text, look, bold), 0);
      if (x && x + wide > room) [x, line] = [0, line + 1];
      const [left, middle] = [EDGE + x, this.under + (line + 0.5) * high];
      marks.push((pen) => write(pen, parts, left + lead, middle + look.size * 0.35, look));
      x += wide + GAP;
      return [left, middle - HIGH / 2];
    };
    for (const { entry, text } of legend.shown) {
      const [left, top] = put([[entry.name, true], [text && `  ${text}`]], WIDE + 6);
      marks.push((pen) => {
        pen.save();
        pen.translate(left, top);
        swatch(pen, entry, look);
        pen.restore();
      });
    }
    if (!clock.bar.hidden) put([[clock.output.textContent]]);
    if (x) line += 1;
    for (const text of folded(words.textContent, room, look)) {
      [x, line] = [0, line + 1];
      const baseline = this.under + (line - 0.5) * high + look.size * 0.35;
      marks.push((pen) => write(pen, [[text]], EDGE, baseline, look));
    }
    return { marks, height: line * high };
  }
}

const font = ({ size, font: family }, bold) => `${bold ? 600 : 400} ${size}px ${family}`;

function measured(text, look, bold) {
  ruler.font = font(look, bold);
  return ruler.measureText(text).width;
}

function write(pen, parts, x, y, look) {
  for (const [text, bold] of parts) {
    pen.font = font(look, bold);
    pen.fillText(text, x, y);
    x += measured(text, look, bold);
  }
}

// A sentence on as many lines as it needs.
function folded(text, room, look) {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && measured(longer, look) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return text ? lines : [];
}

async function image(panel, family) {
  const [width, height] = [panel.plot.clientWidth, panel.plot.clientHeight];
  const pen = new SvgPen(width, height, await fontFace(family));
  pen.nest(vector(panel.plot), 0, 0);
  const drawn = new Image();
  drawn.src = URL.createObjectURL(new Blob([String(pen)], { type: "image/svg+xml" }));
  await drawn.decode();
  URL.revokeObjectURL(drawn.src);
  return drawn;
}

let face;

// The letters go along: what is drawn as a file has none of the page's.
export function fontFace(family) {
  face ??= found(family.split(",")[0].replaceAll('"', "").trim());
  return face;
}

async function found(family) {
  for (const sheet of document.styleSheets) {
    for (const { style, type } of sheet.cssRules) {
      if (type !== CSSRule.FONT_FACE_RULE || style.fontStyle === "italic") continue;
      if (style.fontFamily.replaceAll('"', "") !== family) continue;
      const [, address] = /url\("?([^")]+)"?\)/.exec(style.src) ?? [];
      const answer = await fetch(new URL(address, sheet.href ?? document.baseURI));
      return `@font-face { font-family: "${family}"; font-weight: ${style.fontWeight || "normal"}; src: url(${await inlined(await answer.blob())}); }`;
    }
  }
  return "";
}

export function inlined(blob) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });
}
