import { el, put } from "../core/dom.js";
import { post } from "../core/api.js";
import { debounced } from "../core/debounced.js";
import { capped } from "../core/format.js";
import { openDialog } from "./dialog.js";
import { field, showProblem } from "./fields.js";
import { icon } from "./icons.js";
import { show as showOperation } from "./operations.js";

const replayable = [["exhausted", "Exhausted"], ["cancelled", "Cancelled"], ["delivered", "Delivered (receivers see them again)"]];

/** Replays all that matches, after saying how many those are. Its progress shows in the corner, where it can be cancelled. */
export function openReplayDialog(filters) {
  const closed = replayable.some(([value]) => value === filters.status) ? filters.status : "exhausted";
  const fields = {
    status: field("Which", el("select", {}, replayable.map(([value, name]) => el("option", { value }, name)))),
    endpoint: field("Endpoint's id", el("input", { value: filters.endpoint, placeholder: "any" })),
    type: field("Event type", el("input", { value: filters.type, placeholder: "any" })),
    error: field("Last error or status code", el("input", { value: filters.error, placeholder: "any" })),
    from: field("Enqueued from", el("input", { type: "datetime-local", value: localTime(filters.from) })),
    until: field("until", el("input", { type: "datetime-local", value: localTime(filters.until) })),
    general: el("p", { class: "problem text-bad", role: "alert", hidden: true }),
  };
  fields.status.input.value = closed;
  const answer = el("strong", { role: "status" }, "Counting…");
  const start = el("button", { class: "button primary", type: "submit", form: "replay-form", disabled: true }, [icon("replay"), "Replay"]);
  const form = el("form", { id: "replay-form", class: "form", novalidate: true, onsubmit: replay, oninput: debounced(countThem) }, [
    el("p", { class: "soft" }, "Each is sent once more with the same id and the same bytes, on its profile's full retry schedule."),
    fields.general,
    el("div", { class: "pair" }, [fields.status.element, fields.endpoint.element]),
    el("div", { class: "pair" }, [fields.type.element, fields.error.element]),
    el("div", { class: "pair" }, [fields.from.element, fields.until.element]),
    el("div", { class: "callout tone-wait" }, [icon("deliveries"), answer]),
  ]);
  const { close } = openDialog("Replay a range", form, { foot: [el("button", { class: "button", type: "button", onclick: () => close() }, "Cancel"), start] });

  const body = (dryRun) => ({
    filters: {
      status: fields.status.input.value,
      endpoint: fields.endpoint.input.value.trim() || null,
      type: fields.type.input.value.trim() || null,
      error: fields.error.input.value.trim() || null,
      event: filters.event || null,
      subject: filters.subject || null,
      tenant: filters.tenant || null,
      from: utcTime(fields.from.input.value),
      until: utcTime(fields.until.input.value),
    },
    ids: null,
    dryRun,
  });
  countThem();

  async function countThem() {
    start.disabled = true;
    fields.general.hidden = true;
    try {
      const amount = await post("deliveries/replay", body(true));
      const none = amount.capped ? "None among the latest; older ones that match are sent once more." : "No delivery matches.";
      put(answer, amount.count === 0 ? none : `${capped(amount)} ${amount.count === 1 ? "delivery" : "deliveries"} will be sent once more.`);
      start.disabled = amount.count === 0 && !amount.capped;
    } catch (problem) {
      put(answer, "–");
      showProblem(fields, problem);
    }
  }

  async function replay(event) {
    event.preventDefault();
    start.disabled = true;
    try {
      showOperation(await post("deliveries/replay", body(false)));
      close();
    } catch (problem) {
      showProblem(fields, problem);
      start.disabled = false;
    }
  }
}

function localTime(time) {
  if (!time) {
    return "";
  }
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const utcTime = (text) => (text ? new Date(text).toISOString() : null);
