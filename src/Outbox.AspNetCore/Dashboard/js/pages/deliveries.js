import { el, put } from "../core/dom.js";
import { get } from "../core/api.js";
import { debounced } from "../core/debounced.js";
import { capped } from "../core/format.js";
import { live } from "../core/live.js";
import { redraw } from "../core/redraw.js";
import { remember } from "../core/router.js";
import { session } from "../core/session.js";
import { filterBar, filterNames } from "../ui/delivery-filters.js";
import { deliveryTable } from "../ui/delivery-table.js";
import { openEraseDialog } from "../ui/erase-dialog.js";
import { openReplayDialog } from "../ui/replay-dialog.js";
import { icon } from "../ui/icons.js";
import { card, pageHead } from "../ui/page.js";
import { empty, failure, skeleton } from "../ui/states.js";

const pageSize = 50;

/** Every delivery, found as one types and moving as it happens. */
export function deliveriesPage(root, { query, signal }) {
  const filters = Object.fromEntries(filterNames.map((name) => [name, query.get(name) ?? ""]));
  const list = el("div", {}, skeleton([38, 38, 38, 38, 38, 38]));
  const total = el("span", { class: "soft small", role: "status" });
  const table = deliveryTable();
  let following = new AbortController();
  let cursor = null;
  signal.addEventListener("abort", () => following.abort());

  put(root, [
    pageHead("Deliveries", {
      lead: "What is owed to each endpoint, and what became of it.",
      actions: session.canOperate
        ? [
          session.tenant ? null : el("button", { class: "button", type: "button", onclick: () => openEraseDialog(filters.subject) }, [icon("eraser"), "Erase a subject"]),
          el("button", { class: "button", type: "button", onclick: () => openReplayDialog(filters) }, [icon("replay"), "Replay a range"]),
        ]
        : [],
    }),
    card(null, [filterBar(filters, debounced(load), total), list], { flush: true }),
  ]);
  load();

  async function load() {
    following.abort();
    following = new AbortController();
    const mine = following.signal;
    remember("/deliveries", filters);
    try {
      const page = await get("deliveries", { ...filters, limit: pageSize }, mine);
      table.replace(page.items);
      cursor = page.nextCursor;
      draw();
      live.follow({ ...filters, limit: pageSize }, { deliveries: change }, mine);
      countAll(mine);
      await fill(pageSize, mine);
    } catch (problem) {
      if (!mine.aborted) {
        put(list, failure(problem, load));
      }
    }
  }

  /** The server looks through so many at a time: where few match, the search goes on further back until there is a page of them. */
  async function fill(wanted, mine) {
    while (cursor && table.size < wanted && !mine.aborted) {
      const page = await get("deliveries", { ...filters, limit: Math.min(pageSize, wanted - table.size), cursor }, mine);
      table.append(page.items);
      cursor = page.nextCursor;
      draw();
    }
  }

  /** How many there are in all: asked for beside the page, since it may take longer. */
  async function countAll(mine) {
    try {
      const amount = await get("deliveries/count", filters, mine);
      // Where the server did not look through all, what was found here meanwhile may be more.
      const known = amount.capped ? Math.max(amount.count, table.size) : amount.count;
      put(total, `${capped({ count: known, capped: amount.capped })} ${known === 1 ? "delivery" : "deliveries"}`);
    } catch {
      put(total);
    }
  }

  async function more(event) {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await fill(table.size + pageSize, following.signal);
    } catch (problem) {
      button.disabled = false;
      if (!following.signal.aborted) {
        list.append(failure(problem, load));
      }
    }
  }

  function change(news) {
    table.change(news);
    draw();
  }

  function draw() {
    redraw(list, () => put(list, content()));
  }

  function content() {
    if (table.size === 0) {
      return cursor
        ? [el("p", { class: "pad soft", role: "status" }, "Nothing among the latest. Searching further back…"), skeleton([38, 38, 38])]
        : nothing();
    }
    return [
      table.element,
      cursor ? el("div", { class: "more" }, el("button", { class: "button", type: "button", onclick: more }, "Show more")) : null,
    ];
  }

  function nothing() {
    return filterNames.some((name) => filters[name])
      ? empty("search", "No delivery matches", "Change the search or the filters.")
      : empty("inbox", "No deliveries yet", "They show here the moment they are enqueued.", el("a", { class: "button", href: "#/tester" }, [icon("tester"), "Send a test event"]));
  }
}
