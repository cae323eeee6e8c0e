// Colours of the current Streamlit theme, and what a figure takes from them.

const GROUND = {
  light: [[0, "#6f8fb5"], [0.25, "#9db6d3"], [0.5, "#c4d4e6"], [0.75, "#e1e9f2"], [1, "#f8fafc"]],
  dark: [[0, "#0b1220"], [0.25, "#16243a"], [0.5, "#233751"], [0.75, "#344c6b"], [1, "#4b678a"]],
};

export function theme(element) {
  const style = getComputedStyle(element);
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const back = read("--st-background-color", "#ffffff");
  return {
    text: read("--st-text-color", "#18202b"),
    back,
    line: read("--st-border-color", "#d5dbe3"),
    font: read("--st-font", "sans-serif"),
    dark: brightness(back) < 0.5,
  };
}

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
export function dressTrace(trace, look) {
  const dressed = { ...trace };
  if (dressed.colorscale === "ground") dressed.colorscale = GROUND[look.dark ? "dark" : "light"];
  for (const part of ["line", "marker", "textfont", "contours"]) {
    if (trace[part]?.color) dressed[part] = { ...trace[part], color: ink(trace[part].color, look) };
  }
  if (dressed.marker?.line?.color) {
    dressed.marker.line = { ...dressed.marker.line, color: ink(dressed.marker.line.color, look) };
  }
  if (dressed.colorbar) dressed.colorbar = { outlinewidth: 0, ...dressed.colorbar };
  return dressed;
}

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

export function dressLayout(layout, look) {
  const dressed = {
    ...layout,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: look.font, size: 13, color: look.text, ...layout.font },
    hoverlabel: { bgcolor: look.back, bordercolor: look.line, font: { color: look.text } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: look.line, activecolor: look.text },
    autosize: true,
  };
  const grid = look.dark ? "rgba(255,255,255,0.10)" : "rgba(0,0,0,0.09)";
  const axes = { gridcolor: grid, zerolinecolor: grid, linecolor: look.line, tickcolor: look.line };
  for (const name of Object.keys(layout)) {
    if (/^[xyz]axis/.test(name)) dressed[name] = { ...axes, automargin: true, ...layout[name] };
  }
  if (layout.scene) {
    dressed.scene = { ...layout.scene };
    for (const name of ["xaxis", "yaxis", "zaxis"]) {
      dressed.scene[name] = { ...axes, backgroundcolor: "rgba(0,0,0,0)", ...layout.scene[name] };
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

// A style sheet beside these modules, once per document.
export function loadStyle(name) {
  const href = new URL(name, import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
}
