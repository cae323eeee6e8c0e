// Pictures in turn as a GIF (GIF89a, the CompuServe specification of 1990): one palette for all, each
// picture only where it differs from the one before, packed by LZW (Welch 1984).

const COLOURS = 255;
// The colour that leaves what was there.
const CLEAR = 255;
const LARGEST_CODE = 4096;
const BLOCK = 255;

export class Gif {
  // `samples` are some of the pictures, as a canvas gives their pixels, for the palette.
  constructor(width, height, samples) {
    Object.assign(this, { width, height, parts: [], before: null, packer: new Packer() });
    this.palette = new Palette(samples);
    this.parts.push(bytes("GIF89a", word(width), word(height), [0xf7, 0, 0], this.palette.levels));
    // For ever again.
    this.parts.push(bytes([0x21, 0xff, 11], "NETSCAPE2.0", [3, 1, 0, 0, 0]));
  }

  // `pixels` stay so many hundredths of a second.
  add(pixels, delay) {
    const now = this.palette.indices(pixels);
    const [left, top, wide, high] = this.box(now);
    const drawn = new Uint8Array(wide * high);
    for (let y = 0; y < high; y += 1) {
      for (let x = 0; x < wide; x += 1) {
        const at = (top + y) * this.width + left + x;
        drawn[y * wide + x] = this.before && this.before[at] === now[at] ? CLEAR : now[at];
      }
    }
    this.before = now;
    this.parts.push(bytes([0x21, 0xf9, 4, 0x05], word(delay), [CLEAR, 0]));
    this.parts.push(bytes([0x2c], word(left), word(top), word(wide), word(high), [0]), ...this.packer.packed(drawn));
  }

  // Where a picture differs from the one before: left, top, width, height, at least a pixel.
  box(now) {
    const { width, height, before } = this;
    if (!before) return [0, 0, width, height];
    let [left, top, right, bottom] = [width, height, 0, 0];
    for (let at = 0; at < now.length; at += 1) {
      if (now[at] === before[at]) continue;
      const [x, y] = [at % width, Math.floor(at / width)];
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
    return left > right ? [0, 0, 1, 1] : [left, top, right - left + 1, bottom - top + 1];
  }

  end() {
    return new Blob([...this.parts, bytes([0x3b])], { type: "image/gif" });
  }
}

// At most 255 colours for pictures (median cut, Heckbert 1982). Colours that share five bits of each
// level are one, the mean of all its pixels.
class Palette {
  constructor(samples) {
    const bins = new Map();
    for (const pixels of samples) {
      for (let at = 0; at < pixels.length; at += 4) {
        const name = key(pixels, at);
        if (!bins.has(name)) bins.set(name, { name, count: 0, sums: [0, 0, 0] });
        const bin = bins.get(name);
        bin.count += 1;
        for (let level = 0; level < 3; level += 1) bin.sums[level] += pixels[at + level];
      }
    }
    let boxes = [box([...bins.values()])];
    while (boxes.length < COLOURS) {
      const widest = boxes.reduce((one, other) => (other.worth > one.worth ? other : one));
      if (!widest.worth) break;
      boxes = boxes.filter((each) => each !== widest);
      boxes.push(...halves(widest).map(box));
    }
    this.colours = boxes.map(({ bins }) => [0, 1, 2].map((level) => Math.round(
      total(bins, ({ sums }) => sums[level]) / total(bins, ({ count }) => count))));
    this.levels = new Uint8Array(3 * 256);
    this.colours.forEach((colour, at) => this.levels.set(colour, 3 * at));
    this.known = new Int16Array(32768).fill(-1);
    boxes.forEach(({ bins: own }, at) => own.forEach(({ name }) => { this.known[name] = at; }));
  }

  indices(pixels) {
    const found = new Uint8Array(pixels.length / 4);
    for (let at = 0; at < found.length; at += 1) {
      const name = key(pixels, 4 * at);
      if (this.known[name] < 0) this.known[name] = this.nearest(levelsOf(name));
      found[at] = this.known[name];
    }
    return found;
  }

