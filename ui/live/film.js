// The run as a film: the stage itself plays it, and every step is a picture.

import { Gif } from "./gif.js";
import { Picture } from "./picture.js";

const GIF = { rate: 10, most: 120, width: 900 };
const WEBM = { rate: 25, most: 1500, width: 1280 };
const BITS = 6e6;
// Seconds that the last picture stays.
const HELD = 1.5;
// Of these shares of the run come a GIF's colours, and the height that the words need.
const SAMPLES = [0, 0.1, 0.5, 1];
const KINDS = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];

// What cannot be made, in a sentence.
export class Refused extends Error {}

export async function gif(stage, panel, tell) {
  return filmed(stage, panel, GIF, async (film) => {
    const { width, height } = film.canvas;
    const delay = Math.round((100 * film.seconds) / film.count);
    const movie = new Gif(width, height, film.samples);
    for (let at = 0; at < film.count; at += 1) {
      await film.draw(at);
      movie.add(film.pixels, at < film.count - 1 ? delay : 100 * HELD);
      tell((at + 1) / film.count);
      await rest(0);
    }
    return movie.end();
  });
}

// While the next picture is drawn the recorder rests, so that the film takes the time of the run
// however long its making does.
export async function webm(stage, panel, tell) {
  const kind = KINDS.find((each) => window.MediaRecorder?.isTypeSupported(each));
  if (!kind || !HTMLCanvasElement.prototype.captureStream) {
    throw new Refused("This browser records no WebM, so take the GIF, or the page that plays by itself.");
  }
  return filmed(stage, panel, WEBM, async (film) => {
    const stream = film.canvas.captureStream(0);
    const recorder = new MediaRecorder(stream, { mimeType: kind, videoBitsPerSecond: BITS });
    const chunks = [];
    const ended = new Promise((resolve) => { recorder.onstop = resolve; });
    recorder.ondataavailable = ({ data }) => chunks.push(data);
    recorder.start();
    let shown = 0;
    for (let at = 0; at < film.count; at += 1) {
      recorder.pause();
      await film.draw(at);
      recorder.resume();
      const since = performance.now();
      stream.getVideoTracks()[0].requestFrame();
      const until = ((at + 1) * film.seconds) / film.count + (at === film.count - 1 ? HELD : 0);
      await rest(Math.max(0, 1000 * until - shown));
      shown += performance.now() - since;
      tell((at + 1) / film.count);
    }
    // A film ends with its last picture, so that one is drawn once more.
    film.drawn = null;
    await film.draw(film.count - 1);
    stream.getVideoTracks()[0].requestFrame();
    await rest(100);
    recorder.stop();
    await ended;
    return new Blob(chunks, { type: "video/webm" });
  });
}

// The stage is not to be touched meanwhile, and stands afterwards where it stood.
async function filmed(stage, panel, form, make) {
  const { clock } = stage;
  if (clock.bar.hidden) throw new Refused("Nothing moves here, so take a picture.");
  const before = clock.step;
  stage.root.inert = true;
  try {
    const film = new Film(stage, panel, form);
    await film.look();
    return await make(film);
  } finally {
    stage.root.inert = false;
    clock.stand(before);
  }
}

class Film {
  constructor(stage, panel, { rate, most, width }) {
    const { clock } = stage;
    Object.assign(this, { clock, kept: new Map(), samples: [] });
    this.seconds = clock.seconds / clock.speed;
    this.count = Math.max(2, Math.min(most, Math.round(rate * this.seconds)));
    // Where every step can be shown, none is shown twice.
    if (rate === GIF.rate) this.count = Math.min(this.count, clock.steps + 1);
    this.picture = new Picture(stage, panel);
    this.scale = Math.min(1, width / this.picture.width);
    this.canvas = document.createElement("canvas");
  }

  async look() {
    for (const share of SAMPLES) {
      await this.stand(Math.round(share * this.clock.steps));
      this.picture.leave(this.picture.foot().height);
    }
    for (const share of SAMPLES) {
      await this.stand(Math.round(share * this.clock.steps));
      await this.picture.onCanvas(this.scale, this.canvas, this.kept);
      this.samples.push(this.pixels);
    }
  }

  async draw(at) {
    const step = Math.round((at * this.clock.steps) / (this.count - 1));
    if (step === this.drawn) return;
    this.drawn = step;
    await this.stand(step);
    await this.picture.onCanvas(this.scale, this.canvas, this.kept);
  }

  // Once all that Plotly draws is there.
  async stand(step) {
    this.clock.stand(step);
    while (this.picture.panels.some((panel) => panel.behind)) await rest(5);
  }

  get pixels() {
    const { width, height } = this.canvas;
    return this.canvas.getContext("2d").getImageData(0, 0, width, height).data;
  }
}

const rest = (pause) => new Promise((resolve) => { setTimeout(resolve, pause); });
