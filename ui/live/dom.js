// The elements a stage is made of.

export function part(parent, name, tag = "div") {
  return parent.appendChild(Object.assign(document.createElement(tag), { className: name }));
}

// A style sheet beside these modules, once per document.
export function loadStyle(name) {
  const href = new URL(name, import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
}
