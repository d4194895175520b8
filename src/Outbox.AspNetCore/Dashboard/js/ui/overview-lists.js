import { el, put } from "../core/dom.js";
import { ago } from "../core/ago.js";
import { percent, plural } from "../core/format.js";
import { redraw } from "../core/redraw.js";
import { healthStrip } from "../charts/health-strip.js";
import { statusBadge, statusNote } from "./status.js";
import { errorText } from "./errors.js";
import { empty } from "./states.js";

/** The endpoints that are failing now, worst first. */
export function failingList({ failing, endpoints }) {
  if (failing.length === 0) {
    return endpoints.total === 0
      ? empty("plug", "No endpoints yet", "Register the first one to see webhooks flow.", el("a", { class: "button primary", href: "#/endpoints?new=1" }, "Register an endpoint"))
      : empty("shield", "Nothing is failing", "Every endpoint accepts what it is sent.");
  }
  return el("ul", { class: "rows" }, failing.map(({ id, url, health, disabledReason }) => el("li", {}, el("a", { class: "item", href: `#/endpoints/${encodeURIComponent(id)}` }, [
    el("div", { class: "grow" }, [
      el("div", { class: "cut strong" }, url),
      el("div", { class: "small soft" }, disabledReason ?? [`${errorText(health.lastError)}, ${plural(health.failuresInARow, "failure")} in a row`, health.lastSuccessAt ? [", last accepted ", ago(health.lastSuccessAt)] : null]),
    ]),
    el("div", { class: "item-strip" }, healthStrip(health.strip)),
    el("span", { class: "number strong text-bad" }, percent(health.successRate)),
  ]))));
}

/** The newest deliveries, which move as they change. */
export function recentList(container, items, most = 8) {
  let rows = items;
  draw();

  function change({ items: changed, reset, removed = [] }) {
    const ids = new Set([...changed.map((delivery) => delivery.id), ...(removed ?? [])]);
    rows = reset ? changed : [...changed, ...rows.filter((delivery) => !ids.has(delivery.id))];
    rows = rows.toSorted((a, b) => Date.parse(b.enqueuedAt) - Date.parse(a.enqueuedAt)).slice(0, most);
    draw();
  }

  function draw() {
    redraw(container, () => put(container, rows.length === 0
      ? empty("inbox", "No deliveries yet", "They show here the moment they are enqueued.")
      : el("ul", { class: "rows" }, rows.map((delivery) => el("li", {}, el("a", { class: "item", href: `#/deliveries/${encodeURIComponent(delivery.id)}` }, [
        statusBadge(delivery.status),
        el("div", { class: "grow" }, [
          el("div", { class: "cut strong" }, delivery.type),
          el("div", { class: "small faint cut" }, [delivery.subject ?? delivery.id, statusNote(delivery) ? [", ", statusNote(delivery)] : null]),
        ]),
        el("span", { class: "small faint" }, ago(delivery.enqueuedAt)),
      ]))))));
  }

  return { change };
}
