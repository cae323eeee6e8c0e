// Reads what wire.py packs. Arrays marked still are kept, so that they travel only once.

const TYPES = { f8: Float64Array, f4: Float32Array, u2: Uint16Array, u1: Uint8Array, i4: Int32Array };
const KEPT = 24;

export class Missing extends Error {}

export class Reader {
  constructor() {
    this.kept = new Map();
  }

  // The digests held, newest last: the server leaves these arrays out.
  get has() {
    return [...this.kept.keys()];
  }

  read(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = view.getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    const body = bytes.slice(4 + length).buffer;
    return this.revive(header, body);
  }

  revive(node, body) {
    if (Array.isArray(node)) return node.map((child) => this.revive(child, body));
    if (node === null || typeof node !== "object") return node;
    if (node.shape && (node.$ || node.id)) return this.array(node, body);
    for (const name of Object.keys(node)) node[name] = this.revive(node[name], body);
    return node;
  }

  array(entry, body) {
    if (!entry.$) {
      const kept = this.kept.get(entry.id);
      if (!kept) throw new Missing(entry.id);
      return kept;
    }
    const [type, offset, length] = entry.$;
    const numbers = new TYPES[type](body, offset, length);
    const array = nest(entry.q ? fine(numbers, entry.q) : numbers, entry.shape);
    if (entry.id) this.keep(entry.id, array);
    return array;
  }

  keep(id, array) {
    this.kept.set(id, array);
    while (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
  }
}

// A flat typed array as rows (of rows) without copying.
function nest(flat, shape) {
  if (shape.length < 2) return flat;
  const [rows, ...rest] = shape;
  const size = flat.length / rows || 0;
  return Array.from({ length: rows }, (_, row) =>
    nest(flat.subarray(row * size, (row + 1) * size), rest));
}

// Levels back to numbers; the last level stands for nan.
function fine(levels, [low, scale, log]) {
  const numbers = new Float64Array(levels.length);
  for (let at = 0; at < levels.length; at += 1) {
    const drawn = levels[at] === 65535 ? NaN : low + levels[at] * scale;
    numbers[at] = log ? 10 ** drawn : drawn;
  }
  return numbers;
}
