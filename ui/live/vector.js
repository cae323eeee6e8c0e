// What Plotly has drawn, as it stands, as SVG; what is drawn in depth is a picture within it.

const PASSING = ".draglayer, .hoverlayer, .zoomlayer, .select-outline, .menulayer";

export function vector(plot) {
  const [under, ...over] = [...plot.querySelectorAll(".main-svg")].map(layer);
  return [under, ...scenes(plot), ...over].join("");
}

function layer(drawn) {
  const copy = drawn.cloneNode(true);
  for (const each of copy.querySelectorAll(PASSING)) each.remove();
  return new XMLSerializer().serializeToString(copy);
}

// A scene draws itself once more for it, since a browser forgets what it has shown.
function scenes({ _fullLayout: layout }) {
  const names = layout._subplots?.gl3d ?? [];
  return names.map((name) => {
    const scene = layout[name]._scene;
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = scene.container;
    return `<image x="${offsetLeft}" y="${offsetTop}" width="${offsetWidth}" height="${offsetHeight}" preserveAspectRatio="none" href="${scene.toImage("png")}"/>`;
  });
}
