// What a person sees of a page without scrolling: boxes, shares and sizes of type.
() => {
  const box = (e) => e.getBoundingClientRect();
  const area = (r) => r.width * r.height;
  const inside = (r) => r.left >= -1 && r.top >= -1 && r.right <= innerWidth + 1 && r.bottom <= innerHeight + 1;
  const stage = document.querySelector(".os-stage:not(.os-inset)");
  const plots = [...stage.querySelectorAll(".js-plotly-plot")].filter((e) => area(box(e)) > 0);
  const main = plots.reduce((one, other) => (area(box(other)) > area(box(one)) ? other : one));
  const faults = [];

  for (const [name, element] of Object.entries({
    "main plot": main,
    legend: stage.querySelector(".os-legend:not([hidden])"),
    transport: stage.querySelector(".os-clock:not([hidden])"),
    sentence: stage.querySelector(".os-words"),
  })) {
    if (!element || !area(box(element))) continue;
    if (!inside(box(element))) faults.push(`the ${name} is not whole on the screen`);
    if (element.scrollWidth > element.clientWidth + 1 && name !== "main plot") faults.push(`the ${name} is cut off`);
  }

  // A label of a plot may be turned; what counts is the box of what is drawn.
  for (const plot of plots) {
    const frame = box(plot);
    for (const text of plot.querySelectorAll("svg text")) {
      const r = box(text);
      if (!text.textContent.trim() || !area(r) || Number(text.style.opacity) === 0) continue;
      const out = Math.max(frame.left - r.left, r.right - frame.right, frame.top - r.top, r.bottom - frame.bottom);
      if (out > 2) faults.push(`“${text.textContent}” hangs ${Math.round(out)} pixels out of its plot`);
    }
  }
  const row = document.querySelector(".st-key-row");
  for (const button of [...row.querySelectorAll("button"), ...stage.querySelectorAll("button:not(.os-handle)")]) {
    if (area(box(button)) && button.scrollWidth > button.clientWidth + 1) faults.push(`the button “${button.innerText.trim()}” is truncated`);
  }

  const sizes = plots.flatMap((plot) => [...plot.querySelectorAll("svg text")])
    .filter((text) => text.textContent.trim() && area(box(text)))
    .map((text) => parseFloat(getComputedStyle(text).fontSize));
  const page = document.querySelector("[data-testid=stMain]");
  return {
    faults,
    share: plots.reduce((sum, plot) => sum + area(box(plot)), 0) / (innerWidth * innerHeight),
    type: Math.min(...sizes, ...[".os-legend", ".os-words", ".os-clock"].map((each) =>
      parseFloat(getComputedStyle(stage.querySelector(each)).fontSize))),
    length: page.scrollHeight,
    sideways: page.scrollWidth - page.clientWidth,
    height: innerHeight,
  };
}
