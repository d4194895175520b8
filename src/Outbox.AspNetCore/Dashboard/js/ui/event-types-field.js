import { el, put } from "../core/dom.js";
import { checkBox, field } from "./fields.js";

/** Which event types an endpoint wants: boxes where the profile has a list, else a line to type into. None chosen means all. */
export function eventTypesField(chosen) {
  const boxes = el("fieldset", { class: "field" });
  const line = field("Event types", el("input", { value: chosen.join(", "), placeholder: "all of its scope" }), "Separated by commas; empty: all.");
  const element = el("div", {}, [boxes, line.element]);
  let offered = null;

  function offer(types) {
    offered = types?.map((type) => ({ type, box: checkBox(type, chosen.includes(type)) })) ?? null;
    boxes.hidden = !offered;
    line.element.hidden = Boolean(offered);
    put(boxes, [
      el("legend", {}, "Event types"),
      el("div", { class: "checks" }, offered?.map(({ box }) => box.element)),
      el("span", { class: "hint" }, "None chosen: all."),
    ]);
  }

  const value = () => (offered
    ? offered.filter(({ box }) => box.input.checked).map(({ type }) => type)
    : line.input.value.split(",").map((type) => type.trim()).filter(Boolean));

  return { element, offer, value, refuse: line.refuse, input: line.input };
}
