// The stage's own connection to the server, which answers a moving hand faster than a
// rerun of Streamlit's, and which tells by its end that the session has gone. Without it, or once
// it breaks, changes go through Streamlit.

const TRIES = 3;

export class Connection {
  // `onAnswer` gets the bytes of each answer, `onEnd` hears that none will come any more.
  constructor(onAnswer, onEnd) {
    this.onAnswer = onAnswer;
    this.onEnd = onEnd;
    this.token = null;
    this.proven = this.useless = false;
    this.tries = 0;
  }

  // Connects to the stage's end on the server, unless that is done or has proved to be of no use.
  // Not every stage is answered here: some only learn that their session is there.
  reach(token, answers) {
    this.answers = answers;
    if (token !== this.known) Object.assign(this, { known: token, tries: 0 });
    if (this.useless || token === this.token || this.tries === TRIES) return;
    this.leave();
    this.token = token;
    this.tries += 1;
    const address = new URL(`live/${token}`, document.baseURI);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = (this.socket = new WebSocket(address));
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      this.proven = true;
      this.tries = 0;
      this.onAnswer(new Uint8Array(data)).catch((error) => {
        this.end();
        throw error;
      });
    };
    socket.onclose = () => socket === this.socket && this.end();
  }

  get connected() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  get open() {
    return this.answers && this.connected;
  }

  send(message) {
    this.socket.send(JSON.stringify(message));
  }

  end() {
    this.useless = this.open && !this.proven;
    this.leave();
    this.onEnd();
  }

  leave() {
    const { socket } = this;
    this.socket = this.token = null;
    socket?.close();
  }
}
