// plotly.js, which is large: when it is begun, and by whom.

// Milliseconds that a browser is given to show something, and until what failed is asked for again.
const GLANCE = 4000;
const AGAIN = 1000;

let loading;

// The first page has it fetched already (ui/server/first.py).
export function loadPlotly() {
  loading ??= new Promise((resolve) => {
    // The page answers between what takes long.
    const ask = () => (window.Plotly ? resolve(window.Plotly) : run(() => setTimeout(ask), () => setTimeout(ask, AGAIN)));
    ask();
  });
  return loading;
}

function run(done, failed) {
  const script = document.createElement("script");
  script.src = new URL(`../../${PLOTLY}`, import.meta.url);
  script.onload = done;
  script.onerror = () => {
    script.remove();
    failed();
  };
  document.head.append(script);
}

// Once the browser has shown what stands in the page; what nobody looks at it does not show.
export function shown() {
  return new Promise((done) => {
    if (document.hidden) return done();
    const observer = new PerformanceObserver((list) => {
      if (!list.getEntriesByName("first-contentful-paint").length) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(done));
    });
    observer.observe({ type: "paint", buffered: true });
    setTimeout(done, GLANCE);
  });
}
