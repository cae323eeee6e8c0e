// What of a figure changes with the clock's step: what moves is drawn over the plot (overlay.js), the
// rest by Plotly, a frame at a time.

export const moves = (trace) => trace.meta?.play && (trace.type ?? "scatter") === "scatter";

// By what names Plotly knows that which changes.
export function changing(trace) {
  return trace.meta.play === "path" ? ["x", "y", "z"] : Object.keys(trace.meta.frames);
}

// A trace as it looks at a step: a path up to it, or its frame.
export function atStep(trace, step) {
  const { play, frames } = trace.meta ?? {};
  if (!play) return trace;
  const now = { ...trace };
  if (play === "path") {
    for (const name of ["x", "y", "z"]) if (trace[name]) now[name] = trace[name].slice(0, step + 1);
    return now;
  }
  for (const [name, rows] of Object.entries(frames)) now[name] = rows[Math.min(step, rows.length - 1)];
  return now;
}
