import { el } from "../core/dom.js";
import { icon } from "./icons.js";

let number = 0;

/** Opens a modal dialog and returns it with a way to close it. Escape, the cross and the backdrop close it too. */
export function openDialog(title, body, { foot = [], narrow = false, onclose } = {}) {
  const heading = `dialog-${++number}`;
  const close = () => dialog.close();
  const dialog = el("dialog", { class: narrow ? "narrow" : null, "aria-labelledby": heading }, [
    el("div", { class: "dialog-head" }, [
      el("h2", { id: heading }, title),
      el("button", { class: "button quiet square small", type: "button", "aria-label": "Close", onclick: close }, icon("cross")),
    ]),
    el("div", { class: "dialog-body" }, body),
    foot.length ? el("div", { class: "dialog-foot" }, foot) : null,
  ]);
  const opener = document.activeElement;
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (opener?.isConnected) {
      opener.focus();
    }
    onclose?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, close };
}

/** Asks before something that cannot be taken back. Resolves true where the person went on. */
export function confirm(title, text, action, { danger = false } = {}) {
  return new Promise((resolve) => {
    let answer = false;
    const yes = el("button", {
      class: danger ? "button primary danger" : "button primary",
      type: "button",
      onclick: () => { answer = true; close(); },
    }, action);
    const no = el("button", { class: "button", type: "button", onclick: () => close() }, "Keep as it is");
    const { close } = openDialog(title, [el("p", { class: "soft" }, text)], { foot: [no, yes], narrow: true, onclose: () => resolve(answer) });
    yes.focus();
  });
}
