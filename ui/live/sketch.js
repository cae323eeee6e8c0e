// A panel until plotly.js has come: its heat map as a picture, and plain axes on which the overlay
// draws the rest. Small against plotly.js, it is there at once, and gives way to the whole.

import { part } from "./dom.js";
import { dressLayout, dressTrace } from "./theme.js";

// The width of a digit, in sizes of type.
const DIGIT = 0.5;
const SHADES = 256;
// Sizes of type from one number to the next, beside and above each other.
const APART = { false: 6, true: 2.5 };
const ROUND = [1, 2, 5, 10];
const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
// What a colour bar has beside itself and its numbers, in pixels.
const AROUND_BAR = 35;

export class Sketch {
  constructor(plot) {
    this.image = part(plot.parentElement, "os-sketch", "img");
    Object.assign(this.image, { alt: "", hidden: true });
    plot.before(this.image);
  }

  // A figure whose axes find their own ends, or which has depth, waits for plotly.js.
  set({ data, layout: wanted }, look, room, narrow) {
    this.layout = null;
    if (wanted.scene || !room[0]) return;
    const layout = dressLayout(wanted, look, room);
    const traces = data.map((trace) => dressTrace(trace, look, narrow));
    const names = ["xaxis", "yaxis", "yaxis2"].filter((name) => layout[name]);
    if (!names.every((name) => layout[name].range) || !layout.xaxis || !layout.yaxis) return;
    const { l, r, t, b } = margins(layout, look, room);
    const right = r + Math.max(0, ...traces.map(besides));
    const box = { x: [l, room[0] - l - right], y: [t, room[1] - t - b] };
    const axes = layout.yaxis.scaleanchor ? evened(layout, box) : layout;
    this.layout = Object.fromEntries(names.map((name) => [name, plain(axes[name], ...box[name[0]], name[0] === "y")]));
    this.frame = [...box.x, ...box.y];
    this.high = room[1];
    this.title = words(layout);
    this.show(traces.filter(({ type, z }) => z && (type === "contour" || type === "heatmap"))[0]);
  }

