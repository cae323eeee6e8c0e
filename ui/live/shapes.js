// The symbols by which groups are told apart where their colours are not, around the pen's origin.

const SHAPES = {
  none: () => {},
  circle: (pen, r) => pen.arc(0, 0, r, 0, 7),
  square: (pen, r) => pen.rect(-r * 0.9, -r * 0.9, r * 1.8, r * 1.8),
  diamond: (pen, r) => polygon(pen, r * 1.25, 4, -Math.PI / 2),
  "triangle-up": (pen, r) => polygon(pen, r * 1.25, 3, -Math.PI / 2),
  "triangle-down": (pen, r) => polygon(pen, r * 1.25, 3, Math.PI / 2),
  pentagon: (pen, r) => polygon(pen, r * 1.2, 5, -Math.PI / 2),
  hexagon: (pen, r) => polygon(pen, r * 1.2, 6, 0),
  cross: (pen, r) => cross(pen, r),
  star: (pen, r) => star(pen, r * 1.4),
};

export function shape(pen, symbol, radius) {
  pen.beginPath();
  (SHAPES[symbol] ?? SHAPES.circle)(pen, radius);
  pen.closePath();
}

function polygon(pen, radius, corners, turn) {
  for (let at = 0; at < corners; at += 1) {
    const angle = turn + (at * 2 * Math.PI) / corners;
    pen.lineTo(radius * Math.cos(angle), radius * Math.sin(angle));
  }
}

function cross(pen, radius) {
  for (let turn = 0; turn < 4; turn += 1) {
    for (const [x, y] of [[1, -0.38], [1, 0.38], [0.38, 0.38]]) {
      const [cos, sin] = [Math.cos((turn * Math.PI) / 2), Math.sin((turn * Math.PI) / 2)];
      pen.lineTo(radius * (x * cos - y * sin), radius * (x * sin + y * cos));
    }
  }
}

function star(pen, radius) {
  for (let at = 0; at < 10; at += 1) {
    const angle = -Math.PI / 2 + (at * Math.PI) / 5;
    const reach = at % 2 ? radius * 0.45 : radius;
    pen.lineTo(reach * Math.cos(angle), reach * Math.sin(angle));
  }
}
