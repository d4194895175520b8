import { el, put } from "../core/dom.js";
import { icon } from "./icons.js";

/** What stands where there is nothing to show. */
export function empty(image, title, text, action) {
  return el("div", { class: "empty" }, [icon(image), el("strong", {}, title), text ? el("p", {}, text) : null, action ?? null]);
}

/** Grey shapes of about the height of what is coming. */
export function skeleton(heights = [20, 20, 20]) {
  return el("div", { class: "stack", "aria-busy": "true", "aria-label": "Loading" }, heights.map((height) => {
    const bar = el("div", { class: "skeleton" });
    bar.style.height = `${height}px`;
    return bar;
  }));
}

/** What stands where the server could not be asked, with a way to ask again. */
export function failure(problem, again) {
  const missing = problem.status === 404;
  return el("div", { class: "empty", role: "alert" }, [
    icon(missing ? "search" : "alert"),
    el("strong", {}, missing ? "There is nothing here" : "This could not be loaded"),
    el("p", {}, problem.message),
    missing ? null : el("button", { class: "button", type: "button", onclick: again }, [icon("replay"), "Try again"]),
  ]);
}

export function callout(tone, image, title, text, ...actions) {
  return el("div", { class: `callout tone-${tone}` }, [
    icon(image),
    el("div", { class: "body" }, [el("strong", {}, title), text ? el("p", {}, text) : null]),
    actions.length ? el("div", { class: "row" }, actions) : null,
  ]);
}
