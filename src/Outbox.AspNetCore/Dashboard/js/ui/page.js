import { el } from "../core/dom.js";
import { icon } from "./icons.js";

/** The head of a page: where one is, what it is called, what one can do. Also names the browser's tab. */
export function pageHead(title, { lead, actions = [], crumbs = [], beside } = {}) {
  document.title = `${title} · Outbox`;
  return el("div", { class: "page-head" }, [
    el("div", { class: "titles" }, [
      crumbs.length
        ? el("nav", { class: "crumbs", "aria-label": "Breadcrumb" }, crumbs.map(([name, link]) => [el("a", { href: link }, name), icon("chevron", "tiny")]))
        : null,
      el("div", { class: "row" }, [el("h1", {}, title), beside ?? null]),
      lead ? el("p", { class: "lead" }, lead) : null,
    ]),
    actions.length ? el("div", { class: "actions" }, actions) : null,
  ]);
}

export function card(title, body, { aside, flush = false, id } = {}) {
  return el("section", { class: "card", "aria-labelledby": id ?? null }, [
    title ? el("div", { class: "card-head" }, [el("h2", { id: id ?? null }, title), aside ?? null]) : null,
    el("div", { class: flush ? "card-body flush" : "card-body" }, body),
  ]);
}

/** Buttons of which one is pressed. */
export function segments(label, choices, chosen, choose) {
  const buttons = choices.map(([value, name]) => el("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => pick(value) }, name));
  function pick(value) {
    choices.forEach(([one], index) => buttons[index].setAttribute("aria-pressed", String(one === value)));
    choose(value);
  }
  return el("div", { class: "segments", role: "group", "aria-label": label }, buttons);
}
