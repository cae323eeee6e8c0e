// Colours of the current Streamlit theme and the size of type, and what a figure takes from them.

const USUAL = 14;
const IN_DEPTH = 16;
// The width of a letter of an axis title, in sizes of type.
const LETTER = 0.62;

const GROUND = {
  light: [[0, "#6f8fb5"], [0.25, "#9db6d3"], [0.5, "#c4d4e6"], [0.75, "#e1e9f2"], [1, "#f8fafc"]],
  dark: [[0, "#0b1220"], [0.25, "#16243a"], [0.5, "#233751"], [0.75, "#344c6b"], [1, "#4b678a"]],
};

export function theme(element) {
  const style = getComputedStyle(element);
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const back = read("--st-background-color", "#ffffff");
  const size = parseFloat(style.fontSize);
  return {
    size,
    thick: Number(read("--os-thick", "1")),
    text: read("--st-text-color", "#18202b"),
    back,
    line: read("--st-border-color", "#d5dbe3"),
    font: families(read("--st-font", "sans-serif")),
    dark: brightness(back) < 0.5,
  };
}

// Each once: Streamlit writes them twice, and what looks the same is not drawn anew.
const families = (font) => [...new Set(font.split(",").map((name) => name.trim()))].join(", ");

const known = new Map();

function brightness(colour) {
  if (!known.has(colour)) known.set(colour, measured(colour));
  return known.get(colour);
}

function measured(colour) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = colour;
  const hex = probe.fillStyle;
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return (0.299 * r + 0.587 * g + 0.114 * b) / 255;
}

// A figure names colours by role ("ground", "ink", "paper"); the theme decides which they are.
export function dressTrace(trace, look, narrow) {
  const dressed = { ...trace };
  if (trace.colorscale === "ground") {
    dressed.colorscale = GROUND[look.dark ? "dark" : "light"];
    if (narrow) dressed.showscale = false;
  }
  for (const part of ["line", "marker", "textfont", "contours"]) {
    if (trace[part]) dressed[part] = dressPart(trace[part], look);
  }
  if (typeof trace.marker?.size === "number") {
    dressed.marker.size = trace.marker.size * look.thick;
  }
  if (dressed.marker?.line?.color) {
    dressed.marker.line = { ...dressed.marker.line, color: ink(dressed.marker.line.color, look) };
  }
  if (dressed.colorbar) dressed.colorbar = { outlinewidth: 0, ...legible(dressed.colorbar, look) };
  return dressed;
}

function dressPart(part, look) {
  const dressed = { ...part };
  if (part.color) dressed.color = ink(part.color, look);
  if (part.width) dressed.width = part.width * look.thick;
  return dressed;
}

// Sizes of type are told for a stage whose own is 14 pixels, and none is smaller than its own.
function legible(part, look) {
  if (Array.isArray(part)) return part.map((each) => legible(each, look));
  if (part === null || typeof part !== "object" || ArrayBuffer.isView(part)) return part;
  const dressed = {};
  for (const [name, child] of Object.entries(part)) {
    dressed[name] = /font$/.test(name) && child?.size
      ? { ...child, size: Math.max(look.size, (child.size * look.size) / USUAL) }
      : legible(child, look);
  }
  return dressed;
}

const within = (margin, look) => Object.fromEntries(
  Object.entries(margin ?? {}).map(([side, room]) => [side, room * look.size / USUAL]),
);

export function ink(colour, look) {
  if (colour === "ink") return look.text;
  if (colour === "paper") return look.back;
  return look.dark ? lit(colour) : colour;
}

// On dark ground a colour is the same with more light in it (sliders.css does so too).
const LIGHT = 0.25;
function lit(colour) {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return colour;
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return `rgb(${parts.map((part) => Math.round(part + (255 - part) * LIGHT))})`;
}

// The title of an axis that is longer than its plot goes on two lines.
function folded(axis, room, look) {
  const { text } = axis.title ?? {};
  if (!text || text.includes("<br>") || text.length * look.size * LETTER < room) return axis;
  const middle = text.length / 2;
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
  const at = spaces.sort((one, other) => Math.abs(one - middle) - Math.abs(other - middle))[0];
  if (at === undefined) return axis;
  return { ...axis, title: { ...axis.title, text: `${text.slice(0, at)}<br>${text.slice(at + 1)}` } };
}

// Plotly writes the labels of an axis of whole powers a quarter larger than others.
const powers = ({ type, exponentformat, dtick, tickvals }, { size }) =>
  (type === "log" && exponentformat === "power" && Number.isInteger(dtick) && !tickvals
    ? { tickfont: { size: size / 1.25 } } : {});

// `room` is the width and height of the plot.
export function dressLayout(given, look, [width, height]) {
  const layout = legible(given, look);
  const dressed = {
    ...layout,
    margin: within(layout.margin, look),
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: look.font, size: look.size, color: look.text },
    hoverlabel: { bgcolor: look.back, bordercolor: look.line, font: { color: look.text } },
    autosize: true,
  };
  const grid = look.dark ? "rgba(255,255,255,0.10)" : "rgba(0,0,0,0.09)";
  const axes = { gridcolor: grid, zerolinecolor: grid, linecolor: look.line, tickcolor: look.line };
  for (const name of Object.keys(layout)) {
    if (!/^[xy]axis/.test(name)) continue;
    const axis = folded(layout[name], name[0] === "x" ? width : height, look);
    dressed[name] = { ...axes, automargin: true, ...powers(axis, look), ...axis };
  }
  if (layout.scene) {
    dressed.scene = { ...layout.scene };
    for (const name of ["xaxis", "yaxis", "zaxis"]) {
      // Plotly writes the numbers of a scene larger, the larger they are.
      const tickfont = { size: Math.min(look.size, IN_DEPTH) };
      dressed.scene[name] = { ...axes, tickfont, backgroundcolor: "rgba(0,0,0,0)", ...layout.scene[name] };
    }
  }
  for (const name of ["shapes", "annotations"]) {
    if (layout[name]) dressed[name] = layout[name].map((item) => dressItem(item, look));
  }
  return dressed;
}

function dressItem(item, look) {
  const dressed = { ...item };
  if (item.line?.color) dressed.line = { ...item.line, color: ink(item.line.color, look) };
  if (item.font?.color) dressed.font = { ...item.font, color: ink(item.font.color, look) };
  return dressed;
}
