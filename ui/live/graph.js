// A graph over the axes: nodes as cards with lines of text, and links as wide as what flows in them.
//
// A trace with `meta.play` "graph" has its nodes at `x`, `y`, one unit of x from layer to layer and
// one of y from neighbour to neighbour. `meta.plan`, which travels once, says what stays:
//   heads        (n,) the first line of a card
//   ends         (2, k) the nodes that a link comes from and goes to
//   bends        (2, p) the places that links pass, link i from `starts[i]` to `starts[i + 1]`
//   flows        a colour and a `group` of the legend for each kind of flow, and the way it goes:
//                1 with the link, -1 against it
//   slots        (3, s) the texts: of a node, or n + a link; in the colour of a flow; and the step
//                of the clock from which it is told, in place of the one before it
//   passes       (f, k) the step from which a flow passes a link
//   visits       (steps + 1,) the node that a step is about, -1 for none
// `meta.texts` (s,) are the texts, `meta.sizes` (f, k) how much flows, from 0 to 1, and `meta.tones`,
// if given, a colour for the card of each node, or "".

import { along } from "./axes.js";
import { ink } from "./theme.js";

// A letter is about so wide, and a line so high, for a type of one pixel.
const LETTER = 0.56;
const LINE = 1.25;
// How much of the way from layer to layer a card takes, and of the way to its neighbour.
const ACROSS = 0.62;
const UP = 0.84;
// Type below this share of the stage's own is not legible: heads alone, or dots, are drawn instead.
const LEAST = 0.72;
const THICK = 7;
const COLD = 0.13;
const LABEL_AT = 0.42;

// What is on each node and link at a step: rows of lines, by flow.
function told({ plan, texts }, step) {
  const [items, lines, since] = plan.slots;
  const found = new Map();
  for (let at = 0; at < items.length; at += 1) {
    if (since[at] > step) continue;
    if (!found.has(items[at])) found.set(items[at], []);
    found.get(items[at])[lines[at]] = texts[at];
  }
  return found;
}

// A node or a link in words, a line each.
export function spoken({ meta }, item, step) {
  const { heads, ends: [from, to] } = meta.plan;
  const link = item - heads.length;
  const name = link < 0 ? heads[item] : `${heads[from[link]]} → ${heads[to[link]]}`;
  return [name, ...(told(meta, step).get(item) ?? []).filter(Boolean)];
}

// How large cards are where an axis unit is so many pixels, and what they have room for.
function sizes({ plan, texts }, [xa, ya], look) {
  const [wide, high] = [xa, ya].map((axis) => Math.abs(axis.l2p(1) - axis.l2p(0)));
  const nodes = plan.heads.length;
  const rows = texts.filter((_, at) => plan.slots[0][at] < nodes).map((text) => text.split("\n"));
  const longest = (lines) => lines.reduce((most, { length }) => Math.max(most, length), 2);
  const tall = rows.reduce((most, { length }) => Math.max(most, length), 1);
  const fits = (letters, lines) => Math.min(1.1 * look.size,
    (wide * ACROSS) / ((letters + 1.5) * LETTER), (high * UP) / ((lines + 0.4) * LINE));
  const heads = longest(plan.heads);
  const letters = Math.max(heads, longest(rows.flat()));
  const full = fits(letters, 1 + plan.flows.length * tall);
  if (full >= LEAST * look.size) {
    return { type: full, lines: true, half: [(letters + 1.5) * LETTER * full / 2, 0], gap: wide };
  }
  const brief = fits(heads, 1);
  const small = Math.max(1.5, Math.min(0.3 * high, 0.2 * wide, 0.45 * look.size));
  if (brief >= LEAST * look.size) return { type: brief, half: [(heads + 1.5) * LETTER * brief / 2, 0] };
  return { type: 0, half: [small, small] };
}

