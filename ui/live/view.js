// What a plot shows of its world: the ends of its axes, or in depth the eye and what it looks at.

export const camera = ([x, y, z, a, b, c]) => ({ eye: { x, y, z }, center: { x: a, y: b, z: c } });

// The numbers of a view: of an eye and what it looks at, or the ends of x and of y.
export function seen({ scene, xaxis, yaxis }) {
  if (!scene) return [...(xaxis?.range ?? []), ...(yaxis?.range ?? [])];
  const { eye, center } = scene.camera ?? {};
  return eye && center ? [eye.x, eye.y, eye.z, center.x, center.y, center.z] : [];
}

export const written = (numbers) => numbers.map((number) => Number(Number(number).toPrecision(5))).join();

// While a hand moves, an axis that still holds what is drawn stays as it is: Plotly draws a plot
// with new ranges from scratch, and axes that jump to and fro hide what the hand does.
export function steady(layout, before) {
  const steadied = { ...layout };
  for (const name of ["xaxis", "yaxis", "yaxis2"]) {
    const [wanted, shown] = [layout[name], before[name]];
    if (wanted?.range && shown?.range && holds(shown.range, wanted.range)) steadied[name] = shown;
  }
  return steadied;
}

const holds = ([low, high], [least, most]) => low <= least && most <= high;

// In a narrow plot a scene is seen from further away, or its axes would be cut off.
export function roomy(layout, [width, height]) {
  const { camera } = layout.scene ?? {};
  const far = height / width;
  if (!camera || !(far > 1 && Number.isFinite(far))) return layout;
  const eye = Object.fromEntries(Object.entries(camera.eye).map(([axis, at]) => [axis, at * far]));
  return { ...layout, scene: { ...layout.scene, camera: { ...camera, eye } } };
}
