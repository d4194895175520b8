import { el, svg } from "../core/dom.js";
import { capped, count, duration, percent, plural, short } from "../core/format.js";
import { href } from "../core/router.js";
import { icon } from "./icons.js";

const lateAfter = 60_000;

/** The verdict in words, and beside it the pipeline that a delivery runs through with what is in each part now. */
export function flow(overview) {
  return el("section", { class: "card hero", "aria-label": "State of the outbox" }, [verdict(overview), pipeline(overview)]);
}

function verdict(overview) {
  const [tone, image, title, text] = judge(overview);
  return el("div", { class: `verdict tone-${tone}`, role: "status" }, [
    el("div", { class: "verdict-mark" }, icon(image)),
    el("div", {}, [el("h2", {}, title), el("p", {}, text)]),
  ]);
}

function judge({ backlog, endpoints, totals, until }) {
  const late = backlog.oldestDueAt ? Date.parse(until) - Date.parse(backlog.oldestDueAt) : 0;
  if (late > lateAfter) {
    return ["bad", "alert", "Deliveries are late", `The oldest has been due for ${duration(late)}. Is a dispatcher running?`];
  }
  if (endpoints.failing > 0) {
    return ["warn", "alert", `${plural(endpoints.failing, "endpoint")} failing`, "All others are served. Failed deliveries are tried again."];
  }
  if (endpoints.total === 0) {
    return ["mute", "plug", "No endpoints yet", "Register where a customer wants events."];
  }
  if (totals.attempts === 0) {
    return ["mute", "clock", "All quiet", "Nothing was sent in this window, and nothing is late."];
  }
  return ["ok", "check", "Webhooks are flowing", `${percent(totals.successRate)} of attempts accepted, nothing is late.`];
}

function pipeline({ backlog, totals }) {
  const moving = totals.attempts > 0;
  return el("div", { class: "flow" }, [
    node("waiting", "clock", "wait", "Due", capped(backlog.ready), backlog.ready.count ? "waiting for a free slot" : "nothing is waiting", { status: "waiting" }),
    pipe(backlog.ready.count > 0),
    node("scheduled", "hold", "warn", "Scheduled", capped(backlog.scheduled), "retries and holds", { status: "waiting" }),
    pipe(moving),
    node("delivering", "send", "busy", "Delivering", capped(backlog.delivering), `${short(totals.attemptsPerMinute)} attempts a minute`, { status: "delivering" }),
    pipe(moving),
    node("delivered", "check", "ok", "Delivered", short(totals.delivered), "in this window", { status: "delivered" }),
    el("div", { class: "flow-sides" }, [
      side("pause", "warn", "Parked", backlog.parked, { status: "parked" }),
      side("cross", "bad", "Exhausted", backlog.exhausted, { status: "exhausted" }),
    ]),
  ]);
}

function node(name, image, tone, title, figure, note, query) {
  return el("a", { class: "flow-node", href: href("/deliveries", query), "data-flow": name }, [
    el("span", { class: `flow-name text-${tone}` }, [icon(image), title]),
    el("span", { class: "flow-figure" }, figure),
    el("span", { class: "flow-note" }, note),
  ]);
}

function side(image, tone, title, amount, query) {
  return el("a", { class: `flow-side ${amount.count ? `tone-${tone}` : ""}`, href: href("/deliveries", query) }, [icon(image, "tiny"), el("span", { class: "grow" }, title), el("b", {}, capped(amount))]);
}

function pipe(moving) {
  return svg("svg", { class: moving ? "flow-pipe moving" : "flow-pipe", viewBox: "0 0 30 12", "aria-hidden": "true" }, svg("line", { x1: 2, y1: 6, x2: 28, y2: 6 }));
}
