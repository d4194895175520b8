import { el, svg, put } from "../core/dom.js";
import { clock, day } from "../core/format.js";
import { labelled, linear, ticks } from "./scale.js";
import { areaPath, bars, linePath } from "./marks.js";
import { tooltip } from "./tooltip.js";

const margin = { top: 10, right: 6, bottom: 24, left: 46 };
const aDay = 86_400_000;

/**
 * A chart over time that redraws itself when its box changes.
 *
 * `show({ times, series, format })`: `times` are the starts of equal steps; each series has `name`, `tone` (a series-… class), `values`
 * (null: nothing known) and `kind`: "bar" (bars of all series are stacked), "line" or "area". Arrow keys move the reading.
 */
export function timeChart(label, { height = 190, format = String, whole = false } = {}) {
  const tip = tooltip();
  const picture = svg("svg", { role: "img", tabindex: "0", "aria-label": label, height });
  const element = el("div", { class: "chart" }, [picture, tip.element]);
  let data = { times: [], series: [] };
  let at = null;

  const width = () => Math.max(220, element.clientWidth || 600);
  const plot = () => ({ left: margin.left, right: width() - margin.right, top: margin.top, bottom: height - margin.bottom });

  function draw() {
    const box = plot();
    picture.setAttribute("viewBox", `0 0 ${width()} ${height}`);
    if (data.times.length === 0) {
      put(picture, svg("text", { class: "nothing", x: width() / 2, y: height / 2, "text-anchor": "middle" }, "No data yet"));
      return;
    }
    const marks = ticks(peak(data.series), 4).filter((value) => !whole || Number.isInteger(value));
    const y = linear([0, marks.at(-1) || 1], [box.bottom, box.top]);
    const slot = (box.right - box.left) / data.times.length;
    const middle = (index) => box.left + slot * (index + 0.5);
    put(picture, [
      marks.map((value) => gridline(value, y(value), box)),
      labelled(data.times.length, box.right - box.left).map((index) => timeLabel(data.times, index, middle(index), height - 5)),
      at === null ? null : cursor(at, box, slot),
      bars(data.series.filter((one) => one.kind === "bar"), { y, slot, left: box.left }),
      data.series.filter((one) => one.kind === "area").map((one) => svg("path", { class: `area ${one.tone}`, d: areaPath(one.values, middle, y) })),
      data.series.filter((one) => one.kind !== "bar").map((one) => svg("path", { class: `line ${one.tone}`, d: linePath(one.values, middle, y) })),
      at === null ? null : dots(at, middle, y),
    ]);
  }

  function gridline(value, y, box) {
    return svg("g", {}, [
      svg("line", { class: "grid", x1: box.left, x2: box.right, y1: y, y2: y }),
      svg("text", { class: "axis-text", x: box.left - 9, y: y + 4, "text-anchor": "end" }, format(value)),
    ]);
  }

  function cursor(index, box, slot) {
    return svg("rect", { class: "cursor-band", x: box.left + slot * index, y: box.top, width: slot, height: box.bottom - box.top });
  }

  function dots(index, middle, y) {
    return data.series
      .filter((one) => one.kind !== "bar" && one.values[index] !== null)
      .map((one) => svg("circle", { class: `dot ${one.tone}`, cx: middle(index), cy: y(one.values[index]), r: 4 }));
  }

  function read(index) {
    at = index === null ? null : Math.min(data.times.length - 1, Math.max(0, index));
    draw();
    if (at === null || data.times.length === 0) {
      tip.hide();
      return;
    }
    const box = plot();
    const slot = (box.right - box.left) / data.times.length;
    tip.show(timeOf(data.times, at), data.series.map((one) => ({ ...one, value: one.values[at] })), format, box.left + slot * (at + 0.5), width());
  }

  picture.addEventListener("pointermove", (event) => {
    const box = plot();
    const x = ((event.clientX - picture.getBoundingClientRect().left) / picture.getBoundingClientRect().width) * width();
    read(Math.floor(((x - box.left) / (box.right - box.left)) * data.times.length));
  });
  picture.addEventListener("pointerleave", () => read(null));
  picture.addEventListener("blur", () => read(null));
  picture.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (move) {
      event.preventDefault();
      read(at === null ? data.times.length - 1 : at + move);
    }
  });
  new ResizeObserver(draw).observe(element);

  return { element, show: (next) => { data = next; draw(); } };
}

function peak(series) {
  const stacked = series.filter((one) => one.kind === "bar");
  const sums = (stacked[0]?.values ?? []).map((_, index) => stacked.reduce((sum, one) => sum + (one.values[index] ?? 0), 0));
  const lines = series.filter((one) => one.kind !== "bar").flatMap((one) => one.values.map((value) => value ?? 0));
  return Math.max(1, ...sums, ...lines);
}

const span = (times) => Date.parse(times.at(-1)) - Date.parse(times[0]);

function timeOf(times, index) {
  return span(times) > aDay ? `${day(times[index])}, ${clock(times[index])}` : clock(times[index]);
}

function timeLabel(times, index, x, y) {
  const text = span(times) > 2 * aDay ? day(times[index]) : clock(times[index]);
  return svg("text", { class: "axis-text", x, y, "text-anchor": "middle" }, text);
}
