import { el, put } from "../core/dom.js";
import { codeBlock } from "./code.js";

let preferred = "node";
let number = 0;

/** Code that verifies a profile's signature, a tab for each language. The language chosen stays chosen. */
export function verification(samples) {
  if (samples.length === 0) {
    return el("p", { class: "faint pad" }, "There is no code for this profile.");
  }
  const id = `verify-${++number}`;
  const panel = el("div", { class: "card-body", id: `${id}-panel`, role: "tabpanel" });
  const tabs = samples.map(({ language, title }) => el("button", { type: "button", role: "tab", id: `${id}-${language}`, "aria-controls": `${id}-panel`, onclick: () => choose(language) }, title));
  const list = el("div", { class: "tabs", role: "tablist", "aria-label": "Language", onkeydown: move }, tabs);

  function choose(language) {
    preferred = language;
    const at = Math.max(0, samples.findIndex((sample) => sample.language === language));
    tabs.forEach((tab, index) => {
      tab.setAttribute("aria-selected", String(index === at));
      tab.tabIndex = index === at ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", tabs[at].id);
    put(panel, codeBlock(samples[at].code, { name: `Verification in ${samples[at].title}` }));
  }

  function move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
      choose(samples[next].language);
      tabs[next].focus();
    }
  }

  choose(preferred);
  return el("div", {}, [list, panel]);
}
