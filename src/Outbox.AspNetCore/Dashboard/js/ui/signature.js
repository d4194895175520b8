import { el } from "../core/dom.js";
import { codeBlock } from "./code.js";
import { empty } from "./states.js";

/** How the signature of a request came about, step by step, with the exact values. */
export function signatureSteps(signature) {
  if (!signature) {
    return empty("key", "This endpoint is sent to unsigned", "It has no secret, and its profile allows that.");
  }
  return el("div", { class: "stack" }, [
    el("ol", { class: "steps" }, signature.steps.map((step) => el("li", {}, [
      el("h3", {}, step.title),
      step.text ? el("p", { class: "soft" }, step.text) : null,
      step.value ? codeBlock(step.value, { wrap: true, name: step.title }) : null,
    ]))),
    el("p", { class: "small faint" }, `${signature.algorithm}, written as ${signature.encoding}. The key: ${signature.keyNote}${signature.secretHint ? ` (it ends in ${signature.secretHint})` : ""}.`),
  ]);
}
