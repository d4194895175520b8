import { el, put } from "../core/dom.js";
import { get } from "../core/api.js";
import { debounced } from "../core/debounced.js";
import { live } from "../core/live.js";
import { redraw } from "../core/redraw.js";
import { remember } from "../core/router.js";
import { session } from "../core/session.js";
import { card, pageHead } from "../ui/page.js";
import { empty, failure, skeleton } from "../ui/states.js";
import { endpointRow } from "../ui/endpoint-row.js";
import { openEndpointForm } from "../ui/endpoint-form.js";
import { chips, searchBox } from "../ui/filters.js";
import { icon } from "../ui/icons.js";

const states = [["", "All"], ["enabled", "Enabled"], ["failing", "Failing"], ["draining", "Draining"], ["disabled", "Disabled"]];

/** Every endpoint with the health of its recent attempts. */
export function endpointsPage(root, { query, signal }) {
  const filters = { search: query.get("search") ?? "", state: query.get("state") ?? "" };
  const list = el("div", {}, skeleton([64, 64, 64, 64]));
  let rows = new Map();
  let cursor = null;

  put(root, [
    pageHead("Endpoints", {
      lead: "Where customers want their events.",
      actions: session.canOperate ? [el("button", { class: "button primary", type: "button", onclick: register }, [icon("plus"), "Register endpoint"])] : [],
    }),
    card(null, [
      el("div", { class: "filters" }, [
        el("div", { class: "row" }, [
          searchBox("Search endpoints", "Search by URL, scope, tenant or id", filters.search, debounced((text) => change({ search: text }))),
          chips("State", states, filters.state, (state) => change({ state })),
        ]),
      ]),
      list,
    ], { flush: true }),
  ]);
  load();
  live.follow({}, { endpoints: update }, signal);
  if (query.has("new")) {
    register();
  }

  function register() {
    openEndpointForm(null, () => load());
  }

  function change(next) {
    Object.assign(filters, next);
    remember("/endpoints", filters);
    load();
  }

  async function load() {
    const asked = { ...filters };
    try {
      const page = await get("endpoints", { ...asked, limit: 50 }, signal);
      if (asked.search === filters.search && asked.state === filters.state) {
        rows = new Map();
        show(page);
      }
    } catch (problem) {
      if (!signal.aborted) {
        put(list, failure(problem, load));
      }
    }
  }

  async function more() {
    try {
      show(await get("endpoints", { ...filters, limit: 50, cursor }, signal));
    } catch (problem) {
      list.append(failure(problem, more));
    }
  }

  function show(page) {
    page.items.forEach((item) => rows.set(item.endpoint.id, item));
    cursor = page.nextCursor;
    draw();
  }

  /** Only rows that are shown are drawn anew: what a filter left out stays out until it is asked for. */
  function update({ items }) {
    const known = items.filter((item) => rows.has(item.endpoint.id));
    known.forEach((item) => rows.set(item.endpoint.id, item));
    if (known.length > 0) {
      draw();
    }
  }

  function draw() {
    if (rows.size === 0) {
      put(list, filters.search || filters.state ? nothingFound() : noneYet());
      return;
    }
    redraw(list, () => put(list, [
      el("ul", { class: "rows", "aria-label": "Endpoints" }, [...rows.values()].map((item) => el("li", {}, endpointRow(item)))),
      cursor ? el("div", { class: "more" }, el("button", { class: "button", type: "button", onclick: more }, "Show more")) : null,
    ]));
  }

  const nothingFound = () => empty("search", "No endpoint matches", "Change the search or the state.");
  const noneYet = () => empty("plug", "No endpoints yet", "An endpoint is a customer's URL and what it listens to.",
    session.canOperate ? el("button", { class: "button primary", type: "button", onclick: register }, "Register the first one") : null);
}
