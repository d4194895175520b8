import { el } from "../core/dom.js";
import { duration, short } from "../core/format.js";
import { legend } from "../charts/tooltip.js";
import { timeChart } from "../charts/time-chart.js";
import { card } from "./page.js";

const throughput = [{ name: "Delivered", tone: "series-ok", key: "delivered" }, { name: "Failed", tone: "series-bad", key: "failed" }];
const latency = [{ name: "p95", tone: "series-accent-2", key: "p95Ms", kind: "area" }, { name: "Median", tone: "series-accent", key: "p50Ms", kind: "line" }];

/** Attempts and their latency over a window, side by side. */
export function activityCharts() {
  const attempts = timeChart("Attempts over time: delivered and failed", { format: short, whole: true });
  const times = timeChart("Latency of attempts over time: median and 95th percentile", { format: duration });
  const element = el("div", { class: "columns" }, [
    card("Attempts", attempts.element, { aside: legend(throughput) }),
    card("Latency", times.element, { aside: legend(latency) }),
  ]);

  function show(series) {
    const starts = series.map((step) => step.start);
    attempts.show({ times: starts, series: throughput.map((one) => ({ ...one, kind: "bar", values: series.map((step) => step[one.key]) })) });
    times.show({ times: starts, series: latency.map((one) => ({ ...one, values: series.map((step) => step[one.key]) })) });
  }

  return { element, show };
}
