import { svg } from "../core/dom.js";

/** Drawn on a 20 × 20 grid, as strokes. */
const paths = {
  overview: "M3 11.5 6.5 8l3 3L17 3.5M3 17h14",
  endpoints: "M4 6.5a2.5 2.5 0 1 0 5 0 2.5 2.5 0 1 0-5 0M11 13.5a2.5 2.5 0 1 0 5 0 2.5 2.5 0 1 0-5 0M9 6.5h3.5a1.5 1.5 0 0 1 1.5 1.5v3M11 13.5H7.5A1.5 1.5 0 0 1 6 12V9",
  deliveries: "M3 5.5h14M3 10h14M3 14.5h9M15 13l2 1.7-2 1.8",
  tester: "M7.5 3h5M8.5 3v5L4 15.5A1.2 1.2 0 0 0 5 17.3h10a1.2 1.2 0 0 0 1-1.8L11.5 8V3M6.2 12.5h7.6",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11M13.2 13.2 17 17",
  check: "M4 10.5 8 14.5 16 6",
  cross: "M5 5l10 10M15 5 5 15",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 1 0 0-14M10 6.5V10l2.5 1.7",
  pause: "M7 5v10M13 5v10",
  play: "M6.5 4.5v11l9-5.5z",
  send: "M17 3 9 11M17 3l-5 14-3-6-6-3z",
  replay: "M4 10a6 6 0 1 1 2 4.5M4 15v-4h4",
  hold: "M6 3h8M6 17h8M7 3v2.5L10 10l3-4.5V3M7 17v-2.5L10 10l3 4.5V17",
  stop: "M10 3a7 7 0 1 0 0 14 7 7 0 1 0 0-14M5.2 5.2l9.6 9.6",
  alert: "M10 3.5 17.5 16.5h-15zM10 8.5v3.5M10 14.3v.1",
  plus: "M10 4v12M4 10h12",
  pencil: "M4 16l.8-3.5L13 4.3l2.7 2.7-8.2 8.2zM11.5 5.8l2.7 2.7",
  key: "M12.5 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 1 0 0-7M10 10l-6 6M6 14l1.8 1.8",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 11h7.6l.7-11",
  copy: "M7 7h9v9H7zM13 7V4H4v9h3",
  chevron: "M8 5l5 5-5 5",
  sun: "M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 1 0 0-6.4M10 2v1.7M10 16.3V18M2 10h1.7M16.3 10H18M4.3 4.3l1.2 1.2M14.5 14.5l1.2 1.2M4.3 15.7l1.2-1.2M14.5 5.5l1.2-1.2",
  moon: "M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z",
  screen: "M3 4h14v9H3zM7.5 17h5M10 13v4",
  keyboard: "M2.5 5.5h15v9h-15zM6 8.5h.1M9 8.5h.1M12 8.5h.1M15 8.5h.1M7 11.5h6",
  inbox: "M3 11l2.2-6.5h9.6L17 11v5H3zM3 11h4l1 2h4l1-2h4",
  bolt: "M11 2.5 4.5 11.5H10l-1 6 6.5-9H10z",
  shield: "M10 2.5 16.5 5v4.5c0 4-2.7 6.8-6.5 8-3.8-1.2-6.5-4-6.5-8V5zM7.3 9.8l2 2 3.5-3.8",
  plug: "M7 3v4M13 3v4M5 7h10v2.5a5 5 0 0 1-10 0zM10 14.5V18",
  eraser: "M8.5 16.5 3.5 11.5l7.5-7.5 5.5 5.5-7 7zM7 8l5.5 5.5M8.5 16.5H17",
  external: "M8 4H4v12h12v-4M11 4h5v5M16 4l-7 7",
};

export function icon(name, extra = "") {
  return svg("svg", { class: `icon ${extra}`.trim(), viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("path", { d: paths[name] ?? paths.alert }));
}
