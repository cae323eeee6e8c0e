// Values on an axis as pixels of the panel.

export function along(axis, values) {
  const zero = axis._offset + axis.l2p(0);
  const unit = axis.l2p(1) - axis.l2p(0);
  const pixels = new Float64Array(values.length);
  const log = axis.type === "log";
  for (let at = 0; at < values.length; at += 1) {
    pixels[at] = zero + unit * (log ? Math.log10(values[at]) : values[at]);
  }
  return pixels;
}

// An axis on which the plot reaches from 0 to 1, to the right or up.
export function sheet({ _offset, _length }, up = false) {
  return { _offset, _length, l2p: (share) => _length * (up ? 1 - share : share) };
}
