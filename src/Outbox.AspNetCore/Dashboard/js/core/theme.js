import { el, put } from "./dom.js";
import { icon } from "../ui/icons.js";

const key = "outbox-theme";
const order = ["system", "light", "dark"];
const icons = { system: "screen", light: "sun", dark: "moon" };

/** A button that goes through system, light and dark. */
export function themeButton() {
  const button = el("button", { class: "button quiet square", type: "button", onclick: () => choose(order[(order.indexOf(chosen()) + 1) % order.length]) });
  const show = () => {
    put(button, icon(icons[chosen()]));
    button.setAttribute("aria-label", `Theme: ${chosen()}`);
    button.title = `Theme: ${chosen()}`;
  };
  addEventListener("outbox-theme", show);
  show();
  return button;
}

function chosen() {
  return document.documentElement.dataset.theme ?? "system";
}

function choose(theme) {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
  dispatchEvent(new Event("outbox-theme"));
}
