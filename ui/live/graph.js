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
// `meta.texts` (s,) are the texts, `meta.sizes` (f, k), or that for each step, how much flows, from
// 0 to 1, and `meta.tones`, if given, a colour and a sign for the card of each node, or nothing.

import { along } from "./axes.js";
import { LETTER, LINE, sizes } from "./graph_room.js";
import { textsAt } from "./graph_words.js";
import { ink } from "./theme.js";

// How far its baseline lies below the middle of a line, and how large type is beside a link.
const DROP = 0.35;
const SMALL = 0.88;
// How thick a whole flow is, in pixels, and a dot on its way.
const THICK = 5;
const PULSE = 4.5;
// How far along a part of a link its numbers may stand, the best first.
const PLACES = [0.5, 0.35, 0.65];
// What does not lead on from where the pointer rests.
const COLD = 0.13;

export function graph(pen, points, trace, step, axes, { hover, off, look, clock }) {
  const { meta } = trace;
  const now = textsAt(meta, step);
  const size = sizes(trace, axes, look);
  const lit = hover.spot?.trace.meta.plan === meta.plan ? paths(meta.plan, hover.spot.at) : null;
  const routes = between(meta.plan, axes, size.halves);
  const flows = meta.plan.flows.map((flow, at) => ({ ...flow, at, shown: !off.has(flow.group) }));
  links(pen, meta, routes, flows, step, lit, look, size);
  pulses(pen, meta.plan, routes, flows, step, clock.at - step, look);
  const boxes = cards(pen, points, meta, flows, now, size, step, lit, look);
  if (size.lines) labels(pen, meta, routes, flows, now, size, boxes, look);
  else callout(pen, points, meta.plan, flows, now, step, axes, look);
}

