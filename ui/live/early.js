// The early stage: what an address showed last, drawn while Streamlit is on its way (early.py). It
// answers what the browser alone can answer; what else a hand does waits. When Streamlit brings its
// own stage, that one gives way to the early one, which keeps its plots.

import { part } from "./dom.js";
import { loadPlotly } from "./loader.js";

// Milliseconds: a page that has brought no stage by then, or another page, has no early one.
const PATIENCE = 20000;
const GLANCE = 200;

let early;

// `make` makes a stage of an element. The first page has asked for the picture already; where there
// is none, plotly.js may run while Streamlit is on its way.
export async function begin(make) {
  const place = document.getElementById("os-early");
  if (!place || !window.early) return void loadPlotly();
  try {
    const answer = await window.early;
    if (!answer.ok || !place.isConnected) throw new Error("there is none");
    const bytes = new Uint8Array(await answer.arrayBuffer());
    early = { place, stage: make(part(place, "os-stage")), address: window.location.pathname };
    // A page that plays by itself is all there is (alone.js).
    if (!("stays" in place.dataset)) watch(performance.now() + PATIENCE);
    await early.stage.open(bytes);
  } catch {
    drop();
    place.remove();
  }
}

// The early stage in place of the empty one that Streamlit has made; null where there is none.
export function claim(root) {
  if (!early || root.closest(".st-key-drawer")) return null;
  const { place, stage, address } = early;
  if (address !== window.location.pathname) return drop();
  early = null;
  // Moved so, it keeps the focus.
  if (root.parentElement.moveBefore) root.parentElement.moveBefore(stage.root, root);
  else root.before(stage.root);
  root.remove();
  place.remove();
  return stage;
}

function watch(end) {
  if (!early) return;
  if (performance.now() > end || early.address !== window.location.pathname) drop();
  else setTimeout(() => watch(end), GLANCE);
}

function drop() {
  early?.stage.leave();
  early?.place.remove();
  early = null;
  return null;
}
