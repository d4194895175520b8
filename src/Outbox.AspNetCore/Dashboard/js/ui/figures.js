import { el } from "../core/dom.js";
import { count, duration, percent, short } from "../core/format.js";
import { sparkline } from "../charts/sparkline.js";

/** The figures of a window, each with how it went. */
export function figures({ totals, series }) {
  const latency = totals.latencyMs;
  return el("div", { class: "figures" }, [
    figure("Throughput", short(totals.attemptsPerMinute), `attempts a minute, ${count(totals.attempts)} in all`, series.map((step) => step.attempts), "series-accent"),
    figure("Success rate", percent(totals.successRate), `${count(totals.failed)} of ${count(totals.attempts)} attempts failed`, series.map((step) => (step.attempts ? step.delivered / step.attempts : null)), "series-ok"),
    figure("Median latency", duration(latency?.p50), `p95 ${duration(latency?.p95)}, p99 ${duration(latency?.p99)}`, series.map((step) => step.p50Ms), "series-wait"),
    figure("Given up", count(totals.exhausted), totals.exhausted ? "exhausted every try in this window" : "no delivery ran out of tries", series.map((step) => step.exhausted), "series-bad"),
  ]);
}

function figure(name, value, note, values, tone) {
  return el("section", { class: "card figure", "aria-label": name }, [
    el("span", { class: "figure-name" }, name),
    el("span", { class: "figure-value" }, value),
    sparkline(values, tone),
    el("span", { class: "figure-note" }, note),
  ]);
}
