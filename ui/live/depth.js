// Places on a sheet in depth, and back: all that is asked of the private parts of Plotly's scene.

const NEAR = 16;
const ROUNDS = 5;

function times(a, b) {
  const product = new Float64Array(16);
  for (let column = 0; column < 4; column += 1) {
    for (let row = 0; row < 4; row += 1) {
      for (let at = 0; at < 4; at += 1) product[4 * column + row] += a[4 * at + row] * b[4 * column + at];
    }
  }
  return product;
}

// A sheet as it is seen now; null where the plot has none, or has not drawn it yet.
export function sheetOf(plot) {
  const scene = plot._fullLayout?.scene?._scene;
  const camera = scene?.glplot?.cameraParams;
  const sheet = plot._fullData?.find(({ type }) => type === "surface");
  return camera && sheet ? new Sheet(scene, camera, sheet) : null;
}

class Sheet {
  constructor(scene, { projection, view, model }, { x, y, z }) {
    Object.assign(this, { x, y, z });
    this.matrix = times(projection, times(view, model));
    this.scale = scene.dataScale;
    const { offsetLeft: left, offsetTop: top, clientWidth: width, clientHeight: height } = scene.container;
    this.box = { left, top, width, height };
    this.ranges = [[x[0], x.at(-1)], [y[0], y.at(-1)]];
  }

  // Where on the screen a point in depth is, and how far behind it.
  project(x, y, z) {
    const m = this.matrix;
    const [a, b, c] = [x * this.scale[0], y * this.scale[1], z * this.scale[2]];
    const deep = m[3] * a + m[7] * b + m[11] * c + m[15];
    const { left, top, width, height } = this.box;
    return [
      left + width * (0.5 + 0.5 * (m[0] * a + m[4] * b + m[8] * c + m[12]) / deep),
      top + height * (0.5 - 0.5 * (m[1] * a + m[5] * b + m[9] * c + m[13]) / deep),
      deep,
    ];
  }

  height(x, y) {
    const [[left, column], [up, row]] = [between(this.x, x), between(this.y, y)];
    const z = (i, j) => this.z[Math.min(i, this.y.length - 1)][Math.min(j, this.x.length - 1)];
    const [low, high] = [row, row + 1].map((i) => z(i, column) * (1 - left) + z(i, column + 1) * left);
    return low * (1 - up) + high * up;
  }

  // Where on the screen a place of the sheet is.
  spot([x, y]) {
    const [px, py] = this.project(x, y, this.height(...this.within(x, y)));
    return Number.isFinite(px) && Number.isFinite(py) ? [px, py] : null;
  }

  within(x, y) {
    return [x, y].map((value, at) => Math.max(this.ranges[at][0], Math.min(value, this.ranges[at][1])));
  }

  // The place of the sheet at a place of the screen, the one in front; null beside it.
  under(px, py) {
    let best = null;
    for (let i = 0; i < this.y.length; i += 1) {
      for (let j = 0; j < this.x.length; j += 1) {
        const [a, b, deep] = this.project(this.x[j], this.y[i], this.z[i][j]);
        const away = Math.hypot(a - px, b - py);
        if (away < NEAR && !(best && better(best, away, deep))) best = { at: [this.x[j], this.y[i]], away, deep };
      }
    }
    return best && this.refine(best.at, px, py);
  }

  // Newton's steps towards the pixel, from the point of the grid that is nearest.
  refine([x, y], px, py) {
    const [dx, dy] = [this.x, this.y].map((axis) => (axis[1] - axis[0]) / 4);
    for (let round = 0; round < ROUNDS; round += 1) {
      const [here, right, up] = [[x, y], [x + dx, y], [x, y + dy]].map((at) => this.spot(at));
      const [a, b] = [(right[0] - here[0]) / dx, (up[0] - here[0]) / dy];
      const [c, d] = [(right[1] - here[1]) / dx, (up[1] - here[1]) / dy];
      const [missX, missY, size] = [px - here[0], py - here[1], a * d - b * c];
      if (Math.abs(size) < 1e-9) break;
      const most = (step, cell) => Math.max(-8 * cell, Math.min(step, 8 * cell));
      [x, y] = this.within(
        x + most((d * missX - b * missY) / size, dx), y + most((a * missY - c * missX) / size, dy),
      );
    }
    return [x, y];
  }
}

// Of two points near the pixel the one clearly in front, else the nearer.
const better = (old, away, deep) => old.deep < deep - 0.05 || (old.deep < deep + 0.05 && old.away <= away);

// How far into which cell of an ascending axis a value is.
function between(axis, value) {
  const place = (value - axis[0]) / (axis[1] - axis[0]);
  const cell = Math.max(0, Math.min(Math.floor(place), axis.length - 2));
  return [Math.max(0, Math.min(place - cell, 1)), cell];
}
