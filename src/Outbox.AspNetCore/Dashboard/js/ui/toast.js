import { el } from "../core/dom.js";
import { icon } from "./icons.js";

const shownFor = 6000;

/** Says in a corner, and to screen readers, what was done or what went wrong. */
export function toast(text, { bad = false } = {}) {
  const note = el("div", { class: bad ? "toast bad" : "toast" }, [icon(bad ? "alert" : "check"), el("span", {}, text)]);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), shownFor);
}

/** Runs an action, disables its button meanwhile, and says how it went. Resolves to the answer, or null where it failed. */
export async function act(button, action, done) {
  if (button) {
    button.disabled = true;
  }
  try {
    const answer = await action();
    if (done) {
      toast(typeof done === "function" ? done(answer) : done);
    }
    return answer ?? true;
  } catch (problem) {
    toast(problem.message, { bad: true });
    return null;
  } finally {
    if (button) {
      button.disabled = false;
    }
  }
}
