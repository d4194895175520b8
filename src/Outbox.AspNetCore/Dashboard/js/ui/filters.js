import { el } from "../core/dom.js";
import { icon } from "./icons.js";

/** A search field that the key "/" goes to. */
export function searchBox(label, placeholder, value, changed) {
  const input = el("input", { type: "search", value, placeholder, "aria-label": label, "data-search": true, autocomplete: "off", spellcheck: "false", oninput: () => changed(input.value.trim()) });
  input.addEventListener("keydown", (event) => event.key === "Escape" && input.blur());
  return el("div", { class: "search" }, [icon("search"), input, el("kbd", { "aria-hidden": "true" }, "/")]);
}

/** Choices of which one holds. */
export function chips(label, choices, chosen, choose) {
  const buttons = choices.map(([value, name]) => el("button", { class: "chip", type: "button", "aria-pressed": String(value === chosen), onclick: () => pick(value) }, name));
  function pick(value) {
    choices.forEach(([one], index) => buttons[index].setAttribute("aria-pressed", String(one === value)));
    choose(value);
  }
  return el("div", { class: "chips", role: "group", "aria-label": label }, buttons);
}

/** A drop-down list. */
export function select(label, choices, value, changed) {
  const element = el("select", { "aria-label": label, onchange: () => changed(element.value) }, choices.map(([one, name]) => el("option", { value: one }, name)));
  element.value = value;
  return element;
}
