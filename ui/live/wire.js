// Reads what wire.py packs. Parts that have a name are kept, so that they travel only once.

const TYPES = { f8: Float64Array, f4: Float32Array, u2: Uint16Array, u1: Uint8Array, i4: Int32Array };
const KEPT = 96;

class Missing extends Error {}

export class Reader {
  constructor() {
    this.kept = new Map();
  }

  // The digests held, newest last, for the server to leave these parts out.
  get has() {
    return [...this.kept.keys()];
  }

  read(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = view.getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    const body = bytes.slice(4 + length).buffer;
    const message = this.revive(header, body);
    this.forget();
    return message;
  }

  revive(node, body) {
    if (Array.isArray(node)) return node.map((child) => this.revive(child, body));
    if (node === null || typeof node !== "object") return node;
    if (Array.isArray(node.$)) return this.array(node, body);
    if (node["#"]) return this.part(node, body);
    for (const name of Object.keys(node)) node[name] = this.revive(node[name], body);
    return node;
  }

  // A kept part by its name, with what stands beside the name.
  part({ "#": name, "=": fresh, ...beside }, body) {
    // What is held already stays the same object, which is not drawn anew.
    const part = fresh && !this.kept.has(name) ? this.keep(name, this.revive(fresh, body)) : this.recall(name);
    return Object.keys(beside).length ? { ...part, ...this.revive(beside, body) } : part;
  }

  array(entry, body) {
    const [type, offset, length] = entry.$;
    const numbers = new TYPES[type](body, offset, length);
    return nest(entry.q ? fine(numbers, entry.q) : numbers, entry.shape ?? []);
  }

  recall(name) {
    if (!this.kept.has(name)) throw new Missing(name);
    return this.keep(name, this.kept.get(name));
  }

  // The part last used goes last.
  keep(name, part) {
    this.kept.delete(name);
    this.kept.set(name, part);
    return part;
  }

  // The parts used longest ago go, once a message is read: it may name any that were held before.
  forget() {
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

// A message as bytes that a reader reads, each array whole.
export function packed(message) {
  const chunks = [];
  let size = 0;
  const header = new TextEncoder().encode(JSON.stringify(message, (name, part) => {
    if (!ArrayBuffer.isView(part)) return part;
    const type = Object.keys(TYPES).find((each) => part instanceof TYPES[each]);
    const padding = -size & (part.BYTES_PER_ELEMENT - 1);
    chunks.push(new Uint8Array(padding), new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    const offset = size + padding;
    size = offset + part.byteLength;
    return { $: [type, offset, part.length] };
  }));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, header.length, true);
  return new Blob([length, header, ...chunks]);
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

// What a message says; null, and at once a request for the whole, when it names parts not held here.
export function received(reader, bytes, post) {
  try {
    return reader.read(bytes);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    post.send({ has: [] });
    post.answered(Infinity);
    return null;
  }
}
