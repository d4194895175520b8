import { el } from "../core/dom.js";
import { openDialog } from "./dialog.js";
import { codeBlock } from "./code.js";
import { icon } from "./icons.js";
import { callout } from "./states.js";

/** Shows a secret that the server generated. It is nowhere else: not in the page's state, and never asked for again. */
export function showSecret(secret, endpoint) {
  const stored = el("button", { class: "button primary", type: "button", onclick: () => close() }, [icon("check"), "I have stored it"]);
  const { close } = openDialog("The new secret", [
    callout("warn", "key", "It is shown this once", "Give it to the receiver now. Afterwards only its last four characters can be seen."),
    codeBlock(secret, { wrap: true, name: "The secret" }),
    el("p", { class: "small faint" }, endpoint.url),
  ], { foot: [stored], narrow: true });
}
