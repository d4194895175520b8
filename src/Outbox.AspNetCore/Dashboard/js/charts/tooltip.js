import { el, put } from "../core/dom.js";

/** The reading of a chart at one time, beside the pointer. */
export function tooltip() {
  const element = el("div", { class: "tooltip", hidden: true, role: "status" });

  function show(title, rows, format, x, width) {
    put(element, [
      el("strong", {}, title),
      rows.map((row) => el("div", {}, [
        el("i", { class: row.tone }),
        el("span", { class: "name" }, row.name),
        el("span", { class: "value" }, row.value === null || row.value === undefined ? "–" : format(row.value)),
      ])),
    ]);
    element.hidden = false;
    const beside = x > width / 2 ? x - element.offsetWidth - 14 : x + 14;
    element.style.transform = `translate(${Math.max(0, beside)}px, 6px)`;
  }

  return { element, show, hide: () => { element.hidden = true; } };
}

/** The names of a chart's series with their colours. */
export function legend(series) {
  return el("div", { class: "legend" }, series.map(({ name, tone }) => el("span", {}, [el("i", { class: tone }), name])));
}
