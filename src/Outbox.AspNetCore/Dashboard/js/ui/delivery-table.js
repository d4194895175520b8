import { el, put } from "../core/dom.js";
import { ago } from "../core/ago.js";
import { redraw } from "../core/redraw.js";
import { answerBadge, statusBadge, statusNote } from "./status.js";

/** The list of deliveries. It keeps its rows' elements, so that the reader's focus and place stay while rows change. */
export function deliveryTable() {
  const body = el("tbody");
  const element = el("div", { class: "table-scroll" }, el("table", { class: "stacking" }, [
    el("caption", { class: "visually-hidden" }, "Deliveries, newest first"),
    el("thead", {}, el("tr", {}, ["Status", "Event", "Subject", "Endpoint", "Attempts", "Last answer", "Enqueued"].map((name) => el("th", { scope: "col" }, name)))),
    body,
  ]));
  const rows = new Map();

  function place(delivery) {
    const known = rows.get(delivery.id);
    const row = known?.row ?? el("tr", { class: "openable" });
    const link = known?.link ?? el("a", { class: "row-link", href: `#/deliveries/${encodeURIComponent(delivery.id)}`, "data-row": true });
    if (!known) {
      row.addEventListener("click", (event) => event.target !== link && link.click());
    }
    link.textContent = delivery.type;
    if (known) {
      // The cell with the link stays in place, or it would lose the focus.
      cellsOf(delivery, null).forEach((cell, index) => index !== 1 && row.cells[index].replaceWith(cell));
    } else {
      row.append(...cellsOf(delivery, link));
    }
    rows.set(delivery.id, { row, link, delivery });
    return row;
  }

  return {
    element,
    get size() { return rows.size; },

    replace(items) {
      const kept = new Set(items.map((delivery) => delivery.id));
      [...rows.keys()].filter((id) => !kept.has(id)).forEach((id) => rows.delete(id));
      const next = items.map(place);
      if (next.length !== body.rows.length || next.some((row, index) => body.rows[index] !== row)) {
        redraw(body, () => put(body, next));
      }
    },

    append(items) {
      body.append(...items.map(place));
    },

    /** Takes what the stream tells: rows that changed stay where they are, new ones come first. */
    change({ items, reset, removed, more }) {
      if (reset) {
        this.replace([...items, ...(more ? older(items) : [])]);
        return;
      }
      (removed ?? []).forEach((id) => {
        rows.get(id)?.row.remove();
        rows.delete(id);
      });
      items.toReversed().forEach((delivery) => {
        const fresh = !rows.has(delivery.id);
        const row = place(delivery);
        if (fresh) {
          row.classList.add("arrived");
          body.prepend(row);
        }
      });
    },
  };

  /** What was found further back than the stream looks stays below when the stream begins anew. */
  function older(items) {
    const known = [...rows.values()].map(({ delivery }) => delivery).filter((delivery) => !items.some(({ id }) => id === delivery.id));
    const last = items.at(-1);
    return last ? known.filter((delivery) => delivery.enqueuedAt < last.enqueuedAt) : known;
  }
}

function cellsOf(delivery, link) {
  const note = statusNote(delivery);
  return [
    el("td", {}, [statusBadge(delivery.status), note ? el("span", { class: "sub" }, note) : null]),
    el("td", {}, [link, el("span", { class: "sub mono" }, delivery.id)]),
    el("td", { class: "hide-small" }, [el("span", {}, delivery.subject ?? "–"), delivery.tenant ? el("span", { class: "sub" }, delivery.tenant) : null]),
    el("td", { class: "hide-small endpoint-cell" }, [el("div", { class: "cut" }, delivery.endpointUrl ?? "deleted"), el("span", { class: "sub" }, delivery.profile)]),
    el("td", { class: "hide-small number" }, String(delivery.attempts)),
    el("td", { class: "hide-small" }, answerBadge(delivery.lastStatusCode, delivery.lastError, delivery.status === "delivered")),
    el("td", {}, ago(delivery.enqueuedAt)),
  ];
}
