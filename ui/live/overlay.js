// Draws what moves over a Plotly plot: a canvas that follows the plot's axes through every zoom.
//
// A moving trace is an ordinary scatter trace with `meta.play`:
//   "path"   grows to the clock's step, with a head at its end
//   "curve"  is drawn whole, faint after the clock's step (`meta.ahead`: how faint), with a head
//            at the step
//   "frame"  is `meta.x[step]`, `meta.y[step]`: a shape that changes with the step and, where x is
//            time, tells nothing of what comes later; one row alone serves every step
//   "still"  is drawn whole, always: it moves only when new data comes
//   "arrows" are arrows at the head of a path (ui/live/arrows.js)
//   "bars"   is a bar per step, shadows after the clock's; "stems" a stem from zero (ui/live/marks.js)
//   "graph"  is nodes and the links between them, with what flows through them (ui/live/graph.js)
// One with `meta.paper` has its places in shares of the plot, from its lower left corner, one with
// `meta.from` is there from that step on.
// A trace with `fill: "toself"` is filled with its `fillcolor`, one with `yaxis: "y2"` stands on the
// second y axis, below or above the first, over the same x.

import { arrowKey, arrows } from "./arrows.js";
import { along, sheet } from "./axes.js";
import { graph, under } from "./graph.js";
import { bars, notes, stems } from "./marks.js";
import { shape } from "./shapes.js";
import { ink } from "./theme.js";

const DASHES = { dash: [9, 5], dot: [2, 4], dashdot: [9, 4, 2, 4], longdash: [15, 6] };
const FAR = 1e5;
const AHEAD = 0.3;

export function row(rows, step) {
  if (!ArrayBuffer.isView(rows[0]) && !Array.isArray(rows[0])) return rows;
  return rows[Math.max(0, Math.min(Math.floor(step), rows.length - 1))];
}

// Whether a trace is drawn whole whatever the step is: of what lies after it, too.
const lasts = ({ meta }) => meta.play === "still" || (meta.play === "frame" && row(meta.x, 0) === meta.x);

export class Overlay {
  constructor(plot, holder) {
    this.plot = plot;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "os-overlay";
    this.canvas.setAttribute("aria-hidden", "true");
    holder.append(this.canvas);
    this.traces = [];
    this.pixels = [];
    this.key = "";
  }

  // Until plotly.js has drawn, a sketch has plain axes.
  get layout() {
    return this.plot._fullLayout ?? this.sketch?.layout;
  }

  get axes() {
    const { layout } = this;
    return layout?.xaxis?.d2p && layout?.yaxis?.d2p ? [layout.xaxis, layout.yaxis] : null;
  }

  set(traces) {
    this.traces = traces.map((trace) => (trace.x || trace.meta.play === "frame"
      ? trace
      : { ...trace, x: Float64Array.from(trace.y, (_, at) => at) }));
    this.key = "";
  }

  // Screen coordinates are worked out once per data and axis range, not once per frame.
  project() {
    const { xaxis, yaxis, yaxis2 } = this.layout;
    const axes = [xaxis, yaxis, yaxis2].filter(Boolean);
    const key = axes.map((a) => `${a.type}${a._offset},${a._length},${a.range}`).join("|");
    if (key === this.key) return;
    this.key = key;
    this.pixels = this.traces.map((trace) => {
      if (trace.meta.play === "frame") return null;
      const [xa, ya] = this.axesOf(trace);
      return { x: along(xa, trace.x), y: along(ya, trace.y) };
    });
  }

  axesOf({ yaxis = "y", meta: { paper } }) {
    const { xaxis, [yaxis.replace("y", "yaxis")]: own } = this.layout;
    return paper ? [sheet(xaxis), sheet(own, true)] : [xaxis, own];
  }

