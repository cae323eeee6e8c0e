// The elements a stage is made of.

export function part(parent, name, tag = "div") {
  return parent.appendChild(Object.assign(document.createElement(tag), { className: name }));
}
