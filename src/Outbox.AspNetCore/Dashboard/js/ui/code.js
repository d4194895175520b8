import { el, put } from "../core/dom.js";
import { icon } from "./icons.js";
import { toast } from "./toast.js";

const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/g;
const opening = new Set(["{", "["]);
const closing = new Set(["}", "]"]);

/** A block of text with a copy button. `copied` is what the button copies where that differs from what is shown. */
export function codeBlock(content, { label = "Copy", copied = content, wrap = false, name } = {}) {
  const pre = el("pre", { class: wrap ? "wrap" : null, tabindex: "0", role: "group", "aria-label": name ?? "Text" }, content);
  return el("div", { class: "code" }, [pre, copyButton(() => (typeof copied === "string" ? copied : pre.textContent), label, "button small square copy")]);
}

/** Text as a body: JSON is indented and coloured, anything else is shown as it is. */
export function bodyBlock(text, options = {}) {
  return codeBlock(isJson(text) ? coloured(text) : text, { wrap: true, ...options, copied: options.copied ?? text });
}

/** A button that copies; a square one shows its label to those only who point at it or cannot see it. */
export function copyButton(text, label, look) {
  const square = look.includes("square");
  const show = (image, words) => [icon(image, "tiny"), square ? null : words];
  const button = el("button", { class: look, type: "button", "aria-label": square ? label : null, title: square ? label : null, onclick: copy }, show("copy", label));
  async function copy() {
    try {
      await navigator.clipboard.writeText(text());
      put(button, show("check", "Copied"));
      setTimeout(() => put(button, show("copy", label)), 1600);
    } catch {
      toast("The browser does not let this page copy. Select the text instead.", { bad: true });
    }
  }
  return button;
}

/** Whether a text is JSON. */
export function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON with line breaks and two spaces, each token as it was written: 1.0 stays 1.0. */
export function indented(json) {
  return tokens(json).map(([text]) => text).join("");
}

/** The same as text nodes and coloured spans. */
function coloured(json) {
  return tokens(json).map(([text, kind]) => (kind ? el("span", { class: `json-${kind}` }, text) : text));
}

function tokens(json) {
  const found = [...json.matchAll(token)];
  const parts = [];
  let depth = 0;
  const line = () => parts.push([`\n${"  ".repeat(depth)}`]);
  found.forEach(([text], index) => {
    const before = found[index - 1]?.[0];
    if (closing.has(text)) {
      depth--;
      if (!opening.has(before)) {
        line();
      }
    } else if (opening.has(before) || before === ",") {
      line();
    }
    if (opening.has(text)) {
      depth++;
    }
    parts.push([text, kindOf(text, found[index + 1]?.[0])]);
    if (text === ":") {
      parts.push([" "]);
    }
  });
  return parts;
}

function kindOf(text, next) {
  if (text.startsWith('"')) {
    return next === ":" ? "key" : "string";
  }
  return /^[-\d]/.test(text) ? "number" : /^[a-z]/.test(text) ? "word" : "mark";
}
