import { el } from "../core/dom.js";
import { ago } from "../core/ago.js";
import { duration, exact, stamp } from "../core/format.js";
import { icon } from "./icons.js";

const ends = {
  delivered: ["Delivered", "ok", "check"],
  exhausted: ["Exhausted", "bad", "cross"],
  cancelled: ["Cancelled", "mute", "stop"],
};

/**
 * A delivery's life as a line: enqueued → held → attempts → its end, with the time that passed between them.
 * @param choose called with the number of the attempt that was pressed
 */
export function timeline(delivery, { chosen, choose }) {
  const steps = stepsOf(delivery);
  return el("ol", { class: "timeline", "aria-label": "What happened to this delivery" }, steps.map((step, index) => [
    index > 0 ? gap(steps[index - 1], step) : null,
    el("li", { class: `step tone-text-${step.tone}${step.pending ? " pending" : ""}` }, [
      el("span", { class: `step-mark${step.pulsing ? " pulsing" : ""}` }, icon(step.icon)),
      step.attempt
        ? el("button", { type: "button", class: "step-title", "aria-pressed": String(step.attempt === chosen), onclick: () => choose(step.attempt) }, step.title)
        : el("span", { class: "step-title" }, step.title),
      el("span", { class: "step-note" }, step.note),
      step.at ? el("time", { class: "step-time", datetime: step.at, title: exact(step.at) }, stamp(step.at)) : null,
    ]),
  ]));
}

function stepsOf(delivery) {
  return [
    { title: "Enqueued", tone: "accent", icon: "inbox", at: delivery.enqueuedAt, note: delivery.type },
    ...holdSteps(delivery),
    ...delivery.attemptLog.map(attemptStep),
    ...nowStep(delivery),
  ];
}

function holdSteps(delivery) {
  return delivery.holds.map(({ artifact, deadline, releasedAt }) => {
    const began = delivery.attemptLog[0]?.startedAt ?? delivery.closedAt;
    const waiting = !releasedAt && !began;
    return {
      title: waiting ? `Held for ${artifact}` : releasedAt ? `${capital(artifact)} arrived` : `Held for ${artifact}`,
      tone: releasedAt ? "ok" : "warn",
      icon: "hold",
      at: releasedAt ?? (waiting ? null : deadline),
      note: waiting ? ["until ", ago(deadline)] : releasedAt ? `after ${passed(delivery.enqueuedAt, releasedAt)}` : "went out without it",
      pulsing: waiting,
    };
  });
}

function attemptStep(attempt) {
  return {
    title: `Attempt ${attempt.number}`,
    attempt: attempt.number,
    tone: attempt.ok ? "ok" : "bad",
    icon: attempt.ok ? "send" : "alert",
    at: attempt.startedAt,
    ended: new Date(Date.parse(attempt.startedAt) + attempt.durationMs).toISOString(),
    note: `${attempt.statusCode ?? attempt.error ?? "no answer"} · ${duration(attempt.durationMs)}`,
  };
}

function nowStep(delivery) {
  if (ends[delivery.status]) {
    const [title, tone, image] = ends[delivery.status];
    return [{ title, tone, icon: image, at: delivery.closedAt, note: delivery.status === "cancelled" ? delivery.lastError : `${passed(delivery.enqueuedAt, delivery.closedAt)} in all` }];
  }
  if (delivery.status === "parked") {
    return [{ title: "Parked", tone: "warn", icon: "pause", note: "until its endpoint is enabled", pending: true }];
  }
  if (delivery.status === "delivering") {
    return [{ title: "On the wire", tone: "busy", icon: "send", note: "waiting for the answer", pulsing: true }];
  }
  if (delivery.heldFor?.length) {
    return [{ title: "First attempt", tone: "mute", icon: "clock", note: ago(delivery.dueAt), pending: true }];
  }
  const title = delivery.attempts > 0 ? `Attempt ${delivery.attempts + 1}` : "First attempt";
  return [{ title, tone: "wait", icon: "clock", note: ago(delivery.dueAt), pending: true }];
}

function gap(before, after) {
  const from = before.ended ?? before.at;
  return el("li", { class: after.pending ? "gap pending" : "gap" }, from && after.at ? el("span", { title: "Time between the two" }, passed(from, after.at)) : null);
}

const passed = (from, until) => duration(Math.max(0, Date.parse(until) - Date.parse(from)));
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);
