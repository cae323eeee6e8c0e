// A mouse on a slider: the value follows the hand, ten times slower while Shift is held and the
// slower the further the hand is above or below. Fingers have the browser's own way, so that a
// swipe still scrolls.

const SLOW = 0.1;
const NEAR = 30;
const THUMB = 16;

// `where` tells the share of the track the value is at, from 0 to 1; `onDrag` gets a new one, and
// whether the hand has let go.
export function fine(range, where, onDrag) {
  range.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button !== 0) return;
    take(range, event, where(), onDrag);
  });
  // The browser's own drag knows no slower way.
  range.addEventListener("mousedown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    range.focus({ preventScroll: true });
  });
}

function take(range, down, thumb, onDrag) {
  const { left, width, top, height } = range.getBoundingClientRect();
  const track = width - THUMB;
  const pressed = (down.clientX - left - THUMB / 2) / track;
  let share = Math.abs(pressed - thumb) * track <= THUMB / 2 ? thumb : within(pressed);
  let { clientX: x } = down;
  let moved = share !== thumb;
  if (moved) onDrag(share, false);
  const follow = (event) => {
    share = within(share + ((event.clientX - x) / track) * pace(event, top + height / 2));
    x = event.clientX;
    moved = true;
    onDrag(share, false);
  };
  const end = () => {
    range.removeEventListener("pointermove", follow);
    if (moved) onDrag(share, true);
  };
  range.setPointerCapture(down.pointerId);
  range.addEventListener("pointermove", follow);
  range.addEventListener("lostpointercapture", end, { once: true });
}

const within = (share) => Math.max(0, Math.min(1, share));

function pace({ shiftKey, clientY }, middle) {
  const away = Math.max(0, Math.abs(clientY - middle) - NEAR);
  return (shiftKey ? SLOW : 1) / (1 + away / NEAR);
}
