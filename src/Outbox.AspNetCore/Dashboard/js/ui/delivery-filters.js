import { el } from "../core/dom.js";
import { get } from "../core/api.js";
import { errorCodes } from "./errors.js";
import { chips, searchBox, select } from "./filters.js";
import { statuses } from "./status.js";

export const filterNames = ["search", "status", "endpoint", "event", "type", "subject", "tenant", "error", "from", "until"];

const statusChoices = [["", "All"], ["open", "Open"], ...Object.entries(statuses).map(([value, { name }]) => [value, name])];
const spans = [["", "Any time"], ["15", "Last 15 minutes"], ["60", "Last hour"], ["1440", "Last 24 hours"], ["10080", "Last 7 days"]];

/** The search, the statuses, and what else narrows the list. It changes `filters` and calls `changed`. */
export function filterBar(filters, changed, total) {
  const set = (name) => (value) => {
    filters[name] = value;
    changed();
  };
  const types = select("Event type", [["", "Any type"]], "", set("type"));
  offerTypes(types, filters.type);
  return el("div", { class: "filters", role: "search" }, [
    el("div", { class: "row" }, [searchBox("Search deliveries", "Delivery, event or endpoint id, or the beginning of a call's id", filters.search, set("search"))]),
    el("div", { class: "row" }, [chips("Status", statusChoices, filters.status, set("status"))]),
    el("div", { class: "row" }, [
      types,
      select("Last error", [["", "Any answer"], ...errorCodes.map((code) => [code, code]), ...["400", "401", "403", "404", "410", "429", "500", "502", "503"].map((code) => [code, code])], filters.error, set("error")),
      select("Enqueued", spans, "", (minutes) => set("from")(minutes ? new Date(Date.now() - minutes * 60_000).toISOString() : "")),
      pinned(filters, changed),
      el("span", { class: "grow" }),
      total,
    ]),
  ]);
}

async function offerTypes(element, chosen) {
  try {
    const { items } = await get("event-types");
    const names = new Set([...items.map((item) => item.type), chosen].filter(Boolean));
    element.append(...[...names].map((name) => el("option", { value: name }, name)));
    element.value = chosen;
  } catch {
    // Without the catalogue one can still search; the list itself says what is wrong.
  }
}

/** Filters that came with the address, such as an endpoint's: shown as chips that take them off. */
function pinned(filters, changed) {
  return ["endpoint", "event", "subject", "tenant", "until"].filter((name) => filters[name]).map((name) => {
    const chip = el("button", { class: "chip", type: "button", "aria-pressed": "true", title: "Take this filter off", onclick: () => {
      filters[name] = "";
      chip.remove();
      changed();
    } }, [`${name}: ${filters[name]}`, el("span", { "aria-hidden": "true" }, "×")]);
    return chip;
  });
}