  resize() {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) Object.assign(this.canvas, { width: w, height: h });
    return ratio;
  }

  // `view` is the stage: what stands out, what is switched off, what is still a secret, the look.
  draw(step, view, cursor, time) {
    const ratio = this.resize();
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.paint(pen, step, view, cursor, time);
  }

  // With any pen whose origin is the corner of the plot.
  paint(pen, step, view, cursor, time) {
    if (!this.axes) return;
    this.project();
    if (!this.plot._fullLayout) this.sketch.paint(pen, view.look);
    if (cursor !== undefined) this.cursor(pen, cursor, view.look);
    this.scales = [];
    this.veil = view.secret && time ? this.after(step, time) : null;
    // Over the veil is what ends at the step, its head whole.
    const under = this.veil ? lasts : () => true;
    this.each((trace) => under(trace), pen, step, view);
    if (this.veil) {
      this.cover(pen, view.look);
      this.each((trace) => !under(trace), pen, step, view);
    }
    const pointing = this.traces.filter(({ meta }) => meta.play === "arrows" && !view.off.has(meta.group));
    if (pointing.length && !view.secret) arrowKey(pen, pointing, this.scales, this.axes, view.look);
  }

  each(wanted, pen, step, view) {
    this.traces.forEach((trace, index) => {
      if (!wanted(trace) || view.off.has(trace.meta.group) || step < trace.meta.from) return;
      pen.save();
      within(pen, this.axesOf(trace));
      this.trace(pen, trace, index, step, view);
      pen.restore();
    });
  }

  // What lies after the step: from where to where, and to which side; null where nothing does.
  after(step, time) {
    const { xaxis } = this.layout;
    const [begin, first, last] = along(xaxis, [time[Math.min(step, time.length - 1)], time[0], time.at(-1)]);
    const ahead = Math.sign(last - first);
    const end = xaxis._offset + (ahead > 0 ? xaxis._length : 0);
    return ahead && (end - begin) * ahead > 0 ? { begin, end, ahead } : null;
  }

  // Plotly's own traces, too.
  cover(pen, look) {
    const { begin, end } = this.veil;
    const { yaxis, yaxis2 } = this.layout;
    pen.fillStyle = look.back;
    for (const ya of [yaxis, yaxis2].filter(Boolean)) {
      pen.fillRect(Math.min(begin, end), ya._offset - 1, Math.abs(end - begin) + 1, ya._length + 2);
    }
  }

  // Whether an open question hides what lies at that x of the panel.
  hides(x) {
    return Boolean(this.veil) && (x - this.veil.begin) * this.veil.ahead > 0.5;
  }

  cursor(pen, at, look) {
    const { xaxis, yaxis, yaxis2 } = this.layout;
    const [x] = along(xaxis, [at]);
    pen.strokeStyle = look.text;
    pen.globalAlpha = 0.45;
    pen.lineWidth = 1;
    for (const ya of [yaxis, yaxis2].filter(Boolean)) {
      pen.save();
      within(pen, [xaxis, ya]);
      pen.beginPath();
      pen.moveTo(x, ya._offset);
      pen.lineTo(x, ya._offset + ya._length);
      pen.stroke();
      pen.restore();
    }
  }

  trace(pen, trace, index, step, view) {
    const { hover: { hot }, secret, look } = view;
    const { meta, line = {}, marker = {}, mode = "lines" } = trace;
    const points = this.points(trace, index, step);
    if (meta.play === "graph") return graph(pen, points, trace, step, this.axesOf(trace), view);
    const last = points.x.length - 1;
    const upto = meta.play === "path" || meta.play === "curve" ? Math.min(Math.floor(step), last) : last;
    const cold = hot && meta.group && meta.group !== hot;
    pen.globalAlpha = (cold ? 0.18 : 1) * (trace.opacity ?? 1);
    pen.strokeStyle = pen.fillStyle = ink(line.color ?? marker.color ?? "ink", look);
    pen.lineWidth = (line.width ?? 2) * look.thick * (hot && !cold ? 1.5 : 1);
    pen.setLineDash(DASHES[line.dash] ?? []);
    pen.lineJoin = "round";
    if (meta.play === "arrows") {
      // Where the next step leads is what a question asks.
      const scale = secret ? null : arrows(pen, points, trace, step, this.axesOf(trace), look);
      if (scale) this.scales.push(scale);
      return;
    }
    if (meta.play === "bars" || meta.play === "stems") {
      (meta.play === "bars" ? bars : stems)(pen, points, trace, step, this.axesOf(trace), look, secret);
      return;
    }
    if (trace.fill === "toself") fill(pen, points, ink(trace.fillcolor, look));
    if (mode.includes("lines")) {
      stroke(pen, points, 0, upto);
      alone(pen, points, upto);
    }
    if (mode.includes("lines") && meta.play === "curve" && upto < last && !secret) {
      const alpha = pen.globalAlpha;
      pen.globalAlpha = alpha * (meta.ahead ?? AHEAD);
      stroke(pen, points, upto, last);
      pen.globalAlpha = alpha;
    }
    pen.setLineDash([]);
    const heads = meta.play === "path" || meta.play === "curve";
    if (heads && upto >= 0) head(pen, points, upto, marker, look, meta.play === "curve" ? 0.7 : 1);
    if (!heads && mode.includes("markers")) {
      for (let at = 0; at <= last; at += 1) head(pen, points, at, marker, look, 0.8);
    }
    if (mode.includes("text") && !(secret && upto < last)) notes(pen, points, row(meta.text ?? trace.text, step), look, this.axes[0]);
  }

  points(trace, index, step) {
    if (trace.meta.play !== "frame") return this.pixels[index];
    const [xa, ya] = this.axesOf(trace);
    return { x: along(xa, row(trace.meta.x, step)), y: along(ya, row(trace.meta.y, step)) };
  }

  // The drawn vertex nearest to a place on the screen, or null.
  nearest(px, py, step, { off, secret, look }, reach = 16) {
    if (!this.axes) return null;
    this.project();
    let best = null;
    let least = reach * reach;
    this.traces.forEach((trace, index) => {
      const { silent, group, play } = trace.meta;
      if (silent || off.has(group)) return;
      const { x, y } = this.points(trace, index, step);
      if (play === "graph") {
        best = under({ x, y }, trace, this.axesOf(trace), look, [px, py]) ?? best;
        return;
      }
      const grown = play === "path" || (secret && play !== "frame" && play !== "still");
      const upto = grown ? Math.min(step, x.length - 1) : x.length - 1;
      for (let at = 0; at <= upto; at += 1) {
        if (this.hides(x[at])) continue;
        const away = (x[at] - px) ** 2 + (y[at] - py) ** 2;
        if (away < least) {
          least = away;
          best = { trace, at, px: x[at], py: y[at] };
        }
      }
    });
    return best;
  }

  // The data coordinates of a place on the screen, or null outside the plot.
  data(px, py) {
    const [xa, ya] = this.axes;
    const [x, y] = [px - xa._offset, py - ya._offset];
    if (x < 0 || y < 0 || x > xa._length || y > ya._length) return null;
    return [xa.p2d(x), ya.p2d(y)];
  }

  // The step whose x on a curve is nearest on the screen.
  stepNear(x) {
    const { x: steps } = this.traces.find(({ meta }) => meta.play === "curve") ?? { x: [] };
    const [here, ...places] = along(this.axes[0], [x, ...steps]);
    let best = 0;
    for (let at = 1; at < places.length; at += 1) {
      if (Math.abs(places[at] - here) < Math.abs(places[best] - here)) best = at;
    }
    return best;
  }

  place(x, y) {
    const [xa, ya] = this.axes;
    return [along(xa, [x])[0], along(ya, [y])[0]];
  }
}

