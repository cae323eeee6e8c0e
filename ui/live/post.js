// One message in flight, the newest value next, never a queue.

const PATIENCE = 2000;

export class Post {
  // `addition` gives what a message says of the moment it leaves, after the last answer was read.
  constructor(addition = () => ({})) {
    this.addition = addition;
    this.sequence = 0;
    this.waiting = null;
    this.inFlight = false;
  }

  // The function that sends changes with every run, so it is handed over each time.
  use(setStateValue) {
    this.setStateValue = setStateValue;
  }

  send(message) {
    this.waiting = { ...this.waiting, ...message };
    if (!this.inFlight) this.flush();
  }

  flush() {
    if (!this.waiting) return;
    const message = { ...this.addition(), ...this.waiting, sequence: ++this.sequence };
    this.waiting = null;
    this.inFlight = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.answered(this.sequence), PATIENCE);
    this.setStateValue("live", message);
  }

  // The server repeats the number of the message it has answered.
  answered(sequence) {
    if (!this.inFlight || sequence < this.sequence) return;
    this.inFlight = false;
    clearTimeout(this.timer);
    this.flush();
  }
}