export function graph(pen, points, trace, step, axes, { hover, off, look }) {
  const { meta } = trace;
  const now = told(meta, step);
  const size = sizes(meta, axes, look);
  const lit = hover.spot?.trace.meta.plan === meta.plan ? paths(meta.plan, hover.spot.at) : null;
  const routes = meta.plan.bends.map((values, side) => along(axes[side], values));
  const flows = meta.plan.flows.map((flow, at) => ({ ...flow, at, shown: !off.has(flow.group) }));
  links(pen, meta, routes, flows, step, lit, look, size);
  cards(pen, points, meta, flows, now, size, step, lit, look);
  if (size.lines) labels(pen, meta, routes, flows, now, size, look);
}

// The nodes and links on the way from a node, or through a link, to where the graph ends.
function paths({ heads, ends: [from, to] }, item) {
  const link = item - heads.length;
  const nodes = new Set(link < 0 ? [item] : [from[link], to[link]]);
  const links = new Set(link < 0 ? [] : [link]);
  const open = [link < 0 ? item : to[link]];
  const leaving = new Map();
  from.forEach((node, at) => leaving.set(node, [...(leaving.get(node) ?? []), at]));
  while (open.length) {
    for (const at of leaving.get(open.pop()) ?? []) {
      links.add(at);
      if (!nodes.has(to[at])) open.push(to[at]);
      nodes.add(to[at]);
    }
  }
  return { nodes, links };
}

function links(pen, { plan, sizes: flowing }, routes, flows, step, lit, look, { half, lines }) {
  const apart = lines ? 3.5 * look.thick : 1;
  pen.lineCap = "round";
  for (let at = 0; at < plan.ends[0].length; at += 1) {
    const span = [plan.starts[at], plan.starts[at + 1] - 1];
    const faint = lit && !lit.links.has(at) ? COLD : 1;
    pen.strokeStyle = look.text;
    pen.globalAlpha = 0.22 * faint;
    pen.lineWidth = look.thick;
    run(pen, routes, span, 0);
    for (const { at: flow, colour, way, shown } of flows) {
      if (!shown || step < plan.passes[flow][at]) continue;
      const share = flowing[flow][at];
      pen.strokeStyle = pen.fillStyle = ink(colour, look);
      pen.globalAlpha = (0.12 + 0.88 * share) * faint;
      pen.lineWidth = (0.6 + THICK * share * (lines ? 1 : 0.5)) * look.thick * (lit?.links.has(at) ? 1.3 : 1);
      run(pen, routes, span, -way * apart);
      if (lines && share > 0) arrow(pen, routes, span, way, -way * apart, half[0], look);
    }
  }
  pen.globalAlpha = 1;
}

// From layer to layer in a curve that leaves and arrives level.
function run(pen, [x, y], [first, last], aside) {
  pen.beginPath();
  pen.moveTo(x[first], y[first] + aside);
  for (let at = first + 1; at <= last; at += 1) {
    const middle = (x[at - 1] + x[at]) / 2;
    pen.bezierCurveTo(middle, y[at - 1] + aside, middle, y[at] + aside, x[at], y[at] + aside);
  }
  pen.stroke();
}

function arrow(pen, [x, y], [first, last], way, aside, half, look) {
  const [at, inside] = way > 0 ? [last, -1] : [first, 1];
  const long = 5 * look.thick + pen.lineWidth / 2;
  const tip = x[at] + inside * half;
  pen.beginPath();
  pen.moveTo(tip, y[at] + aside);
  pen.lineTo(tip + inside * long, y[at] + aside - long * 0.6);
  pen.lineTo(tip + inside * long, y[at] + aside + long * 0.6);
  pen.fill();
}

