import { el, put } from "../core/dom.js";
import { post } from "../core/api.js";
import { count } from "../core/format.js";
import { live } from "../core/live.js";
import { session } from "../core/session.js";
import { act } from "./toast.js";
import { icon } from "./icons.js";

const shown = new Map();
const images = { replay: "replay", drain: "bolt", erase: "eraser" };
const remainsFor = 8000;

/** Shows each long operation in a corner while it runs, wherever in the dashboard one is, and how it ended. */
export function followOperations() {
  live.onOperation(show);
}

/** Shows an operation that was just begun, without waiting for the stream to tell. */
export function show(operation) {
  const known = shown.get(operation.id);
  if (!known && operation.state !== "running") {
    return;
  }
  const box = known ?? el("section", { class: "operation", "data-operation": operation.id, "aria-label": operation.title });
  if (!known) {
    shown.set(operation.id, box);
    document.getElementById("operations").append(box);
  }
  if (box.dataset.state && box.dataset.state !== "running") {
    return;
  }
  box.dataset.state = operation.state;
  put(box, operation.state === "running" ? running(operation) : ended(operation, () => forget(operation.id)));
  if (operation.state === "succeeded") {
    setTimeout(() => forget(operation.id), remainsFor);
  }
}

function running(operation) {
  const cancel = el("button", { class: "button small", type: "button", onclick: () => act(cancel, () => post(`operations/${operation.id}/cancel`)) }, "Cancel");
  return [
    el("div", { class: "row" }, [icon(images[operation.kind]), el("strong", { class: "grow" }, operation.title), session.canOperate ? cancel : null]),
    progressBar(operation),
    el("span", { class: "small soft" }, progressText(operation)),
  ];
}

export function progressBar(operation) {
  return el("progress", { "aria-label": operation.title, max: operation.total || 1, value: operation.total === null ? null : operation.done });
}

export function progressText({ done, total, totalCapped }) {
  return total === null ? `${count(done)} done` : `${count(done)} of ${count(total)}${totalCapped ? "+" : ""}`;
}

function ended(operation, close) {
  const look = { succeeded: ["check", "text-ok", "Done"], cancelled: ["stop", "text-mute", "Cancelled"], failed: ["alert", "text-bad", "Failed"] }[operation.state];
  return [
    el("div", { class: "row" }, [
      el("span", { class: look[1] }, icon(look[0])),
      el("strong", { class: "grow" }, operation.title),
      el("button", { class: "button quiet square small", type: "button", "aria-label": "Dismiss", onclick: close }, icon("cross", "tiny")),
    ]),
    el("span", { class: "small soft" }, `${look[2]}. ${operation.error ?? operation.result ?? progressText(operation)}`),
  ];
}

function forget(id) {
  shown.get(id)?.remove();
  shown.delete(id);
}
