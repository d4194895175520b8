import { el, put } from "../core/dom.js";
import { get, post } from "../core/api.js";
import { debounced } from "../core/debounced.js";
import { remember } from "../core/router.js";
import { session } from "../core/session.js";
import { isJson, indented } from "../ui/code.js";
import { requestPane, responsePane } from "../ui/exchange.js";
import { field, showProblem } from "../ui/fields.js";
import { icon } from "../ui/icons.js";
import { card, pageHead } from "../ui/page.js";
import { signatureSteps } from "../ui/signature.js";
import { callout, empty, failure, skeleton } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { verification } from "../ui/verification.js";

/** Sends one event to one endpoint by hand, and explains what went and what came back. */
export function testerPage(root, { query, signal }) {
  const page = el("div", {}, skeleton([360, 200]));
  put(root, pageHead("Tester", { lead: "Send an event by hand, and see what goes out, how it is signed, and what comes back." }), page);
  load();

  async function load() {
    if (!session.canOperate) {
      put(page, empty("shield", "Operators only", "The tester shows signatures and sends requests, which you may not."));
      return;
    }
    try {
      const [endpoints, types, profiles] = await Promise.all([get("endpoints", { limit: 200 }, signal), get("event-types", {}, signal), get("profiles", {}, signal)]);
      put(page, endpoints.items.length === 0
        ? empty("plug", "No endpoint to send to", "Register one first.", el("a", { class: "button primary", href: "#/endpoints?new=1" }, "Register an endpoint"))
        : bench(endpoints.items.map((item) => item.endpoint), types.items, profiles.items, query.get("endpoint"), signal));
    } catch (problem) {
      if (!signal.aborted) {
        put(page, failure(problem, load));
      }
    }
  }
}

function bench(endpoints, types, profiles, wanted, signal) {
  const fields = {
    endpointId: field("Endpoint", el("select", { onchange: endpointChosen }, endpoints.map(({ id, url, profile }) => el("option", { value: id }, `${url} (${profile})`)))),
    type: field("Event type", el("input", { list: "event-types", onchange: typeChosen })),
    data: field("Data", el("textarea", { rows: "14", spellcheck: "false", oninput: debounced(preview) })),
    general: el("p", { class: "problem text-bad", role: "alert", hidden: true }),
  };
  const choices = el("datalist", { id: "event-types" });
  const send = el("button", { class: "button primary", type: "submit" }, [icon("send"), "Send now"]);
  const enqueue = el("button", { class: "button", type: "button", onclick: enqueueIt, title: "A real event to this endpoint only: stored, retried, shown among the deliveries" }, [icon("inbox"), "Enqueue as a delivery"]);
  const request = el("div");
  const response = el("div");
  const signature = el("div");
  const code = el("div");
  const hint = el("div");
  let turn = 0;
  let sent = null;

  fields.endpointId.input.value = endpoints.some(({ id }) => id === wanted) ? wanted : endpoints[0].id;
  endpointChosen();

  return el("div", { class: "stack" }, [
    hint,
    el("div", { class: "bench" }, [
      card("Event", el("form", { class: "form", novalidate: true, onsubmit: sendNow }, [
        fields.general, fields.endpointId.element, fields.type.element, choices, fields.data.element,
        el("div", { class: "row" }, [send, enqueue]),
      ])),
      card("Request", request),
      card("Response", response),
    ]),
    el("div", { class: "columns" }, [card("The signature, step by step", signature), card("Verify it", code, { flush: true })]),
  ]);

  function endpoint() {
    return endpoints.find(({ id }) => id === fields.endpointId.input.value);
  }

  function endpointChosen() {
    const { id, profile } = endpoint();
    const offered = types.filter((item) => item.profiles.length === 0 || item.profiles.includes(profile));
    put(choices, offered.map(({ type }) => el("option", { value: type })));
    if (!offered.some(({ type }) => type === fields.type.input.value)) {
      fields.type.input.value = offered[0]?.type ?? "call.ended";
    }
    remember("/tester", { endpoint: id });
    put(hint, endpoint().enabled ? null : callout("warn", "pause", "This endpoint is disabled", "A test is sent to it nevertheless; real deliveries are parked."));
    put(code, verification(profiles.find(({ name }) => name === profile)?.verification ?? []));
    typeChosen();
  }

  function typeChosen() {
    const known = types.find(({ type, profiles: of }) => type === fields.type.input.value && (of.length === 0 || of.includes(endpoint().profile)))
      ?? types.find(({ type }) => type === fields.type.input.value);
    if (known) {
      fields.data.input.value = isJson(known.example) ? indented(known.example) : known.example;
    } else if (!fields.data.input.value) {
      fields.data.input.value = "{\n  \n}";
    }
    put(response, responsePane(null));
    sent = null;
    preview();
  }

  function body() {
    fields.general.hidden = true;
    fields.data.refuse(null);
    try {
      return { endpointId: endpoint().id, type: fields.type.input.value.trim(), data: JSON.parse(fields.data.input.value) };
    } catch (error) {
      fields.data.refuse(`This is not JSON yet: ${error.message}`);
      return null;
    }
  }

  async function preview() {
    const wish = body();
    // What was sent stays in view until it is changed, and a preview that was overtaken is late.
    if (!wish || JSON.stringify(wish) === sent) {
      return;
    }
    const mine = ++turn;
    try {
      const answer = await post("tester/preview", wish, signal);
      if (mine === turn) {
        show(answer);
      }
    } catch (problem) {
      if (!signal.aborted && mine === turn) {
        put(request, empty("alert", "It cannot be composed", problem.message));
        put(signature, empty("key", "Nothing to sign yet"));
      }
    }
  }

  function show(answer) {
    put(request, requestPane(answer.request));
    put(signature, signatureSteps(answer.signature));
    if (answer.verification.length > 0) {
      put(code, verification(answer.verification));
    }
  }

  async function sendNow(event) {
    event.preventDefault();
    const wish = body();
    if (!wish) {
      return;
    }
    send.disabled = true;
    sent = JSON.stringify(wish);
    turn++;
    put(response, skeleton([26, 90]));
    try {
      const answer = await post("tester/send", wish, signal);
      show(answer);
      put(response, responsePane(answer.response));
    } catch (problem) {
      put(response, responsePane(null));
      showProblem(fields, problem);
    } finally {
      send.disabled = false;
    }
  }

  async function enqueueIt() {
    const wish = body();
    if (!wish) {
      return;
    }
    enqueue.disabled = true;
    try {
      const { deliveryId } = await post(`endpoints/${encodeURIComponent(wish.endpointId)}/test-event`, { type: wish.type, data: wish.data });
      toast("The event is enqueued.");
      location.hash = `#/deliveries/${encodeURIComponent(deliveryId)}`;
    } catch (problem) {
      showProblem(fields, problem);
    } finally {
      enqueue.disabled = false;
    }
  }
}