function cards(pen, { x, y }, { plan, tones }, flows, now, { type, lines, half }, step, lit, look) {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const busy = plan.visits[Math.min(step, plan.visits.length - 1)];
  for (let at = 0; at < plan.heads.length; at += 1) {
    pen.globalAlpha = lit && !lit.nodes.has(at) ? 0.35 : 1;
    const rows = [[plan.heads[at], look.text]];
    for (const { at: flow, colour, shown } of lines ? flows : []) {
      const text = shown ? now.get(at)?.[flow] : "";
      for (const line of text ? text.split("\n") : []) rows.push([line, ink(colour, look)]);
    }
    const high = type ? ((rows.length + 0.5) * LINE * type) / 2 : half[1];
    const tone = tones?.[at] ? ink(tones[at], look) : look.text;
    const done = now.has(at);
    pen.beginPath();
    if (type) pen.roundRect(x[at] - half[0], y[at] - high, 2 * half[0], 2 * high, 0.45 * type);
    else pen.arc(x[at], y[at], half[0] * (at === busy ? 2 : 1), 0, 7);
    pen.fillStyle = type || !done ? look.back : tone;
    pen.fill();
    pen.strokeStyle = tone;
    pen.lineWidth = (at === busy ? 3 : tones?.[at] ? 2.2 : 1) * look.thick;
    pen.setLineDash(done ? [] : [4, 3]);
    pen.stroke();
    pen.setLineDash([]);
    rows.forEach(([text, colour], row) => {
      if (!type) return;
      pen.font = `${row ? 400 : 600} ${type}px ${look.font}`;
      pen.fillStyle = colour;
      pen.fillText(text, x[at], y[at] + (row - (rows.length - 1) / 2) * LINE * type);
    });
  }
  pen.globalAlpha = 1;
}

// What a link multiplies by and what flows back, beside it, where there is room for it.
function labels(pen, { plan }, [x, y], flows, now, { type, half, gap }, look) {
  const room = gap - 2 * half[0];
  const taken = [];
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = `${0.88 * type}px ${look.font}`;
  for (let at = 0; at < plan.ends[0].length; at += 1) {
    const lines = now.get(plan.heads.length + at) ?? [];
    const [first, next] = [plan.starts[at], plan.starts[at] + 1];
    const middle = x[first] + half[0] + room / 2;
    const level = y[first] + LABEL_AT * (y[next] - y[first]);
    for (const { at: flow, colour, way, shown } of flows) {
      const text = shown && lines[flow];
      if (!text || text.includes("\n")) continue;
      const wide = pen.measureText(text).width / 2;
      const box = [middle - wide, level - way * 0.95 * type, 2 * wide, type];
      if (2 * wide > room + 0.6 * type || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      pen.strokeStyle = look.back;
      pen.lineWidth = 3.5 * look.thick;
      pen.lineJoin = "round";
      pen.strokeText(text, middle, box[1]);
      pen.fillStyle = ink(colour, look);
      pen.fillText(text, middle, box[1]);
    }
  }
}

const overlap = ([x, y, w, h], [a, b, c, d]) => x < a + c && a < x + w && Math.abs(y - b) < (h + d) / 2;

// The node or the link under a place on the screen, or null.
export function under(points, trace, axes, look, [px, py]) {
  const { meta } = trace;
  const { half: [across, up], type } = sizes(meta, axes, look);
  const high = type ? Math.max(LINE * type, 10) : Math.max(up, 8);
  let best = null;
  const consider = (at, x, y, wide, tall) => {
    const away = Math.hypot(Math.max(0, Math.abs(px - x) - wide), Math.max(0, Math.abs(py - y) - tall));
    if (away < (best?.away ?? 10)) best = { trace, at, px: x, py: y, away };
  };
  points.x.forEach((x, at) => consider(at, x, points.y[at], across, high));
  const [x, y] = meta.plan.bends.map((values, side) => along(axes[side], values));
  meta.plan.ends[0].forEach((_, at) => {
    const first = meta.plan.starts[at];
    consider(meta.plan.heads.length + at, (x[first] + x[first + 1]) / 2, (y[first] + y[first + 1]) / 2, 0, 0);
  });
  return best;
}
