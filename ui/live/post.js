// One message in flight, the newest value next, never a queue.

const PATIENCE = 2000;
// A long race may keep a connection busy that has answered before; a hand that has let go waits less.
const LONG_PATIENCE = 8000;
const SHORT_PATIENCE = 1000;

export class Post {
  // A hand that moves is answered over the `connection` where there is one. `addition` gives what a
  // message says of the moment it leaves, after the last answer was read. What goes unanswered may
  // mean that nobody is there: `present` waits until somebody is, and tells whether they are new.
  constructor(connection, addition, present) {
    this.connection = connection;
    this.addition = addition;
    this.present = present;
    this.sequence = 0;
    this.waiting = null;
    this.inFlight = null;
    this.unsettled = null;
    this.silent = false;
  }

  // The function that sends changes with every run, so it is handed over each time.
  use(setStateValue) {
    this.setStateValue = setStateValue;
  }

  // All that no settled answer has confirmed: what a server that knows nothing of it must hear.
  get unsaid() {
    return joined(this.unsettled, this.inFlight, this.waiting);
  }

  send(message) {
    this.waiting = joined(this.waiting, message);
    if (!this.inFlight) this.flush();
    else if (message.settled && this.direct) this.expect(SHORT_PATIENCE);
  }

  flush() {
    if (!this.waiting || this.silent) return;
    const message = { ...this.addition(), ...this.waiting, sequence: ++this.sequence };
    this.inFlight = this.waiting;
    this.waiting = null;
    this.direct = this.connection.open && !message.settled;
    if (this.direct && this.connection.proven) this.expect(PATIENCE, () => this.wonder());
    else this.expect(PATIENCE);
    if (this.direct) this.connection.send(message);
    else this.setStateValue("live", message);
  }

  // After so long without an answer the connection is given up, or the next message goes.
  expect(patience, act = () => (this.direct ? this.connection.end() : this.pause())) {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, patience);
  }

  // A connection that has answered before may be busy, or its server gone.
  async wonder() {
    const { sequence } = this;
    if (await this.present()) this.resume(true);
    else if (this.inFlight && sequence === this.sequence) this.expect(LONG_PATIENCE);
  }

  // Nothing is sent until somebody is known to be there.
  async pause() {
    clearTimeout(this.timer);
    if (this.silent) return;
    this.silent = true;
    this.resume(await this.present());
  }

  // Who is new is told all; who was only slow through Streamlit has heard it.
  resume(isNew) {
    this.silent = false;
    if (isNew) this.waiting = this.unsaid;
    else if (this.direct) this.waiting = joined(this.inFlight, this.waiting);
    else this.unsettled = joined(this.unsettled, this.inFlight);
    this.inFlight = null;
    this.flush();
  }

  // What was set after the message that a picture answers: the picture does not know it yet.
  since(sequence) {
    return joined(sequence < this.sequence ? this.inFlight : null, this.waiting) ?? {};
  }

  // The server repeats the number of the message it has answered.
  answered(sequence) {
    if (!this.inFlight || sequence < this.sequence) return;
    this.unsettled = this.inFlight.settled ? null : joined(this.unsettled, this.inFlight);
    this.inFlight = null;
    clearTimeout(this.timer);
    this.flush();
  }
}

// Messages as one: the later holds, and for values, handles and views name by name.
function joined(...messages) {
  const whole = {};
  for (const message of messages) {
    for (const [name, part] of Object.entries(message ?? {})) {
      const named = part !== null && typeof part === "object" && !Array.isArray(part);
      whole[name] = named ? { ...whole[name], ...part } : part;
    }
  }
  return Object.keys(whole).length ? whole : null;
}
