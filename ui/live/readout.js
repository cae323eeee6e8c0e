// A plot in words: what the tip says of a point, and what a screen reader hears of the whole.

import { aloud, spoken } from "./graph_words.js";
import { row } from "./overlay.js";

export function tip(panel, { trace, at }) {
  const { x = "x", y = "y" } = panel.frame.labels;
  const { reads, sentences, play } = trace.meta;
  if (sentences) return sentences[at];
  if (play === "graph") return spoken(trace, at, panel.stage.clock.step).join("\n");
  const step = play === "path" ? `step ${at}\n` : "";
  const [a, b] = play === "frame"
    ? [trace.meta.x, trace.meta.y].map((rows) => row(rows, panel.stage.clock.step)[at])
    : [trace.x[at], trace.y[at]];
  return `${trace.name}\n${step}${x} ${number(a)}\n${y} ${reads?.length > 1 ? reads[at] : number(b)}`;
}

export function description(panel, step) {
  const { scene, xaxis, yaxis } = panel.plot._fullLayout;
  const graphs = panel.overlay.traces.filter(({ meta }) => meta.play === "graph");
  if (graphs.length) return `${graphs.map((trace) => aloud(trace, step)).join("; ")}.`;
  const { x = "x", y = "y" } = panel.frame.labels;
  const axes = scene ? "In depth" : `${x} from ${reach(xaxis)}; ${y} from ${reach(yaxis)}`;
  const { off } = panel.stage;
  const heads = panel.overlay.traces
    .filter(({ meta, name }) => name && !off.has(meta.group) && ["path", "curve"].includes(meta.play))
    .map((trace) => `${trace.name} ${head(trace, step)}`);
  return `${[axes, ...heads, ...arrows(panel, step)].join("; ")}.`;
}

// The arrows at each head, as they lie in the plane; a question that is open does not tell them.
function arrows({ overlay, stage: { off, secret } }, step) {
  const pointing = overlay.traces.filter(({ meta }) => meta.play === "arrows" && !off.has(meta.group));
  return (secret ? [] : pointing).flatMap(({ meta }) => {
    const at = Math.min(Math.floor(step), meta.last) - meta.first;
    const parts = meta.arrows.filter(({ x }) => Number.isFinite(x[at]))
      .map(({ label, x, y }) => `${label} ${number(x[at], 3)}, ${number(y[at], 3)}`);
    return parts.length ? `${meta.group}: ${parts.join(", ")}` : [];
  });
}

function reach({ type, range }) {
  const ends = type === "log" ? range.map((end) => 10 ** end) : range;
  return ends.map((end) => number(Number(end))).join(" to ");
}

function head({ x, y, meta }, step) {
  const at = Math.min(step, y.length - 1);
  if (meta.play === "path") return `at ${number(x[at])}, ${number(y[at])}`;
  return meta.reads ? meta.reads[Math.min(step, meta.reads.length - 1)] : number(y[at]);
}

// A number as ui/prose.py spells it, so that a readout and a sentence never differ.
export function number(value, digits = 4) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  const plain = value === 0 || (size >= 1e-3 && size < 10 ** Math.max(digits, 4));
  const text = plain ? String(rounded + 0) : rounded.toExponential().replace("e+", "e");
  return text.replaceAll("-", "−");
}
