import { el } from "../core/dom.js";
import { bytes, duration, exact } from "../core/format.js";
import { bodyBlock, copyButton } from "./code.js";
import { errorText } from "./errors.js";
import { icon } from "./icons.js";
import { empty } from "./states.js";

/** What goes, or went, on the wire. */
export function requestPane(request, { payloadMasked = false } = {}) {
  if (!request) {
    return empty("eraser", "The request is not known any more", "Its content was erased, or its endpoint or profile is gone.");
  }
  return el("div", { class: "pane", "data-pane": "request" }, [
    el("div", { class: "request-line" }, [el("b", {}, request.method), el("span", {}, request.url)]),
    headerList(request.headers),
    request.body === null
      ? empty("shield", payloadMasked ? "You may not see payloads" : "No body")
      : [bodyBlock(request.body, { name: "Request body" }), el("div", { class: "row small faint" }, [el("span", { class: "grow" }, `${bytes(request.bodyBytes)}, exactly these bytes`), curlButton(request)])],
  ]);
}

/** What came back to one attempt, or to the tester. */
export function responsePane(answer, { payloadMasked = false, status } = {}) {
  if (!answer) {
    return empty(status === "delivering" ? "send" : "clock", status === "delivering" ? "On the wire" : "Nothing was sent yet", "What the receiver answers shows here.");
  }
  return el("div", { class: "pane", "data-pane": "response" }, [
    el("div", { class: "row" }, [
      el("span", { class: `status tone-${answer.ok ? "ok" : "bad"}` }, [icon(answer.ok ? "check" : "alert"), answer.statusCode ? `HTTP ${answer.statusCode}` : answer.error]),
      el("span", { class: "soft" }, `after ${duration(answer.durationMs)}`),
    ]),
    answer.verdict ? el("p", { class: "soft" }, answer.verdict) : null,
    answer.error ? el("p", {}, answer.detail ?? errorText(answer.error)) : null,
    answer.headers ? headerList(answer.headers) : null,
    excerpt(answer, payloadMasked),
    answer.nextAttemptAt ? el("p", { class: "small faint" }, `The next try was set for ${exact(answer.nextAttemptAt)}.`) : null,
  ]);
}

function excerpt(answer, masked) {
  if (answer.excerpt) {
    return [bodyBlock(answer.excerpt, { name: "Response body" }), el("p", { class: "small faint" }, answer.excerptTruncated ? "The beginning of the answer's body." : "The answer's body, its beginning at most.")];
  }
  return masked ? empty("shield", "You may not see payloads") : el("p", { class: "faint small" }, answer.statusCode ? "The answer had no body." : "No answer came.");
}

function headerList(headers) {
  return el("dl", { class: "headers" }, headers.map(({ name, value, note }) => [
    el("dt", {}, name), el("dd", {}, value ?? el("em", { class: "faint" }, note ?? "not shown")),
  ]));
}

function curlButton(request) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const command = () => [
    `curl -X ${request.method} ${quote(request.url)}`,
    ...request.headers.filter(({ value }) => value !== null).map(({ name, value }) => `-H ${quote(`${name}: ${value}`)}`),
    `--data-binary ${quote(request.body)}`,
  ].join(" \\\n  ");
  return copyButton(command, "Copy as curl", "button small quiet");
}
