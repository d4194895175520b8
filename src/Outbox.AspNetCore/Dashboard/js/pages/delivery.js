import { el, put } from "../core/dom.js";
import { get, post } from "../core/api.js";
import { ago } from "../core/ago.js";
import { exact } from "../core/format.js";
import { live } from "../core/live.js";
import { redraw } from "../core/redraw.js";
import { href } from "../core/router.js";
import { session } from "../core/session.js";
import { requestPane, responsePane } from "../ui/exchange.js";
import { openDialog } from "../ui/dialog.js";
import { errorText } from "../ui/errors.js";
import { field } from "../ui/fields.js";
import { icon } from "../ui/icons.js";
import { card, pageHead } from "../ui/page.js";
import { callout, failure, skeleton } from "../ui/states.js";
import { statusBadge } from "../ui/status.js";
import { timeline } from "../ui/timeline.js";
import { act } from "../ui/toast.js";

/** One delivery: its life as a line, what was sent, and what came back each time. */
export function deliveryPage(root, { params, signal }) {
  const path = `deliveries/${encodeURIComponent(params.id)}`;
  let chosen = null;
  put(root, skeleton([54, 150, 340]));
  load();

  async function load() {
    try {
      show(await get(path, {}, signal));
      live.follow({ id: params.id }, { delivery: show }, signal);
    } catch (problem) {
      if (!signal.aborted) {
        put(root, pageHead("Delivery", { crumbs: [["Deliveries", "#/deliveries"]] }), failure(problem, load));
      }
    }
  }

  function show(delivery) {
    const attempt = delivery.attemptLog.find((one) => one.number === chosen) ?? delivery.attemptLog.at(-1) ?? null;
    const pick = (number) => { chosen = number; show(delivery); };
    redraw(root, () => put(root, [
      pageHead(delivery.type, {
        lead: el("span", {}, [el("code", {}, delivery.id), delivery.subject ? ` about ${delivery.subject}` : ""]),
        beside: statusBadge(delivery.status),
        crumbs: [["Deliveries", "#/deliveries"]],
        actions: session.canOperate ? actions(delivery) : [],
      }),
      el("div", { class: "stack" }, [
        notice(delivery),
        card("Timeline", timeline(delivery, { chosen: attempt?.number, choose: pick })),
        el("div", { class: "columns" }, [
          card("Request", requestPane(delivery.request, delivery)),
          card(attempt ? `Response to attempt ${attempt.number}` : "Response", responsePane(attempt, delivery)),
        ]),
        card("About", facts(delivery)),
      ]),
    ]));
  }

  function actions(delivery) {
    const replay = el("button", { class: "button", type: "button", disabled: !delivery.canReplay, onclick: () => send(replay, "replay", "It is sent once more.") }, [icon("replay"), "Replay"]);
    const cancel = el("button", { class: "button danger", type: "button", onclick: () => askToCancel() }, [icon("stop"), "Cancel"]);
    return [replay, delivery.canCancel ? cancel : null];
  }

  async function send(button, verb, said, body) {
    if (await act(button, () => post(`${path}/${verb}`, body), said)) {
      load();
    }
  }

  function askToCancel() {
    const reason = field("Reason", el("input", { required: true, placeholder: "the customer asked for it" }), "People read it here.");
    const yes = el("button", { class: "button primary danger", type: "button", onclick: () => {
      const text = reason.input.value.trim();
      if (!text) {
        reason.refuse("Say why.");
        return;
      }
      close();
      send(null, "cancel", "It is cancelled.", { reason: text });
    } }, "Cancel the delivery");
    const { close } = openDialog("Cancel this delivery?", [el("p", { class: "soft" }, "It is not sent any more. It can be replayed later."), reason.element],
      { foot: [el("button", { class: "button", type: "button", onclick: () => close() }, "Keep it"), yes], narrow: true });
    reason.input.focus();
  }
}

function notice(delivery) {
  if (delivery.heldFor.length > 0 && delivery.status === "waiting") {
    return callout("warn", "hold", `Held for ${delivery.heldFor.join(", ")}`, ["It goes out when that arrives, or ", ago(delivery.dueAt), " as it stands."]);
  }
  if (delivery.status === "waiting" && delivery.attempts > 0) {
    const last = delivery.attemptLog.at(-1);
    return callout("wait", "clock", ["Tried again ", ago(delivery.dueAt)], last?.detail ?? errorText(last?.error ?? (last?.statusCode ? `http_${last.statusCode}` : null)));
  }
  if (delivery.status === "exhausted") {
    return callout("bad", "cross", `Every try failed, ${delivery.attempts} in all`, "When the receiver works again, replay it: the same id and the same bytes.");
  }
  if (delivery.status === "parked") {
    return callout("warn", "pause", "Parked: its endpoint is disabled", "It goes out when the endpoint is enabled again.",
      el("a", { class: "button small", href: `#/endpoints/${encodeURIComponent(delivery.endpointId)}` }, "To the endpoint"));
  }
  return null;
}

function facts(delivery) {
  const link = (path, query, text) => el("a", { href: href(path, query) }, text);
  const pairs = [
    ["Endpoint", link(`/endpoints/${encodeURIComponent(delivery.endpointId)}`, {}, delivery.endpointUrl ?? `${delivery.endpointId} (deleted)`)],
    ["Profile", delivery.profile],
    ["Event", link("/deliveries", { event: delivery.eventId }, delivery.eventId)],
    delivery.subject ? ["Subject", link("/deliveries", { subject: delivery.subject }, delivery.subject)] : null,
    delivery.tenant ? ["Tenant", delivery.tenant] : null,
    ["Happened", exact(delivery.occurredAt)],
    ["Enqueued", exact(delivery.enqueuedAt)],
    ["Scopes", delivery.event.scopes.join(", ")],
    delivery.event.orderingKey ? ["Ordering key", delivery.event.orderingKey] : null,
    delivery.event.idempotencyKey ? ["Idempotency key", delivery.event.idempotencyKey] : null,
    delivery.event.erasedAt ? ["Erased", exact(delivery.event.erasedAt)] : null,
  ];
  return el("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}
