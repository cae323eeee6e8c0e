// Marks that the overlay draws besides lines and points: bars, stems and notes.
//
// A trace with `meta.play` "bars" has a bar per step, from the bottom of the plot up to `y`:
// whole up to the clock's step, a shadow after it. `meta.width` and `meta.offset` are in units
// of x. A value of zero on a logarithmic axis, and one that is not finite, is written out.
// One that is "stems" has a stem per step from zero to a dot at `y`, moved to the right by
// `meta.shift` units of x: what is given, so that what comes after the clock is never a secret.
// A trace with "text" in its mode has its `text` written above its points, or that of the step in
// `meta.text`.

import { perUnit } from "./axes.js";

const SHADOW = 0.16;

export function bars(pen, { x, y }, trace, step, [xa, ya], look, secret) {
  const { width, offset = 0 } = trace.meta;
  const unit = Math.abs(perUnit(xa));
  const half = Math.max(1, (unit * width) / 2);
  const bottom = ya._offset + ya._length;
  const shift = offset * perUnit(xa);
  const alpha = pen.globalAlpha;
  for (let at = 0; at < x.length; at += 1) {
    const done = at <= step;
    if (secret && !done) break;
    const middle = x[at] + shift;
    pen.globalAlpha = alpha * (done ? 1 : SHADOW);
    if (Number.isFinite(y[at])) {
      const top = Math.max(ya._offset, Math.min(y[at], bottom));
      pen.fillRect(middle - half, top, 2 * half, bottom - top);
    } else if (done) {
      write(pen, said(trace.y[at]), middle, trace.y[at] === 0 ? bottom - 4 : ya._offset + look.size + 2, look, "center");
    }
  }
  pen.globalAlpha = alpha;
}

export function stems(pen, { x, y }, { marker, meta: { shift = 0 } }, step, [xa, ya], look) {
  const right = shift * perUnit(xa);
  const zero = ya._offset + ya.l2p(0);
  const alpha = pen.globalAlpha;
  const radius = Math.min((marker.size / 2) * look.thick, 0.4 * Math.abs(perUnit(xa)) + 1);
  pen.lineWidth = Math.min(2 * look.thick, radius);
  for (let at = 0; at < x.length; at += 1) {
    if (!Number.isFinite(y[at])) continue;
    pen.globalAlpha = alpha * (at <= step ? 1 : 2 * SHADOW);
    pen.beginPath();
    pen.moveTo(x[at] + right, zero);
    pen.lineTo(x[at] + right, y[at]);
    pen.stroke();
    pen.beginPath();
    pen.arc(x[at] + right, y[at], radius, 0, 7);
    if (marker.symbol === "circle") pen.fill();
    else pen.stroke();
  }
  pen.globalAlpha = alpha;
}

function said(value) {
  if (value === 0) return "0";
  return Number.isNaN(value) ? "?" : "∞";
}

export function notes(pen, { x, y }, text, look, { _offset, _length }) {
  for (let at = 0; at < x.length; at += 1) {
    if (!text[at]) continue;
    const right = x[at] > _offset + _length / 2;
    write(pen, text[at], x[at] + (right ? -4 : 4), y[at] - 4, look, right ? "right" : "left");
  }
}

function write(pen, text, x, y, look, align) {
  pen.save();
  pen.font = `${look.size}px ${look.font}`;
  pen.textAlign = align;
  pen.lineWidth = 3;
  pen.lineJoin = "round";
  pen.strokeStyle = look.back;
  pen.strokeText(text, x, y);
  // In the colour of text: that of a line may be too dark to be read on dark ground.
  pen.fillStyle = look.text;
  pen.fillText(text, x, y);
  pen.restore();
}
