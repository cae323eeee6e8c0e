// The elements a stage is made of.

export function part(parent, name, tag = "div") {
  return parent.appendChild(Object.assign(document.createElement(tag), { className: name }));
}

// What lies on a plot and takes a hand's touch for itself.
export const ON_PLOT = ".os-handle, .os-back, .os-zoom, .os-pen";
