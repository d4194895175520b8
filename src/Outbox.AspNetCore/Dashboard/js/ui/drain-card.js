import { el, put } from "../core/dom.js";
import { post } from "../core/api.js";
import { capped } from "../core/format.js";
import { live } from "../core/live.js";
import { session } from "../core/session.js";
import { progressBar, progressText } from "./operations.js";
import { icon } from "./icons.js";
import { act } from "./toast.js";

/** How far the parked deliveries of an endpoint have gone out; hidden while it does not drain. */
export function drainCard(endpointId, signal) {
  const element = el("section", { class: "card", hidden: true, "aria-label": "Drain" });
  let operation = null;
  let one = null;
  live.onOperation((next) => {
    if (next.kind === "drain" && next.endpointId === endpointId) {
      operation = next;
      draw();
    }
  }, signal);

  function draw() {
    element.hidden = !one?.endpoint.draining;
    if (element.hidden) {
      return;
    }
    const running = operation?.state === "running";
    const stop = el("button", { class: "button small", type: "button", onclick: () => act(stop, () => post(`operations/${operation.id}/cancel`), "The drain is stopped, the endpoint disabled again.") }, "Stop");
    put(element, el("div", { class: "card-body stack" }, [
      el("div", { class: "row" }, [icon("bolt"), el("h2", { class: "grow" }, "Draining: what was parked goes out, oldest first and paced"), running && session.canOperate ? stop : null]),
      running ? progressBar(operation) : null,
      el("p", { class: "small soft" }, running ? progressText(operation) : `${capped(one.backlog.parked)} still parked`),
    ]));
  }

  return { element, show: (next) => { one = next; draw(); } };
}
