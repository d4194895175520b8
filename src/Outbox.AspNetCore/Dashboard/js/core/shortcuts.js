import { el } from "./dom.js";
import { go } from "./router.js";
import { openDialog } from "../ui/dialog.js";

const pages = { o: "/", e: "/endpoints", d: "/deliveries", t: "/tester" };
let awaitingPage = false;

/** Listens for the keys that work on every page. Keys typed into a field, or with a modifier, are left alone. */
export function listenForShortcuts() {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) {
      return;
    }
    if (handle(event.key)) {
      event.preventDefault();
    }
  });
}

/** The list of keys, as a dialog. */
export function showShortcuts() {
  openDialog("Keyboard", [
    el("dl", { class: "facts keys" }, [
      row(["g", "o"], "Overview"), row(["g", "e"], "Endpoints"), row(["g", "d"], "Deliveries"), row(["g", "t"], "Tester"),
      row(["/"], "Search"), row(["j"], "Next row"), row(["k"], "Row before"), row(["Enter"], "Open the row"), row(["?"], "This list"), row(["Esc"], "Close"),
    ]),
  ], { narrow: true });
}

function handle(key) {
  if (awaitingPage) {
    awaitingPage = false;
    if (pages[key]) {
      go(pages[key]);
      return true;
    }
  }
  switch (key) {
    case "g": awaitingPage = true; return true;
    case "?": showShortcuts(); return true;
    case "/": return focus("[data-search]", 0);
    case "j": return step(1);
    case "k": return step(-1);
    default: return false;
  }
}

function step(direction) {
  const links = [...document.querySelectorAll("[data-row]")];
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + direction))];
  next?.focus();
  return Boolean(next);
}

function focus(selector) {
  const found = document.querySelector(selector);
  found?.focus();
  return Boolean(found);
}

function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function row(keys, what) {
  return [el("dt", {}, keys.map((key) => el("kbd", {}, key))), el("dd", {}, what)];
}