function within(pen, [xa, ya]) {
  pen.beginPath();
  pen.rect(xa._offset, ya._offset, xa._length, ya._length);
  pen.clip();
}

function stroke(pen, { x, y }, from, upto) {
  pen.beginPath();
  let drawing = false;
  let [lastX, lastY] = [0, 0];
  for (let at = from; at <= upto; at += 1) {
    let [px, py] = [x[at], y[at]];
    if (Number.isNaN(px) || Number.isNaN(py)) {
      drawing = false;
      continue;
    }
    if (drawing) {
      const length = Math.hypot(px - lastX, py - lastY);
      if (length > FAR) {
        px = lastX + ((px - lastX) / length) * FAR || lastX;
        py = lastY + ((py - lastY) / length) * FAR || lastY;
      }
      pen.lineTo(px, py);
    } else {
      pen.moveTo(px, py);
    }
    drawing = true;
    [lastX, lastY] = [px, py];
  }
  pen.stroke();
}

// A point between two gaps has no line to be part of.
function alone(pen, { x, y }, upto) {
  const known = (at) => Number.isFinite(x[at]) && Number.isFinite(y[at]);
  for (let at = 0; at <= upto; at += 1) {
    if (!known(at) || known(at - 1) || known(at + 1)) continue;
    pen.beginPath();
    pen.arc(x[at], y[at], pen.lineWidth, 0, 7);
    pen.fill();
  }
}

function fill(pen, { x, y }, colour) {
  const ink = pen.fillStyle;
  pen.fillStyle = colour;
  pen.beginPath();
  for (let at = 0; at < x.length; at += 1) pen.lineTo(x[at], y[at]);
  pen.fill();
  pen.fillStyle = ink;
}

function head(pen, { x, y }, at, marker, look, scale) {
  let back = at;
  while (back > 0 && !(Number.isFinite(x[back]) && Number.isFinite(y[back]))) back -= 1;
  pen.save();
  pen.translate(x[back], y[back]);
  shape(pen, marker.symbol, ((marker.size ?? 10) / 2) * scale * look.thick);
  pen.fill();
  pen.lineWidth = 1.5 * look.thick;
  pen.strokeStyle = look.back;
  pen.stroke();
  pen.restore();
}
