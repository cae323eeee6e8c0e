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
// What is quicker to encode loses fewer pictures on a busy machine.
const KINDS = ["video/webm;codecs=vp8", "video/webm;codecs=vp9", "video/webm"];
const AGAIN = 6;
// Milliseconds at least for what waits to be encoded, after so many pictures.
const QUIET = 100;
const BATCH = 8;
// A film that has lost more than a share of itself is recorded once more, with more patience.
const WHOLE = 0.88;
const PATIENCE = [1, 3];

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

export async function webm(stage, panel, tell) {
  const kind = KINDS.find((each) => window.MediaRecorder?.isTypeSupported(each));
  if (!kind || !HTMLCanvasElement.prototype.captureStream) {
    throw new Refused("This browser records no WebM, so take the GIF, or the page that plays by itself.");
  }
  return filmed(stage, panel, WEBM, async (film) => {
    for (const patience of PATIENCE) {
      const file = await recorded(film, kind, patience, tell);
      if (await lasts(file) > WHOLE * (film.seconds + HELD)) return file;
    }
    throw new Refused("This machine is too busy to record the film whole. Take the GIF, or try again later.");
  });
}

async function recorded(film, kind, patience, tell) {
  const recording = new Recording(film.canvas, kind);
  film.drawn = null;
  try {
    await played(film, recording, patience, tell);
  } finally {
    recording.end();
  }
  return recording.film;
}

// Seconds; where a browser does not say them a film counts as whole.
function lasts(file) {
  const video = document.createElement("video");
  return new Promise((resolve) => {
    video.onloadedmetadata = () => resolve(video.duration);
    video.onerror = () => resolve(0);
    video.src = URL.createObjectURL(file);
  }).finally(() => URL.revokeObjectURL(video.src));
}

// While the next picture is drawn the recorder rests, so that the film takes the time of the run
// however long its making does; and now and then until the last ones are encoded, as long as this
// machine may need for it.
async function played(film, recording, patience, tell) {
  let pace = 0;
  for (let at = 0; at < film.count; at += 1) {
    const since = performance.now();
    await film.draw(at);
    pace = Math.max(pace, performance.now() - since);
    await recording.show(((at + 1) * film.seconds) / film.count);
    if (at % BATCH === 0) await rest(patience * (QUIET + pace));
    tell((at + 1) / film.count);
  }
  // The last picture stays; drawn again it becomes sharp, and lasts as long as it is said to.
  for (let time = 1; time <= AGAIN; time += 1) {
    film.drawn = null;
    await film.draw(film.count - 1);
    await recording.show(film.seconds + (time * HELD) / AGAIN);
    await rest(patience * (QUIET + pace));
  }
  await rest(patience * (QUIET + 10 * pace));
}

class Recording {
  constructor(canvas, kind) {
    const stream = canvas.captureStream(0);
    const chunks = [];
    [this.track] = stream.getVideoTracks();
    this.shown = 0;
    this.recorder = new MediaRecorder(stream, { mimeType: kind, videoBitsPerSecond: BITS });
    this.recorder.ondataavailable = ({ data }) => chunks.push(data);
    this.film = new Promise((resolve) => {
      this.recorder.onstop = () => resolve(new Blob(chunks, { type: "video/webm" }));
    });
    this.recorder.start();
    this.recorder.pause();
  }

  // What stands on the canvas, until so many seconds have been recorded.
  async show(until) {
    this.recorder.resume();
    const since = performance.now();
    this.track.requestFrame();
    await rest(Math.max(0, 1000 * until - this.shown));
    this.shown += performance.now() - since;
    this.recorder.pause();
  }

  end() {
    this.recorder.stop();
    this.track.stop();
  }
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
