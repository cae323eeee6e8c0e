// The lesson box: a step of a lesson in words, its question, and what came of the answer.
//
// While a question is open the stage is hushed: nothing after the clock's step is drawn. Playing to
// the moment the step names opens it again, and the answer gets its reply.


const NOT_SURE = "not sure";

export class LessonBox {
  constructor(root, stage) {
    this.root = root;
    this.stage = stage;
    root.hidden = true;
    root.setAttribute("aria-label", "Lesson");
    root.onclick = ({ target }) => this.press(target.closest("button"));
    stage.root.addEventListener("os-turn", (event) => this.onTurn(event));
    root.innerHTML = `
      <header><b></b><span></span><button type="button" data-do="close" aria-label="Leave the lesson">×</button></header>
      <p class="os-lesson-words"></p>
      <div class="os-lesson-answers" role="group" aria-label="Answers"></div>
      <div class="os-lesson-reply" role="status"></div>
      <p class="os-lesson-left">You have moved on from it since: these words tell of the lesson as it begins.</p>
      <footer>
        <button type="button" data-do="back">Back</button>
        <button type="button" data-do="play">Play</button>
        <button type="button" data-do="next">Next</button>
      </footer>`;
    this.part = (selector) => root.querySelector(selector);
  }

  // `lesson` is a step as ui/lessons.py tells it, or null where none is open.
  set(lesson) {
    this.root.hidden = !lesson;
    this.stage.clearSide();
    const key = lesson && `${lesson.name} ${lesson.step} ${lesson.opening}`;
    const opened = key !== this.key;
    this.lesson = lesson;
    this.key = key;
    if (opened) this.open();
    if (lesson) this.show();
  }

  open() {
    this.answer = null;
    this.votes = new Map();
    this.revealed = !this.asking;
    this.plays = this.stage.clock.plays;
    const { at } = this.lesson ?? {};
    if (at !== null && at !== undefined) this.stage.clock.stand(this.stepOf(at));
  }

  // While a question is open what comes after the clock's step is a secret.
  get secret() {
    return this.asking && !this.revealed;
  }

  // The panels that are hidden meanwhile.
  get veil() {
    return this.lesson?.veil ?? [];
  }

  get asking() {
    return Boolean(this.lesson?.answers.length);
  }

  get choices() {
    return [...this.lesson.answers.map(({ label }) => label), NOT_SURE];
  }

  // The step to which the clock plays before the answer is given away.
  get moment() {
    return this.stepOf(this.lesson.until ?? "end");
  }

  stepOf(moment) {
    const { steps } = this.stage.clock;
    return moment === "end" ? steps : Math.min(moment, steps);
  }

  // The clock has moved: an open question is answered once it has been played to its moment, and
  // not while the run that answers it is being made.
  tick(step) {
    if (!this.asking || this.revealed || this.lesson.growing || this.stage.clock.bar.hidden) return;
    const begun = this.stage.clock.plays !== this.plays || step !== this.stepOf(this.lesson.at ?? step);
    if (!begun || step < this.moment) return;
    this.revealed = true;
    this.show();
  }

  // A presenter's clicker turns the steps; while a question is open it plays first.
  onTurn(event) {
    if (!this.lesson) return;
    event.preventDefault();
    if (event.detail > 0 && this.secret) this.play();
    else this.turn(event.detail);
  }

  press(button) {
    const act = button?.dataset.do;
    if (!act) return;
    if (act === "answer") this.choose(button.dataset.label);
    if (act === "play") this.play();
    if (act === "back") this.turn(-1);
    if (act === "next") this.turn(1);
    if (act === "close") this.stage.post.send({ lesson: null, settled: true });
  }

  // To the moment of the answer; where there is no clock, the veil is lifted.
  play() {
    if (this.lesson.growing) return;
    if (!this.stage.clock.bar.hidden) return this.stage.clock.play(this.moment);
    this.revealed = true;
    this.show();
    this.stage.draw();
  }

  // A class votes by hands: in front of it every click counts one more.
  choose(label) {
    if (this.revealed) return;
    this.votes.set(label, (this.votes.get(label) ?? 0) + 1);
    this.answer = label;
    this.show();
  }

  // To another step of the lesson, and after the last to the next lesson.
  turn(by) {
    const step = this.lesson.step + by;
    if (step < 0) return;
    const { steps, next } = this.lesson;
    if (step < steps) this.stage.post.send({ lesson: step, settled: true });
    else if (next?.name) this.stage.post.send({ lesson: next.name, settled: true });
    else if (next) this.leaveFor(new URL(next.address, document.baseURI));
  }

  // Who presents goes on presenting on the next page.
  leaveFor(address) {
    if (this.stage.presentation.on) address.searchParams.set("show", "stage");
    window.location.assign(address);
  }

  show() {
    const { title, step, steps, words, next, left, growing } = this.lesson;
    this.part("header b").textContent = title;
    this.part("header span").textContent = `${step + 1} of ${steps}`;
    write(this.part(".os-lesson-words"), words);
    this.part(".os-lesson-left").hidden = !left;
    this.showAnswers();
    write(this.part(".os-lesson-reply"), this.revealed && this.asking ? this.reply() : "");
    const last = step + 1 === steps;
    this.part("[data-do=back]").disabled = step === 0;
    const play = this.part("[data-do=play]");
    play.hidden = !this.asking || this.revealed;
    play.disabled = Boolean(growing);
    const act = this.stage.clock.bar.hidden ? "Show" : "Play";
    play.textContent = growing ? "Training …" : act;
    this.part("[data-do=next]").textContent = last && next ? "Next lesson" : "Next";
    this.part("[data-do=next]").disabled = last && !next;
  }

  showAnswers() {
    const holder = this.part(".os-lesson-answers");
    holder.hidden = !this.asking;
    const sign = JSON.stringify([this.key, this.answer, this.revealed, [...this.votes]]);
    if (sign === this.sign) return;
    this.sign = sign;
    const presenting = document.documentElement.classList.contains("os-present");
    const right = this.lesson.answers.find((answer) => answer.right)?.label;
    const offered = this.asking ? this.choices : [];
    const shown = this.revealed ? offered.filter((label) => label === right || label === this.answer) : offered;
    const held = holder.contains(document.activeElement);
    holder.replaceChildren(...shown.map((label) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: label, disabled: this.revealed });
      Object.assign(button.dataset, { do: "answer", label });
      button.setAttribute("aria-pressed", String(label === this.answer));
      button.classList.toggle("os-right", this.revealed && label === right);
      const count = this.votes.get(label);
      if (presenting && count) button.append(` · ${count}`);
      return button;
    }));
    // Who answers by keys stays where they are, and is led on once the answer is given away.
    if (held) (holder.querySelector("[aria-pressed=true]:enabled") ?? this.part("[data-do=next]")).focus();
  }

  // What the answer chosen is told, and who is not sure or was wrong hears the right one, too.
  reply() {
    const right = this.lesson.answers.find((answer) => answer.right);
    const chosen = this.lesson.answers.find(({ label }) => label === this.answer);
    const reply = chosen && chosen !== right ? `<p>${chosen.reply}</p>` : "";
    const truth = right ? `<p><b>${escaped(right.label)}.</b> ${right.reply}</p>` : "";
    return reply + truth + (this.lesson.then ? `<p>${this.lesson.then}</p>` : "");
  }
}

function write(place, html) {
  if (place.written !== html) place.innerHTML = place.written = html;
}

function escaped(text) {
  const holder = document.createElement("i");
  holder.textContent = text;
  return holder.innerHTML;
}