  show(trace) {
    const { xaxis, yaxis } = this.layout;
    const source = trace && xaxis.type !== "log" && yaxis.type !== "log" && picture(trace, xaxis, yaxis);
    this.image.hidden = !source;
    if (!source || source === this.image.src) return;
    this.image.src = source;
    const [left, width, top, height] = this.frame;
    Object.assign(this.image.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  }

  // With the overlay's pen: lines at the ticks, their numbers, and what the axes are called.
  paint(pen, look) {
    pen.save();
    pen.fillStyle = look.text;
    pen.font = `${look.size}px ${look.font}`;
    pen.lineWidth = pen.globalAlpha = 1;
    pen.fillText(this.title, 0.3 * look.size, 1.1 * look.size);
    for (const axis of Object.values(this.layout)) {
      if (axis.visible === false) continue;
      pen.strokeStyle = axis.gridcolor;
      (axis.up ? this.rise : this.run).call(this, pen, axis, look);
    }
    pen.restore();
  }

  run(pen, axis, { size }) {
    const [, , top, height] = this.frame;
    pen.textAlign = "center";
    for (const [at, text] of ticks(axis, size)) {
      const x = axis._offset + axis.l2p(at);
      if (axis.showgrid !== false) line(pen, x, top, x, top + height);
      pen.fillText(text, x, top + height + 1.15 * size);
    }
    pen.fillText(words(axis), axis._offset + axis._length / 2, this.high - 0.4 * size);
  }

  rise(pen, axis, { size }) {
    const [left, width] = this.frame;
    pen.textAlign = "right";
    for (const [at, text] of ticks(axis, size)) {
      const y = axis._offset + axis.l2p(at);
      if (axis.showgrid !== false) line(pen, left, y, left + width, y);
      pen.fillText(text, left - 0.3 * size, y + 0.35 * size);
    }
    pen.textAlign = "center";
    pen.save();
    pen.translate(size, axis._offset + axis._length / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(words(axis), 0, 0);
    pen.restore();
  }

  leave() {
    this.image.remove();
  }
}

// Plotly gives an axis more room than its margin where its numbers and its name need it.
function margins({ margin, xaxis, yaxis }, { size }, [, height]) {
  const needs = ({ visible, automargin, title }) => visible !== false && automargin && title?.text;
  const wide = Math.max(...ticks(plain(yaxis, 0, height, true), size).map(([, text]) => text.length), 0);
  return {
    ...margin,
    l: Math.max(margin.l, needs(yaxis) ? size * (2 + DIGIT * wide) : 0),
    t: Math.max(margin.t, needs(yaxis) ? 1.15 * size : 0),
    b: Math.max(margin.b, needs(xaxis) ? 3.9 * size : 0),
  };
}

// A unit is as long along y as along x: the axis with the longer one reaches further.
function evened({ xaxis, yaxis }, { x: [, width], y: [, height] }) {
  const units = [[xaxis, width], [yaxis, height]].map(([{ range }, room]) => room / Math.abs(range[1] - range[0]));
  const [across, up] = [xaxis, yaxis].map((axis, at) => {
    const [first, last] = axis.range;
    const more = ((last - first) / 2) * (units[at] / Math.min(...units) - 1);
    return { ...axis, range: [first - more, last + more] };
  });
  return { xaxis: across, yaxis: up };
}

// As much of one of Plotly's axes as the overlay asks for.
function plain(axis, from, room, up) {
  const [low, high] = axis.domain ?? [0, 1];
  const [length, offset] = [room * (high - low), from + room * (up ? 1 - high : low)];
  const [first, last] = axis.range;
  const log = axis.type === "log";
  const l2p = (value) => length * (up ? last - value : value - first) / (last - first);
  const p2l = (pixel) => first + (last - first) * (up ? 1 - pixel / length : pixel / length);
  return {
    ...axis, up, type: log ? "log" : "linear", _offset: offset, _length: length, l2p,
    d2p: (value) => l2p(log ? Math.log10(value) : value), p2d: (pixel) => (log ? 10 ** p2l(pixel) : p2l(pixel)),
  };
}

// Where an axis has its labels, on its own scale, and what they say.
function ticks({ up, range, type, tickvals, ticktext, dtick, tick0 = 0, _length, showticklabels }, size) {
  const [low, high] = [Math.min(...range), Math.max(...range)];
  if (showticklabels === false) return [];
  if (tickvals) {
    return Array.from(tickvals, (at, index) => [type === "log" ? Math.log10(at) : at, bare(ticktext?.[index] ?? String(at))])
      .filter(([at]) => at >= low && at <= high);
  }
  const rough = (high - low) / Math.max(2, _length / (APART[up] * size));
  const ten = 10 ** Math.floor(Math.log10(rough));
  const apart = dtick > 0 ? dtick : ten * ROUND.find((times) => times * ten >= rough);
  const first = Math.ceil((low - tick0) / apart - 1e-9);
  const last = Math.floor((high - tick0) / apart + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => tick0 + (first + at) * apart)
    .map((at) => [at, type === "log" ? power(at) : decimal(at)]);
}

const decimal = (value) => String(Number(value.toPrecision(6))).replace("-", "−");
const power = (value) => ({ 0: "1", 1: "10" })[value] ?? `10${[...String(value)].map((sign) => RAISED[sign] ?? sign).join("")}`;
const bare = (text) => String(text).replace(/<br>/g, " ").replace(/<[^>]*>/g, "");
const words = ({ title }) => bare(title?.text ?? "");

function line(pen, ...ends) {
  pen.beginPath();
  pen.moveTo(ends[0], ends[1]);
  pen.lineTo(ends[2], ends[3]);
  pen.stroke();
}

// What a trace's colour bar takes to the right of the plot.
function besides({ colorbar, showscale }) {
  if (!colorbar || showscale === false) return 0;
  const longest = Math.max(0, ...(colorbar.ticktext ?? []).map((text) => bare(text).length));
  return AROUND_BAR + (colorbar.thickness ?? 0) + DIGIT * (colorbar.tickfont?.size ?? 12) * longest;
}

// A heat map as it lies on its axes, as an address. It has the size that it is shown in.
function picture({ x, y, z, zmin, zmax, colorscale }, xaxis, yaxis) {
  const [wide, high] = [z[0]?.length, z.length];
  if (!Array.isArray(colorscale) || !(zmax > zmin) || !wide || x?.length !== wide || y?.length !== high) return null;
  const shades = palette(colorscale);
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high });
  const pen = canvas.getContext("2d");
  const drawn = pen.createImageData(wide, high);
  for (let row = 0; row < high; row += 1) {
    for (let column = 0; column < wide; column += 1) {
      const level = (z[row][column] - zmin) / (zmax - zmin);
      if (!Number.isFinite(level)) continue;
      const shade = Math.round(Math.max(0, Math.min(1, level)) * (SHADES - 1));
      drawn.data.set(shades.subarray(4 * shade, 4 * shade + 4), 4 * ((high - 1 - row) * wide + column));
    }
  }
  pen.putImageData(drawn, 0, 0);
  // A cell reaches half its width around its place.
  const [left, right] = reach(xaxis, x);
  const [bottom, top] = reach(yaxis, y);
  const size = `width="${Math.round(xaxis._length)}" height="${Math.round(yaxis._length)}"`;
  const place = `x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"`;
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" ${size}><image ${place} preserveAspectRatio="none" href="${canvas.toDataURL()}"/></svg>`)}`;
}

function reach(axis, places) {
  const half = (places.at(-1) - places[0]) / (places.length - 1) / 2;
  return [places[0] - half, places.at(-1) + half].map((at) => axis.l2p(at));
}

// The colours of a scale, each as four bytes.
function palette(colorscale) {
  const pen = Object.assign(document.createElement("canvas"), { width: SHADES, height: 1 }).getContext("2d");
  const ramp = pen.createLinearGradient(0, 0, SHADES, 0);
  for (const [at, colour] of colorscale) ramp.addColorStop(at, colour);
  pen.fillStyle = ramp;
  pen.fillRect(0, 0, SHADES, 1);
  return pen.getImageData(0, 0, SHADES, 1).data;
}