  nearest(colour) {
    const away = this.colours.map((each) => each.reduce((sum, level, at) => sum + (level - colour[at]) ** 2, 0));
    return away.indexOf(Math.min(...away));
  }
}

const key = (pixels, at) => ((pixels[at] >> 3) << 10) | ((pixels[at + 1] >> 3) << 5) | (pixels[at + 2] >> 3);
// A colour that a key stands for, and the two ends of a level exactly.
const levelsOf = (name) => [name >> 10, (name >> 5) & 31, name & 31].map((level) => (level << 3) | (level >> 2));

const total = (bins, of) => bins.reduce((sum, bin) => sum + of(bin), 0);

function box(bins) {
  const ranges = [10, 5, 0].map((shift) => {
    const levels = bins.map(({ name }) => (name >> shift) & 31);
    return levels.reduce((most, level) => Math.max(most, level), 0) - levels.reduce((least, level) => Math.min(least, level), 31);
  });
  const range = Math.max(...ranges);
  return { bins, shift: [10, 5, 0][ranges.indexOf(range)], worth: range * Math.sqrt(total(bins, ({ count }) => count)) };
}

// So that as many pixels lie on either side, and never none.
function halves({ bins, shift }) {
  const sorted = [...bins].sort((one, other) => ((one.name >> shift) & 31) - ((other.name >> shift) & 31));
  const half = total(bins, ({ count }) => count) / 2;
  let [at, sum] = [0, 0];
  while (at < sorted.length - 1 && sum + sorted[at].count <= half) {
    sum += sorted[at].count;
    at += 1;
  }
  const cut = Math.max(1, at);
  return [sorted.slice(0, cut), sorted.slice(cut)];
}

// Bytes as LZW codes, least bits first, in blocks. A pair of a code and a byte has its place in
// `table`, stamped with the turn in which it was written, so that nothing is wiped when it is full.
class Packer {
  constructor() {
    Object.assign(this, { table: new Int32Array(LARGEST_CODE * 256), turn: 0 });
  }

  packed(indices) {
    const [clear, end] = [256, 257];
    const { table } = this;
    const out = new Bits();
    let [next, width] = [end + 1, 9];
    const begin = () => {
      this.turn = (this.turn + 1) % 0x7ffff || 1;
      [next, width] = [end + 1, 9];
    };
    out.write(clear, width);
    begin();
    let code = indices[0];
    for (let at = 1; at < indices.length; at += 1) {
      const place = code * 256 + indices[at];
      if (table[place] >> 12 === this.turn) {
        code = table[place] & 0xfff;
        continue;
      }
      out.write(code, width);
      if (next === LARGEST_CODE) {
        out.write(clear, width);
        begin();
      } else {
        if (next === 1 << width) width += 1;
        table[place] = (this.turn << 12) | next;
        next += 1;
      }
      code = indices[at];
    }
    out.write(code, width);
    if (next === 1 << width && width < 12) width += 1;
    out.write(end, width);
    return out.blocks();
  }
}

class Bits {
  constructor() {
    Object.assign(this, { done: [], held: 0, count: 0 });
  }

  write(code, width) {
    this.held |= code << this.count;
    this.count += width;
    while (this.count >= 8) {
      this.done.push(this.held & 0xff);
      this.held >>>= 8;
      this.count -= 8;
    }
  }

  blocks() {
    if (this.count) this.done.push(this.held);
    const blocks = [bytes([8])];
    for (let at = 0; at < this.done.length; at += BLOCK) {
      const block = this.done.slice(at, at + BLOCK);
      blocks.push(bytes([block.length], block));
    }
    return [...blocks, bytes([0])];
  }
}

const word = (number) => [number & 0xff, number >> 8];

function bytes(...parts) {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...part].map((sign) => sign.charCodeAt(0)) : [...part])));
}
