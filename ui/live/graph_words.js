// What a graph (graph.js) says at a step: on its cards, to who points at one, to who hears it.

// Nodes that are read aloud.
const HEARD = 40;

// What is on each node and link at a step: rows of lines, by flow.
export function textsAt({ plan, texts }, step) {
  const [items, lines, since] = plan.slots;
  const found = new Map();
  for (let at = 0; at < items.length; at += 1) {
    if (since[at] > step) continue;
    if (!found.has(items[at])) found.set(items[at], []);
    found.get(items[at])[lines[at]] = texts[at];
  }
  return found;
}

// A node or a link in words, a line each.
export function spoken({ meta }, item, step) {
  const { heads, ends: [from, to] } = meta.plan;
  const link = item - heads.length;
  const name = link < 0 ? heads[item] : `${heads[from[link]]} → ${heads[to[link]]}`;
  return [name, ...named(meta, textsAt(meta, step).get(item) ?? [], link >= 0)];
}

// The texts of a card or a link with the name of their flow. What a link multiplies by is no flow.
function named({ plan }, texts, link) {
  const name = (text, at) => (link && at === 0 ? text : `${plan.flows[at].group} ${text}`);
  return texts.map((text, at) => text && name(text, at)).filter(Boolean);
}

// All of a graph, or its beginning, for who hears it.
export function aloud({ meta }, step) {
  const { heads } = meta.plan;
  const now = textsAt(meta, step);
  const nodes = heads.slice(0, HEARD).map((head, at) => [head, ...named(meta, now.get(at) ?? [], false)].join(" "));
  const more = heads.length > HEARD ? `; and ${heads.length - HEARD} more` : "";
  return `A graph of ${heads.length} nodes: ${nodes.join("; ")}${more}`.replaceAll("\n", " / ");
}
