import { el } from "../core/dom.js";
import { ago } from "../core/ago.js";
import { icon } from "./icons.js";

/** How each status of a delivery looks and what it means. */
export const statuses = {
  waiting: { name: "Waiting", tone: "wait", icon: "clock", means: "Due now or later" },
  delivering: { name: "Delivering", tone: "busy", icon: "send", means: "Its request is on the wire" },
  delivered: { name: "Delivered", tone: "ok", icon: "check", means: "The receiver accepted it" },
  exhausted: { name: "Exhausted", tone: "bad", icon: "cross", means: "Every try failed" },
  parked: { name: "Parked", tone: "warn", icon: "pause", means: "Its endpoint is disabled" },
  cancelled: { name: "Cancelled", tone: "mute", icon: "stop", means: "Taken back or erased" },
};

export function statusBadge(status) {
  const look = statuses[status] ?? { name: status, tone: "mute", icon: "alert" };
  return el("span", { class: `status tone-${look.tone}`, title: look.means }, [icon(look.icon), look.name]);
}

/** What a status alone does not say: held for what, when the next try is, what went wrong. */
export function statusNote(delivery) {
  if (delivery.heldFor?.length) {
    return `held for ${delivery.heldFor.join(", ")}`;
  }
  if (delivery.status === "waiting" && delivery.attempts > 0) {
    return ["retries ", ago(delivery.dueAt)];
  }
  if (delivery.status === "waiting" && Date.parse(delivery.dueAt) > Date.now() + 1500) {
    return ["due ", ago(delivery.dueAt)];
  }
  return null;
}

/** An HTTP status code, or the error code that stands in its place. */
export function answerBadge(statusCode, error, ok = statusCode >= 200 && statusCode < 300) {
  if (!statusCode && !error) {
    return el("span", { class: "faint" }, "–");
  }
  return el("code", { class: ok ? "text-ok" : "text-bad" }, statusCode ?? error);
}
