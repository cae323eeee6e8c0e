// Presence: notices that the server has gone, says so in a line, and takes the page up from its
// address once it is back. See presence.py.


// Milliseconds: between two questions whether the server is there; until a question counts as
// unanswered; for Streamlit's own connection to come back; and for the page to have run once more.
const PAUSE = 250;
const LONGEST_PAUSE = 500;
const PATIENCE = 1500;
const CONNECTING = 800;
const BEGINNING = 1000;
const RUNNING = 10000;
const AWAY = "The server does not answer. What you see and set is kept; the page goes on by itself once it is back.";
const BACK = "The server was away. The page goes on from where it was.";
const BACK_SHOWN = 4000;
const STASH = "optscope.unsettled";

const release = import.meta.url.split("/").at(-2);
export const stages = new Set();
let runs = 0;
let run;
let ask;
let seeking;
let leaving;
let line;

window.addEventListener("pagehide", () => { leaving = true; });
window.addEventListener("pageshow", () => { leaving = false; });

// The component: it is called with every run of the whole page.
export default function ({ data, parentElement, setTriggerValue }) {
  ask = () => setTriggerValue("asked", true);
  if (data !== run) runs += 1;
  run = data;
  parentElement.closest(".stElementContainer")?.style.setProperty("display", "none");
}

// A stage takes part. What it could not say before the page was loaded anew, it says now.
export function join(stage) {
  stages.add(stage);
  const { address, unsaid } = JSON.parse(sessionStorage.getItem(STASH) ?? "{}");
  if (address !== location.href) return;
  sessionStorage.removeItem(STASH);
  if (unsaid[place(stage)]) stage.post.send({ ...unsaid[place(stage)], settled: true });
}

export function part(stage) {
  stages.delete(stage);
}

// Something went unanswered on the stage with that token. Waits until the server is there and knows
// the page, and says whether the page had to be taken up for that.
export function doubt(token) {
  seeking ??= seek(token).finally(() => { seeking = null; });
  return seeking;
}

async function seek(token) {
  let answer = await question(token);
  if (answer?.known) return false;
  if (!answer && !leaving) say(AWAY);
  for (let pause = PAUSE; !answer; pause = Math.min(1.2 * pause, LONGEST_PAUSE)) {
    await rest(pause);
    answer = await question(token);
  }
  if (answer.version !== release) await reload();
  await takeUp();
  say(BACK);
  setTimeout(() => { if (!seeking) say(""); }, BACK_SHOWN);
  return true;
}

// Whether a connection's session is there; null where nobody, or no server of ours, answers.
async function question(token) {
  try {
    const answer = await fetch(new URL(`live/${token}`, document.baseURI),
      { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// Has the whole page run once more, in this document if Streamlit's own connection is back soon.
async function takeUp() {
  const before = runs;
  // A page that has just been loaded itself is not told of runs yet.
  await until(() => ask && streamlit("connection") === "CONNECTED", ask ? CONNECTING : RUNNING) || await reload();
  ask();
  const under = () => runs !== before || streamlit("script") === "running";
  await until(under, BEGINNING) && await until(() => runs !== before, RUNNING) || await reload();
}

// What Streamlit's page tells of itself, for tests: its connection, or its script.
function streamlit(what) {
  return document.querySelector("[data-testid=stApp]")?.getAttribute(`data-test-${what}-state`);
}

// The address holds the state; what a hand has moved since goes along.
function reload() {
  const unsaid = Object.fromEntries([...stages].map((stage) => [place(stage), stage.post.unsaid]));
  sessionStorage.setItem(STASH, JSON.stringify({ address: location.href, unsaid }));
  location.reload();
  return new Promise(() => {});
}

const place = (stage) => [...document.querySelectorAll(".os-stage")].indexOf(stage.root);

function say(text) {
  if (!line) {
    line = document.body.appendChild(Object.assign(document.createElement("p"), { className: "os-presence" }));
    line.setAttribute("role", "status");
  }
  line.textContent = text;
}

const rest = (pause) => new Promise((resolve) => { setTimeout(resolve, pause); });

async function until(holds, patience) {
  const end = performance.now() + patience;
  while (!holds() && performance.now() < end) await rest(30);
  return holds();
}
