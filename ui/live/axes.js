// Values on an axis as pixels of the panel.

export function along(axis, values) {
  const [from] = axis.range;
  const zero = axis._offset + axis.l2p(from);
  const unit = perUnit(axis);
  const pixels = new Float64Array(values.length);
  const log = axis.type === "log";
  for (let at = 0; at < values.length; at += 1) {
    pixels[at] = zero + unit * ((log ? Math.log10(values[at]) : values[at]) - from);
  }
  return pixels;
}

// The pixels of one unit (of one decade on a log axis). Plotly rounds a place to a hundredth of a
// pixel, which is much of one unit where thousands are in sight, and nothing of the whole axis.
export function perUnit(axis) {
  const [from, to] = axis.range;
  return (axis.l2p(to) - axis.l2p(from)) / (to - from);
}

// An axis on which the plot reaches from 0 to 1, to the right or up.
export function sheet({ _offset, _length }, up = false) {
  return { _offset, _length, range: [0, 1], l2p: (share) => _length * (up ? 1 - share : share) };
}
