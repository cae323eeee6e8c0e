// Arrows at the head of a path. A trace with `meta.play` "arrows" has a tail (`x`, `y`) and, in
// `meta.arrows`, vectors of several kinds for each step from `meta.first` on; after the step
// `meta.last` the path is at its end. Between them they are as long as they are in the plane; where
// the longest is too short or too long to be seen, all arrows of a head are drawn to another scale,
// which the key tells.

import { perUnit } from "./axes.js";
import { ink } from "./theme.js";

const LEAST = 3.4;
const MOST = 16;
// Shorter than so many pixels there is nothing to point at.
const NONE = 1e-4;
// Broad lies under thin, so that arrows that fall together are both seen.
const KINDS = {
  gradient: { colour: "#d96c06", wide: 0.5, dash: [] },
  memory: { colour: "#7a4fd0", wide: 0.32, dash: [0.55, 0.3] },
  step: { colour: "ink", wide: 0.15, dash: [] },
};

// Draws the arrows of a step, and gives the scale they were drawn to; null where there are none.
export function arrows(pen, { x, y }, { meta }, step, axes, look) {
  const row = Math.min(Math.floor(step), meta.last) - meta.first;
  if (row < 0 || row >= x.length) return null;
  const [right, up] = axes.map(perUnit);
  const drawn = meta.arrows.map((each) => ({ ...each, dx: each.x[row] * right, dy: each.y[row] * up }))
    .filter(({ dx, dy }) => Number.isFinite(dx) && Number.isFinite(dy));
  const longest = Math.max(0, ...drawn.map(({ dx, dy }) => Math.hypot(dx, dy)));
  if (longest < NONE) return null;
  const scale = Math.max(LEAST * look.size, Math.min(longest, MOST * look.size)) / longest;
  for (const { kind, dx, dy } of drawn) arrow(pen, x[row], y[row], dx * scale, dy * scale, KINDS[kind], look);
  return scale;
}

function arrow(pen, x, y, dx, dy, { colour, wide, dash }, look) {
  const length = Math.hypot(dx, dy);
  const width = wide * look.size;
  const tip = Math.min(length, width * 1.2 + 0.45 * look.size);
  if (length < 1) return;
  pen.save();
  pen.translate(x, y);
  pen.rotate(Math.atan2(dy, dx));
  pen.lineJoin = "round";
  pen.setLineDash([]);
  for (const edge of [true, false]) {
    pen.strokeStyle = pen.fillStyle = edge ? look.back : ink(colour, look);
    pen.beginPath();
    pen.moveTo(0, 0);
    pen.lineTo(length - tip, 0);
    pen.lineWidth = width + (edge ? 3 : 0);
    pen.setLineDash(edge ? [] : dash.map((each) => each * look.size));
    pen.stroke();
    pen.setLineDash([]);
    pen.beginPath();
    pen.moveTo(length, 0);
    for (const side of [-1, 1]) pen.lineTo(length - tip, side * (width / 2 + 0.28 * look.size));
    pen.closePath();
    pen.lineWidth = 3;
    if (edge) pen.stroke();
    else pen.fill();
  }
  pen.restore();
}

// What the arrows are, in a corner of the plot; `scales` are those of the heads.
export function arrowKey(pen, traces, scales, [xa, ya], look) {
  const all = traces.flatMap(({ meta }) => meta.arrows);
  const entries = Object.keys(KINDS).map((kind) => {
    const labels = all.filter((each) => each.kind === kind).map(({ label }) => label);
    return [kind, [...new Set(labels)].join(" / ")];
  }).filter(([, labels]) => labels);
  const changed = scales.filter((scale) => Math.abs(Math.log(scale)) > 0.01);
  const note = !changed.length ? "" : changed.length > 1 || traces.length > 1 ? "lengthened" : `× ${short(changed[0])}`;
  const { size } = look;
  pen.save();
  pen.font = `${size}px ${look.font}`;
  const [dash, gap] = [1.9 * size, 0.9 * size];
  const wide = entries.reduce((sum, [, label]) => sum + dash + 0.35 * size + pen.measureText(label).width + gap, gap)
    + (note ? pen.measureText(note).width + gap : 0);
  // In a narrow plot it is smaller.
  const fit = Math.min(1, (xa._length - 12) / wide);
  pen.translate(xa._offset + 6, ya._offset + ya._length - 1.1 * size * fit);
  pen.scale(fit, fit);
  pen.globalAlpha = 0.86;
  pen.fillStyle = look.back;
  pen.beginPath();
  pen.roundRect(0, -0.85 * size, wide, 1.7 * size, 6);
  pen.fill();
  pen.globalAlpha = 1;
  pen.textBaseline = "middle";
  let at = gap;
  for (const [kind, label] of entries) {
    arrow(pen, at, 0, dash, 0, KINDS[kind], look);
    at = write(pen, label, at + dash + 0.35 * size, look) + gap;
  }
  if (note) write(pen, note, at, look);
  pen.restore();
}

function write(pen, text, x, look) {
  pen.fillStyle = look.text;
  pen.fillText(text, x, 0);
  return x + pen.measureText(text).width;
}

const short = (number) => String(Number(number.toPrecision(2)));
