import { el, put } from "./core/dom.js";
import { keepCounting } from "./core/ago.js";
import { Router } from "./core/router.js";
import { live } from "./core/live.js";
import { loadSession } from "./core/session.js";
import { listenForShortcuts, showShortcuts } from "./core/shortcuts.js";
import { themeButton } from "./core/theme.js";
import { followOperations } from "./ui/operations.js";
import { icon } from "./ui/icons.js";
import { empty, failure } from "./ui/states.js";
import { pageHead } from "./ui/page.js";
import { overviewPage } from "./pages/overview.js";
import { endpointsPage } from "./pages/endpoints.js";
import { endpointPage } from "./pages/endpoint.js";
import { deliveriesPage } from "./pages/deliveries.js";
import { deliveryPage } from "./pages/delivery.js";
import { testerPage } from "./pages/tester.js";

const main = document.getElementById("main");
const sections = [
  ["overview", "/", "Overview", "o"],
  ["endpoints", "/endpoints", "Endpoints", "e"],
  ["deliveries", "/deliveries", "Deliveries", "d"],
  ["tester", "/tester", "Tester", "t"],
];

function buildNavigation() {
  put(document.getElementById("nav"), sections.map(([name, path, label, key]) =>
    el("a", { href: `#${path}`, "data-section": name, "aria-keyshortcuts": `g ${key}` }, [icon(name), el("span", { class: "label" }, label), el("kbd", { "aria-hidden": "true" }, `g ${key}`)])));
  put(document.getElementById("side-foot"), [
    liveState(),
    el("div", { class: "foot-tools" }, [
      themeButton(),
      el("button", { class: "button quiet square help-button", type: "button", "aria-label": "Keyboard shortcuts", title: "Keyboard shortcuts (?)", onclick: showShortcuts }, icon("keyboard")),
    ]),
  ]);
}

/** Whether the page is following along, for people who wonder why nothing moves. */
function liveState() {
  const label = el("span", { class: "label" });
  const element = el("div", { class: "live", role: "status" }, [el("span", { class: "live-dot" }), label]);
  const show = (state) => {
    element.dataset.state = state;
    put(label, { connecting: "Connecting…", live: "Live", lost: "Reconnecting…", trouble: "Database away" }[state]);
    element.title = label.textContent;
  };
  live.onState(show);
  return element;
}

/** Tells sighted and blind readers where they are now. */
function arrived(name, first) {
  for (const link of document.querySelectorAll("#nav a")) {
    if (link.dataset.section === name) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }
  scrollTo(0, 0);
  if (!first) {
    main.focus({ preventScroll: true });
  }
}

function notFoundPage(root) {
  put(root, pageHead("Not found"), empty("search", "There is no such page", "The address may have been mistyped.", el("a", { class: "button", href: "#/" }, "Go to the overview")));
}

/** Nothing can be shown before it is known who looks; where that fails, the page says so and lets one try again. */
async function begin() {
  try {
    await loadSession();
  } catch (problem) {
    await new Promise((again) => put(main, failure(problem, again)));
    await begin();
  }
}

let first = true;
buildNavigation();
listenForShortcuts();
followOperations();
keepCounting();
await begin();
live.start();
new Router()
  .add("/", overviewPage, "overview")
  .add("/endpoints", endpointsPage, "endpoints")
  .add("/endpoints/:id", endpointPage, "endpoints")
  .add("/deliveries", deliveriesPage, "deliveries")
  .add("/deliveries/:id", deliveryPage, "deliveries")
  .add("/tester", testerPage, "tester")
  .add("/not-found", notFoundPage, null)
  .onShown((name) => { arrived(name, first); first = false; })
  .start(main);

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
