// Symbols that explain themselves: a tip beside a symbol, or whatever has a `data-tip`, wherever on
// the page, while a pointer rests on it or it has the focus. GLOSSARY is lessons/glossary.md.

import { part } from "./dom.js";

const symbols = new RegExp(GLOSSARY.pattern, "gu");
const GAP = 6;
let shown = null;
let bubble;

const meaning = (symbol) => GLOSSARY.meanings[symbol] ?? GLOSSARY.norm;

// Writes a plain text into an element; each symbol in it can be pointed at and takes the focus.
export function explain(element, text) {
  const nodes = [];
  let at = 0;
  for (const { 0: symbol, index } of text.matchAll(symbols)) {
    nodes.push(text.slice(at, index), term(symbol));
    at = index + symbol.length;
  }
  element.replaceChildren(...nodes, text.slice(at));
}

// The symbols in a text and what they mean, a line each; empty where there are none.
export function meanings(text) {
  const found = new Set([...text.matchAll(symbols)].map(([symbol]) => symbol));
  return [...found].map((symbol) => `${symbol}: ${meaning(symbol)}`).join("\n");
}

function term(symbol) {
  const span = Object.assign(document.createElement("span"), { className: "os-term", textContent: symbol, tabIndex: 0 });
  span.setAttribute("role", "note");
  span.setAttribute("aria-description", meaning(symbol));
  return span;
}

// Over the texts of a plot that hold a symbol lies a button that says what it means: Plotly's own
// letters take no focus. `texts` are SVG elements within the holder.
export function explainOver(holder, texts) {
  for (const old of holder.querySelectorAll(".os-over")) old.remove();
  const box = holder.getBoundingClientRect();
  for (const text of texts) {
    const meaning = meanings(text.textContent);
    if (!meaning) continue;
    const { left, top, width, height } = text.getBoundingClientRect();
    const over = part(holder, "os-over", "button");
    over.type = "button";
    over.setAttribute("aria-label", text.textContent);
    over.setAttribute("aria-description", meaning);
    Object.assign(over.style, { left: `${left - box.left}px`, top: `${top - box.top}px`, width: `${width}px`, height: `${height}px` });
  }
}

function show(element) {
  if (element === shown) return;
  shown = element;
  bubble ??= part(document.body, "os-bubble");
  const text = element && (element.dataset.tip ?? element.getAttribute("aria-description"));
  bubble.hidden = !text;
  if (!text) return;
  // A stage has the colours of the theme, and may fill the screen.
  (document.querySelector(".os-stage") ?? document.body).append(bubble);
  bubble.textContent = text;
  bubble.style.fontSize = getComputedStyle(element).fontSize;
  bubble.style.fontFamily = getComputedStyle(element).fontFamily;
  place(element.getBoundingClientRect(), element.closest(".os-side")?.getBoundingClientRect());
}

// Beside the sliders, where it covers none of them; else below, or above where there is no room.
function place(at, side) {
  const { offsetWidth: width, offsetHeight: height } = bubble;
  let [x, y] = [at.left, at.bottom + GAP];
  if (side && side.left > width + 2 * GAP) [x, y] = [side.left - width - GAP, at.top];
  else if (y + height > window.innerHeight) y = at.top - height - GAP;
  const within = (value, most) => Math.max(GAP, Math.min(value, most - GAP));
  bubble.style.transform = `translate(${within(x, window.innerWidth - width)}px, ${within(y, window.innerHeight - height)}px)`;
}

const termAt = ({ target }) => target?.closest?.(".os-term, .os-over, [data-tip]") ?? null;
document.addEventListener("pointerover", (event) => show(event.buttons ? shown : termAt(event)));
// Nothing lies over what a hand on a slider moves.
let held = false;
document.addEventListener("pointerdown", ({ target }) => { if ((held = target.type === "range")) show(null); }, { capture: true });
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { held = false; }, { capture: true });
document.addEventListener("focusin", (event) => show(held ? null : termAt(event)));
document.addEventListener("focusout", () => show(null));
document.addEventListener("scroll", () => show(null), { capture: true, passive: true });
document.addEventListener("keydown", ({ key }) => { if (key === "Escape") show(null); });
