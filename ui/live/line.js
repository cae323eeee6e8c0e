// The line: the stage's own connection to the server, which answers a moving hand faster than a
// rerun of Streamlit's. Without it, or once it breaks, changes go through Streamlit.

export class Line {
  // `onAnswer` gets the bytes of each answer, `onEnd` hears that none will come any more.
  constructor(onAnswer, onEnd) {
    this.onAnswer = onAnswer;
    this.onEnd = onEnd;
    this.token = null;
  }

  // Connects to the stage's end on the server, unless that is done.
  reach(token) {
    if (token === this.token) return;
    this.leave();
    this.token = token;
    const address = new URL(`live/${token}`, document.baseURI);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = (this.socket = new WebSocket(address));
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.onAnswer(new Uint8Array(data));
    socket.onclose = () => socket === this.socket && this.end();
  }

  get open() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  send(message) {
    this.socket.send(JSON.stringify(message));
  }

  end() {
    this.leave();
    this.onEnd();
  }

  leave() {
    const { socket } = this;
    this.socket = this.token = null;
    socket?.close();
  }
}
