// The run as one page that plays by itself: what is shown, our script and plotly.js in one file that
// asks nobody for anything. It begins as an early picture does (early.js), and stays.

import { Refused } from "./film.js";
import { fontFace, inlined } from "./picture.js";
import { plain } from "./svg_pen.js";
import { packed } from "./wire.js";

const AGAIN = "The server has changed since this page was loaded, so load it again first.";

export async function html(stage) {
  const sheet = document.querySelector('link[href$="/optscope.css"]').href;
  const [styles, plotly, script] = await Promise.all([sheet, `${base()}${PLOTLY}`, import.meta.url].map(text));
  const shown = await inlined(packed(record(stage)));
  const face = await fontFace(stage.look.font);
  const title = plain(document.querySelector("h1")?.textContent ?? "Optscope");
  return new Blob([`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Optscope</title>
<style>${face}
${styles}
:root { --os-header: 0rem; color-scheme: ${stage.look.dark ? "dark" : "light"}; ${colours(stage, styles)} }
body { margin: 0.4rem 0.6rem; color: var(--st-text-color); background: var(--st-background-color); font-family: var(--st-font); }
#os-early { position: static; }
.os-paper { display: block; }
.os-stage .os-paper { display: none; }
.os-made { font-size: 0.8125rem; opacity: 0.75; }
@media print { main > .os-paper > p { display: none; } }</style></head>
<body><main><h1 class="os-title">${title}</h1><div id="os-early" data-stays></div>
<section class="os-paper">${more(stage)}${stage.table.outerHTML}</section></main>
<footer class="os-made">Made with Optscope: <a href="${plain(location.href)}">${title}, live</a></footer>
<script>${inert(plotly)}<\/script>
<script>window.early = Promise.resolve(new Response(Uint8Array.from(atob("${shown.split(",")[1]}"), (sign) => sign.charCodeAt(0))));<\/script>
<script type="module">${inert(script)}<\/script></body></html>
`], { type: "text/html" });
}

const base = () => new URL("../../", import.meta.url).href;

async function text(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Refused(AGAIN);
  return answer.text();
}

// Nothing in a script ends it before its end.
const inert = (script) => script.replace(/<(\/script|!--)/gi, "<\\$1");

// The colours and letters of the page as it is, by the names that the styles have for them.
function colours({ root }, styles) {
  const style = getComputedStyle(root);
  const names = new Set(styles.match(/--st-[\w-]+/g));
  return [...names].map((name) => `${name}: ${style.getPropertyValue(name)};`).join(" ");
}

// What there is to say beyond the sentence under the plots, where it is the same for every step.
function more({ lastWords }) {
  const [, ...rest] = typeof lastWords === "string" ? lastWords.split("\n") : [];
  return rest.map((line) => `<p>${plain(line)}</p>`).join("");
}

// What the stage shows, without what needs a server: sliders, and hands that move or draw.
function record({ picture, panels, handles, clock, lastWords }) {
  return {
    sequence: 0,
    edition: 1,
    live: false,
    frame: picture.frame,
    panels: panels.map((panel) => ({
      figure: panel.figure,
      view: panel.zoomed ? panel.shown : "",
      frame: { ...panel.frame, draws: null, click: panel.frame.click === "clock" ? "clock" : null },
    })),
    clock: picture.clock && { ...picture.clock, at: clock.named(clock.step) },
    handles: [...handles.values()].map(({ name, at, frame }) => ({ name, at, frame: { ...frame, fixed: true } })),
    boards: [],
    words: lastWords,
    lesson: null,
    aside: { show: "", hide: [], height: null },
  };
}
