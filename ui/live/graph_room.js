// How large the cards of a graph (graph.js) are, so that none touches another.

import { perUnit } from "./axes.js";

// A letter is about so wide, and a line so high, for a type of one pixel.
export const LETTER = 0.52;
export const LINE = 1.25;
// Letters of room at the sides of a card.
const PAD = 1.5;
// How much of the way from layer to layer cards may take, and of the way to their neighbours.
const ACROSS = 0.8;
const UP = 0.86;
// Type below this share of the stage's own is not legible: heads alone, or dots, are drawn instead.
const LEAST = 0.7;

// The letters and the rows of every card, and the nodes from top to bottom of each layer.
const measured = new WeakMap();

function measure({ meta, x, y }) {
  if (measured.has(meta)) return measured.get(meta);
  const { heads, slots: [items, lines], flows } = meta.plan;
  const letters = heads.map(({ length }) => length);
  const rows = heads.map(() => flows.map(() => 0));
  meta.texts.forEach((text, at) => {
    if (items[at] >= heads.length) return;
    const split = text ? text.split("\n") : [];
    letters[items[at]] = split.reduce((most, { length }) => Math.max(most, length), letters[items[at]]);
    rows[items[at]][lines[at]] = Math.max(rows[items[at]][lines[at]], split.length);
  });
  const layers = new Map();
  heads.forEach((_, at) => layers.set(x[at], [...(layers.get(x[at]) ?? []), at]));
  for (const nodes of layers.values()) nodes.sort((one, other) => y[one] - y[other]);
  const found = { letters, rows: rows.map((each) => each.reduce((sum, more) => sum + more, 1)), layers };
  measured.set(meta, found);
  return found;
}

// The largest type in which cards of so many letters and rows neither touch nor overlap.
function fitting(trace, letters, rows, wide, high) {
  const { layers } = measure(trace);
  const places = [...layers.keys()].sort((one, other) => one - other);
  const widest = places.map((place) => Math.max(...layers.get(place).map(letters)));
  let type = Infinity;
  widest.forEach((own, at) => {
    const two = at ? (own + widest[at - 1]) / 2 : own;
    type = Math.min(type, (wide * ACROSS) / ((two + PAD) * LETTER));
    // Half a unit is left beside the first layer and the last.
    if (at === 0 || at === widest.length - 1) type = Math.min(type, (0.98 * wide) / ((own + PAD) * LETTER));
  });
  for (const nodes of layers.values()) {
    for (let at = 1; at < nodes.length; at += 1) {
      const apart = trace.y[nodes[at]] - trace.y[nodes[at - 1]];
      const two = (rows(nodes[at]) + rows(nodes[at - 1])) / 2;
      type = Math.min(type, (high * apart * UP) / ((two + 0.5) * LINE));
    }
  }
  return type;
}

// How large cards are where an axis unit is so many pixels, and what they have room for: all lines,
// heads alone, or nothing.
export function sizes(trace, [xa, ya], look) {
  const [wide, high] = [xa, ya].map((axis) => Math.abs(perUnit(axis)));
  const { letters, rows } = measure(trace);
  const { heads } = trace.meta.plan;
  const least = LEAST * look.size;
  const tallest = Math.max(...rows);
  const full = Math.min(1.1 * look.size, fitting(trace, (at) => letters[at], (at) => rows[at], wide, high),
    (0.9 * ya._length) / (tallest * LINE));
  const sized = (type, count) => heads.map((_, at) => ((Math.max(count(at), 2) + PAD) * LETTER * type) / 2);
  if (full >= least) return { type: full, lines: true, halves: sized(full, (at) => letters[at]) };
  const brief = Math.min(look.size, fitting(trace, (at) => heads[at].length, () => 1, wide, high));
  if (brief >= least) return { type: brief, halves: sized(brief, (at) => heads[at].length) };
  const small = Math.max(1.5, Math.min(0.3 * high, 0.2 * wide, 0.45 * look.size));
  return { type: 0, halves: heads.map(() => small) };
}
