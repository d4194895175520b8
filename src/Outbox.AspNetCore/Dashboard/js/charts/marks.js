import { svg } from "../core/dom.js";

/** Bars of several series, one upon the other, with a rounded top. */
export function bars(series, { y, slot, left }) {
  const width = Math.max(1, Math.min(26, slot * 0.72));
  const heights = new Map();
  return series.map((one) => svg("g", { class: one.tone }, one.values.map((value, index) => {
    if (!value) {
      return null;
    }
    const below = heights.get(index) ?? 0;
    heights.set(index, below + value);
    const top = y(below + value);
    return svg("rect", {
      class: "bar",
      x: left + slot * (index + 0.5) - width / 2,
      y: top,
      width,
      height: Math.max(1, y(below) - top - (below > 0 ? 1 : 0)),
      rx: Math.min(3, width / 3),
    });
  })));
}

/** A line that breaks where a value is unknown. */
export function linePath(values, x, y) {
  let drawing = false;
  return values.map((value, index) => {
    if (value === null || value === undefined) {
      drawing = false;
      return "";
    }
    const point = `${drawing ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    const alone = !drawing && (values[index + 1] === null || values[index + 1] === undefined);
    drawing = true;
    return alone ? `${point}h.1` : point;
  }).join("");
}

/** The area below a line; unknown values count as zero. */
export function areaPath(values, x, y) {
  if (values.length === 0) {
    return "";
  }
  const top = values.map((value, index) => `L${x(index).toFixed(1)} ${y(value ?? 0).toFixed(1)}`).join("");
  return `M${x(0).toFixed(1)} ${y(0)}${top}L${x(values.length - 1).toFixed(1)} ${y(0)}Z`;
}
