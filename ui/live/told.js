// A plot in words: what the tip says of a point, and what a screen reader hears of the whole.

import { row } from "./overlay.js";

export function tip(panel, { trace, at }) {
  const { x = "x", y = "y" } = panel.frame.labels;
  const { reads, told, play } = trace.meta;
  if (told) return told[at];
  const step = play === "path" ? `step ${at}\n` : "";
  const [a, b] = play === "frame"
    ? [trace.meta.x, trace.meta.y].map((rows) => row(rows, panel.stage.clock.step)[at])
    : [trace.x[at], trace.y[at]];
  return `${trace.name}\n${step}${x} ${tidy(a)}\n${y} ${reads?.length > 1 ? reads[at] : tidy(b)}`;
}

export function description(panel, step) {
  const { scene, xaxis, yaxis } = panel.plot._fullLayout;
  const { x = "x", y = "y" } = panel.frame.labels;
  const axes = scene ? "In depth" : `${x} from ${reach(xaxis)}; ${y} from ${reach(yaxis)}`;
  const { off } = panel.stage;
  const heads = panel.overlay.traces
    .filter(({ meta, name }) => name && !off.has(meta.group) && ["path", "curve"].includes(meta.play))
    .map((trace) => `${trace.name} ${head(trace, step)}`);
  return `${[axes, ...heads].join("; ")}.`;
}

function reach({ type, range }) {
  const ends = type === "log" ? range.map((end) => 10 ** end) : range;
  return ends.map((end) => tidy(Number(end))).join(" to ");
}

function head({ x, y, meta }, step) {
  const at = Math.min(step, y.length - 1);
  if (meta.play === "path") return `at ${tidy(x[at])}, ${tidy(y[at])}`;
  return meta.reads ? meta.reads[Math.min(step, meta.reads.length - 1)] : tidy(y[at]);
}

export function tidy(value) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(3);
  return String(Number(value.toPrecision(4)));
}
