// In the page: notes every input event, every redraw of the chart, and when it was painted.
//
// `drawn` returns something that changes when the chart does. A redraw counts as painted when
// the first task after the next frame runs.

window.probe = {
  inputs: [],
  drawn: [],
  painted: [],
  ticks: 0,

  watch(drawn, attributes) {
    this.last = drawn();
    for (const type of ["pointermove", "input", "keydown"]) {
      document.addEventListener(type, (event) => {
        if (type === "pointermove" && !event.buttons) return;
        if (type === "keydown" && event.repeat) return;
        this.inputs.push({ type, at: performance.now() });
      }, { capture: true });
    }
    new MutationObserver(() => this.look(drawn)).observe(document.body,
      { subtree: true, childList: true, attributes: true, attributeFilter: attributes });
    this.look(drawn);
  },

  look(drawn) {
    const now = drawn();
    if (now === undefined || now === this.last) return;
    this.last = now;
    const entry = this.drawn.push(performance.now()) - 1;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { this.painted[entry] = performance.now(); };
      channel.port2.postMessage(0);
    });
  },

  clear() {
    this.inputs.length = this.drawn.length = this.painted.length = 0;
  },

  // Counts animation frames, and those of them in which `shown` changed, for some seconds.
  frames(shown, seconds) {
    return new Promise((resolve) => {
      const result = { frames: 0, changed: 0, seconds: 0 };
      const began = performance.now();
      let last = shown();
      const frame = () => {
        const now = shown();
        result.frames += 1;
        result.changed += now !== last;
        last = now;
        result.seconds = (performance.now() - began) / 1000;
        if (result.seconds < seconds) requestAnimationFrame(frame);
        else resolve(result);
      };
      requestAnimationFrame(frame);
    });
  },
};
