import { el } from "./dom.js";
import { exact, fromNow } from "./format.js";

/** How a time stands to now, in words that go on counting while the page is open. */
export function ago(time) {
  return el("time", { datetime: time, title: exact(time), "data-ago": true }, fromNow(time));
}

export function keepCounting() {
  setInterval(() => document.querySelectorAll("time[data-ago]").forEach((time) => {
    const now = fromNow(time.dateTime);
    if (time.textContent !== now) {
      time.textContent = now;
    }
  }), 1000);
}
