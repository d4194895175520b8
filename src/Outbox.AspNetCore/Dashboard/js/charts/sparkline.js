import { svg } from "../core/dom.js";
import { areaPath, linePath } from "./marks.js";
import { linear } from "./scale.js";

/** A small line without axes: how a figure went, beside the figure. */
export function sparkline(values, tone) {
  const known = values.map((value) => value ?? 0);
  const x = linear([0, Math.max(1, known.length - 1)], [1, 119]);
  const y = linear([0, Math.max(1e-9, ...known)], [32, 3]);
  return svg("svg", { class: `spark ${tone}`, viewBox: "0 0 120 34", preserveAspectRatio: "none", "aria-hidden": "true" }, [
    svg("path", { class: "area", d: areaPath(known, x, y) }),
    svg("path", { class: "line", d: linePath(known, x, y) }),
  ]);
}