// The places that links pass, from the rim of a card to the rim of another.
function between({ bends, starts, ends: [from, to] }, axes, halves) {
  const [x, y] = bends.map((values, side) => along(axes[side], values));
  from.forEach((node, at) => {
    x[starts[at]] += halves[node];
    x[starts[at + 1] - 1] -= halves[to[at]];
  });
  return [x, y];
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

function links(pen, { plan, sizes: given }, routes, flows, step, lit, look, { lines }) {
  const flowing = given[0]?.[0]?.length === undefined ? given : given[Math.min(step, given.length - 1)];
  const apart = lines ? (THICK / 2 + 0.5) * look.thick : 1;
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
      if (lines && share > 0) arrow(pen, routes, span, way, -way * apart, look);
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

// What is on its way to the next step, so much of the way: a dot on each link that it passes.
function pulses(pen, plan, [x, y], flows, step, part, look) {
  if (!(part > 0 && part < 1)) return;
  for (const { at: flow, colour, way, shown } of flows) {
    if (!shown) continue;
    pen.fillStyle = ink(colour, look);
    plan.passes[flow].forEach((passed, at) => {
      if (passed !== step + 1) return;
      const [first, last] = [plan.starts[at], plan.starts[at + 1] - 1];
      const gone = first + (way > 0 ? part : 1 - part) * (last - first);
      const from = Math.min(Math.floor(gone), last - 1);
      pen.beginPath();
      pen.arc(...onCurve(x, y, from, gone - from), PULSE * look.thick, 0, 7);
      pen.fill();
    });
  }
}

// A place on the curve that `run` draws from one point to the next.
function onCurve(x, y, at, share) {
  const [a, b, c, d] = [(1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share ** 2 * (1 - share), share ** 3];
  const middle = (x[at] + x[at + 1]) / 2;
  return [a * x[at] + (b + c) * middle + d * x[at + 1], (a + b) * y[at] + (c + d) * y[at + 1]];
}

// The same with how steep the curve is there, at most 1 either way.
function placed(x, y, at, share) {
  const [[a, b], [c, d]] = [share - 0.05, share + 0.05].map((near) => onCurve(x, y, at, near));
  return [...onCurve(x, y, at, share), Math.max(-1, Math.min(1, (d - b) / (c - a)))];
}

function arrow(pen, [x, y], [first, last], way, aside, look) {
  const [at, inside] = way > 0 ? [last, -1] : [first, 1];
  const long = 5 * look.thick + pen.lineWidth / 2;
  pen.beginPath();
  pen.moveTo(x[at], y[at] + aside);
  pen.lineTo(x[at] + inside * long, y[at] + aside - long * 0.6);
  pen.lineTo(x[at] + inside * long, y[at] + aside + long * 0.6);
  pen.fill();
}

// The lines of a card: its head, and with `lines` what has come, in the colour of its flow.
function lettering(plan, at, flows, now, lines, look) {
  const rows = [[plan.heads[at], look.text]];
  for (const { at: flow, colour, shown } of lines ? flows : []) {
    const text = shown ? now.get(at)?.[flow] : "";
    for (const line of text ? text.split("\n") : []) rows.push([line, ink(colour, look)]);
  }
  return rows;
}

function write(pen, rows, x, y, type, look) {
  rows.forEach(([text, own], row) => {
    pen.font = `${row ? 400 : 600} ${type}px ${look.font}`;
    pen.fillStyle = own;
    pen.fillText(text, x, y + (row - (rows.length - 1) / 2) * LINE * type + DROP * type);
  });
}

// The node that a step is about, whole, where cards have no room for their numbers: who plays or
// steps on a phone reads all of them, one after the other.
function callout(pen, { x, y }, plan, flows, now, step, [xa, ya], look) {
  const at = plan.visits[Math.min(step, plan.visits.length - 1)];
  if (!(at >= 0)) return;
  const rows = lettering(plan, at, flows, now, true, look);
  const type = look.size;
  const half = ((Math.max(...rows.map(([text]) => text.length)) + 2) * LETTER * type) / 2;
  const high = ((rows.length + 0.5) * LINE * type) / 2;
  const within = (place, room, { _offset, _length }) =>
    Math.max(_offset + room + 2, Math.min(_offset + _length - room - 2, place));
  const [left, top] = [within(x[at], half, xa), within(y[at], high, ya)];
  pen.textAlign = "center";
  pen.beginPath();
  pen.roundRect(left - half, top - high, 2 * half, 2 * high, 0.45 * type);
  pen.fillStyle = look.back;
  pen.fill();
  pen.strokeStyle = look.text;
  pen.lineWidth = 3 * look.thick;
  pen.stroke();
  write(pen, rows, left, top, type, look);
}

// Draws them, and gives the places they take.
function cards(pen, { x, y }, { plan, tones }, flows, now, { type, lines, halves }, step, lit, look) {
  pen.textAlign = "center";
  const busy = plan.visits[Math.min(step, plan.visits.length - 1)];
  const boxes = [];
  for (let at = 0; at < plan.heads.length; at += 1) {
    pen.globalAlpha = lit && !lit.nodes.has(at) ? 0.35 : 1;
    const rows = lettering(plan, at, flows, now, lines, look);
    const high = type ? ((rows.length + 0.5) * LINE * type) / 2 : halves[at];
    // What is said of a gradient is said once it has come.
    const [colour, sign] = (now.get(at)?.[flows.length - 1] && tones?.[at]) || [];
    const tone = colour ? ink(colour, look) : look.text;
    const done = now.has(at);
    pen.beginPath();
    if (type) pen.roundRect(x[at] - halves[at], y[at] - high, 2 * halves[at], 2 * high, 0.45 * type);
    else pen.arc(x[at], y[at], halves[at] * (at === busy ? 1.8 : 1), 0, 7);
    pen.fillStyle = type || !done ? look.back : tone;
    pen.fill();
    pen.strokeStyle = tone;
    pen.lineWidth = (at === busy ? 3 : colour ? 2.2 : 1) * look.thick;
    pen.setLineDash(done ? [] : [4, 3]);
    pen.stroke();
    pen.setLineDash([]);
    if (type && sign) stamp(pen, sign, x[at] + halves[at], y[at] - high, tone, type, look);
    if (type) write(pen, rows, x[at], y[at], type, look);
    boxes.push([x[at] - halves[at], y[at], 2 * halves[at], 2 * high]);
  }
  pen.globalAlpha = 1;
  return boxes;
}

// A sign on the corner of a card.
function stamp(pen, sign, x, y, colour, type, look) {
  pen.beginPath();
  pen.arc(x, y, 0.55 * type, 0, 7);
  pen.fillStyle = colour;
  pen.fill();
  pen.font = `700 ${0.8 * type}px ${look.font}`;
  pen.fillStyle = look.back;
  pen.fillText(sign, x, y + 0.8 * DROP * type);
}

// What a link multiplies by and what flows back, beside it, where there is room for it.
function labels(pen, { plan }, [x, y], flows, now, { type }, boxes, look) {
  const taken = [...boxes];
  pen.textAlign = "center";
  pen.font = `${SMALL * type}px ${look.font}`;
  for (let at = 0; at < plan.ends[0].length; at += 1) {
    const lines = now.get(plan.heads.length + at) ?? [];
    const [first, last] = [plan.starts[at], plan.starts[at + 1] - 1];
    const spans = Math.min(last - first, PLACES.length);
    const places = Array.from({ length: spans }, (_, span) => PLACES.map((share) => placed(x, y, first + span, share)));
    for (const { at: flow, colour, way, shown } of flows) {
      const text = shown && lines[flow];
      if (!text || text.includes("\n")) continue;
      const wide = (text.length * LETTER * SMALL * type) / 2;
      // Above a link that falls the free side is to the right, under it to the left.
      const boxed = ([middle, level, slope]) => [
        middle - wide + way * slope * (wide + THICK * look.thick), level - way * (0.65 * type + THICK * look.thick), 2 * wide, type,
      ];
      const box = places.flat().map(boxed).find((each) => !taken.some((other) => overlap(each, other)));
      if (!box) continue;
      taken.push(box);
      const middle = box[0] + wide;
      pen.strokeStyle = look.back;
      pen.lineWidth = 3.5 * look.thick;
      pen.lineJoin = "round";
      const baseline = box[1] + DROP * type;
      pen.strokeText(text, middle, baseline);
      pen.fillStyle = ink(colour, look);
      pen.fillText(text, middle, baseline);
    }
  }
}

const overlap = ([x, y, w, h], [a, b, c, d]) => x < a + c && a < x + w && Math.abs(y - b) < (h + d) / 2;

// The node or the link under a place on the screen, or null.
export function under(points, trace, axes, look, [px, py]) {
  const { meta } = trace;
  const { halves, type } = sizes(trace, axes, look);
  let best = null;
  const consider = (at, x, y, wide, tall) => {
    const away = Math.hypot(Math.max(0, Math.abs(px - x) - wide), Math.max(0, Math.abs(py - y) - tall));
    if (away < (best?.away ?? 10)) best = { trace, at, px: x, py: y, away };
  };
  points.x.forEach((x, at) => consider(at, x, points.y[at], halves[at], type ? LINE * type : halves[at]));
  const [x, y] = between(meta.plan, axes, halves);
  meta.plan.ends[0].forEach((_, at) => {
    const first = meta.plan.starts[at];
    consider(meta.plan.heads.length + at, (x[first] + x[first + 1]) / 2, (y[first] + y[first + 1]) / 2, 0, 0);
  });
  return best;
}
