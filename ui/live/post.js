// One message in flight, the newest value next, never a queue.

const PATIENCE = 2000;
// A long race may keep a line busy that has answered before; a hand that has let go waits less.
const LONG_PATIENCE = 10000;
const SHORT_PATIENCE = 1000;

export class Post {
  // A hand that moves is answered over the `line` where there is one. `addition` gives what a
  // message says of the moment it leaves, after the last answer was read.
  constructor(line, addition = () => ({})) {
    this.line = line;
    this.addition = addition;
    this.sequence = 0;
    this.waiting = null;
    this.inFlight = null;
  }

  // The function that sends changes with every run, so it is handed over each time.
  use(setStateValue) {
    this.setStateValue = setStateValue;
  }

  send(message) {
    this.waiting = { ...this.waiting, ...message };
    if (!this.inFlight) this.flush();
    else if (message.settled && this.onLine) this.expect(SHORT_PATIENCE);
  }

  flush() {
    if (!this.waiting) return;
    const message = { ...this.addition(), ...this.waiting, sequence: ++this.sequence };
    this.inFlight = this.waiting;
    this.waiting = null;
    this.onLine = this.line.open && !message.settled;
    this.expect(this.onLine && this.line.proven ? LONG_PATIENCE : PATIENCE);
    if (this.onLine) this.line.send(message);
    else this.setStateValue("live", message);
  }

  // After so long without an answer the line is given up, or the next message goes.
  expect(patience) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.onLine ? this.line.end() : this.answered(this.sequence), patience);
  }

  // The server repeats the number of the message it has answered.
  answered(sequence) {
    if (!this.inFlight || sequence < this.sequence) return;
    this.inFlight = null;
    clearTimeout(this.timer);
    this.flush();
  }

  // What was on a line that has ended goes through Streamlit.
  resend() {
    if (!this.inFlight) return;
    this.waiting = { ...this.inFlight, ...this.waiting };
    this.inFlight = null;
    this.flush();
  }
}
