import { el } from "../core/dom.js";

let number = 0;

/** A labelled field with a hint below, and a place for what is wrong with it. */
export function field(label, input, hint) {
  const id = `field-${++number}`;
  input.id = id;
  const hintLine = el("span", { class: "hint", id: `${id}-hint`, hidden: !hint }, hint);
  const problem = el("span", { class: "problem", id: `${id}-problem`, role: "alert", hidden: true });
  input.setAttribute("aria-describedby", `${id}-hint ${id}-problem`);
  input.addEventListener("input", () => refuse(null));

  function refuse(text) {
    problem.textContent = text ?? "";
    problem.hidden = !text;
    input.setAttribute("aria-invalid", String(Boolean(text)));
  }

  function say(text) {
    hintLine.textContent = text;
    hintLine.hidden = !text;
  }

  return { element: el("div", { class: "field" }, [el("label", { for: id }, label), input, hintLine, problem]), input, refuse, say };
}

export function checkBox(label, checked, onchange) {
  const input = el("input", { type: "checkbox", checked, onchange });
  return { element: el("label", { class: "check" }, [input, label]), input };
}

/** Puts what the server refused beside the field it is about, else at the head of the form. */
export function showProblem(fields, problem) {
  const one = fields[problem.field];
  if (one?.refuse) {
    one.refuse(problem.message);
    one.input.focus();
    return;
  }
  fields.general.textContent = problem.message;
  fields.general.hidden = false;
}
