import { el, put } from "../core/dom.js";
import { post } from "../core/api.js";
import { debounced } from "../core/debounced.js";
import { capped } from "../core/format.js";
import { openDialog } from "./dialog.js";
import { field, showProblem } from "./fields.js";
import { icon } from "./icons.js";
import { show as showOperation } from "./operations.js";

/** Empties what is held about one subject, after saying how much that is. */
export function openEraseDialog(subject) {
  const fields = {
    subject: field("Subject", el("input", { value: subject, placeholder: "call_…", required: true }), "Exactly, such as the call's id."),
    general: el("p", { class: "problem text-bad", role: "alert", hidden: true }),
  };
  const answer = el("strong", { role: "status" }, "Type a subject to see what would be erased.");
  const start = el("button", { class: "button primary danger", type: "submit", form: "erase-form", disabled: true }, [icon("eraser"), "Erase for good"]);
  const form = el("form", { id: "erase-form", class: "form", novalidate: true, onsubmit: erase, oninput: debounced(countThem) }, [
    el("p", { class: "soft" }, "Payloads, headers and what receivers answered are emptied; what is still owed is cancelled; the call's own endpoints are deleted. Ids, times and states stay. This cannot be undone."),
    fields.general, fields.subject.element,
    el("div", { class: "callout tone-bad" }, [icon("eraser"), answer]),
  ]);
  const { close } = openDialog("Erase a subject", form, { foot: [el("button", { class: "button", type: "button", onclick: () => close() }, "Cancel"), start], narrow: true });
  fields.subject.input.focus();

  const body = (dryRun) => ({ subject: fields.subject.input.value.trim(), tenant: null, dryRun });
  if (subject) {
    countThem();
  }

  async function countThem() {
    start.disabled = true;
    fields.general.hidden = true;
    if (!body(true).subject) {
      put(answer, "Type a subject to see what would be erased.");
      return;
    }
    try {
      const { deliveries } = await post("subjects/erase", body(true));
      put(answer, `${capped(deliveries)} ${deliveries.count === 1 ? "delivery has" : "deliveries have"} content of this subject.`);
      start.disabled = deliveries.count === 0;
    } catch (problem) {
      showProblem(fields, problem);
    }
  }

  async function erase(event) {
    event.preventDefault();
    start.disabled = true;
    try {
      showOperation(await post("subjects/erase", body(false)));
      close();
    } catch (problem) {
      showProblem(fields, problem);
      start.disabled = false;
    }
  }
}
