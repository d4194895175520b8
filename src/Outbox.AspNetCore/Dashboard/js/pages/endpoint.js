import { el, put } from "../core/dom.js";
import { get } from "../core/api.js";
import { ago } from "../core/ago.js";
import { redraw } from "../core/redraw.js";
import { capped, duration, percent, stamp } from "../core/format.js";
import { live } from "../core/live.js";
import { go, href } from "../core/router.js";
import { session } from "../core/session.js";
import { healthStrip } from "../charts/health-strip.js";
import { activityCharts } from "../ui/activity-charts.js";
import { drainCard } from "../ui/drain-card.js";
import { endpointActions } from "../ui/endpoint-actions.js";
import { healthBadge } from "../ui/endpoint-row.js";
import { errorText } from "../ui/errors.js";
import { recentList } from "../ui/overview-lists.js";
import { card, pageHead, segments } from "../ui/page.js";
import { callout, failure, skeleton } from "../ui/states.js";

const windows = [["1h", "1 hour"], ["24h", "24 hours"], ["7d", "7 days"]];

/** One endpoint: how it does, why it is disabled, what is owed to it, and everything an operator may do with it. */
export function endpointPage(root, { params, signal }) {
  let window = "24h";
  let following = new AbortController();
  let shown = null;
  const head = el("div");
  const notices = el("div", { class: "stack" });
  const charts = activityCharts();
  const health = el("div");
  const about = el("div");
  const recent = el("div");
  const drain = drainCard(params.id, signal);
  signal.addEventListener("abort", () => following.abort());
  put(root, skeleton([54, 120, 240]));
  load(true);

  async function load(first) {
    following.abort();
    following = new AbortController();
    const mine = following.signal;
    try {
      const [one, activity, page] = await Promise.all([
        get(`endpoints/${encodeURIComponent(params.id)}`, {}, mine),
        get("activity", { endpoint: params.id, window }, mine),
        get("deliveries", { endpoint: params.id, limit: 8 }, mine),
      ]);
      if (first) {
        frame();
      }
      show(one);
      charts.show(activity.series);
      const rows = recentList(recent, page.items);
      live.follow({ endpoint: params.id, window, limit: 8 }, { endpoint: show, activity: (next) => charts.show(next.series), deliveries: rows.change }, mine);
    } catch (problem) {
      if (!mine.aborted) {
        put(root, pageHead("Endpoint", { crumbs: [["Endpoints", "#/endpoints"]] }), failure(problem, () => load(true)));
      }
    }
  }

  function frame() {
    put(root, [
      head,
      el("div", { class: "stack" }, [
        notices,
        drain.element,
        el("div", { class: "columns wide-left" }, [card("Recent attempts", health), card("About", about)]),
        el("div", { class: "row" }, [el("h2", { class: "grow" }, "Activity"), segments("Window", windows, window, (chosen) => { window = chosen; load(false); })]),
        charts.element,
        card("Latest deliveries", recent, { flush: true, aside: el("a", { class: "small", href: href("/deliveries", { endpoint: params.id }) }, "All of this endpoint") }),
      ]),
    ]);
  }

  function show(one) {
    shown = one;
    const { endpoint } = one;
    redraw(head, () => put(head, pageHead(hostOf(endpoint.url), {
      lead: endpoint.url,
      beside: healthBadge(one.health.state),
      crumbs: [["Endpoints", "#/endpoints"]],
      actions: session.canOperate ? endpointActions(() => shown, { changed: () => load(false), deleted: () => go("/endpoints") }) : [],
    })));
    put(notices, noticesOf(one));
    redraw(health, () => put(health, healthOf(one)));
    put(about, facts(endpoint));
    drain.show(one);
  }
}

function noticesOf({ endpoint, health, backlog }) {
  return [
    endpoint.enabled ? null : callout("warn", "pause", ["Disabled ", ago(endpoint.disabledAt), `: ${endpoint.disabledReason}`],
      `Nothing is sent. ${capped(backlog.parked)} deliveries are parked and go out, oldest first and paced, when it is enabled again.`),
    health.state === "failing" ? callout("bad", "alert", `${errorText(health.lastError)}, ${health.failuresInARow} times in a row`,
      health.lastSuccessAt ? ["It last accepted a delivery ", ago(health.lastSuccessAt), "."] : "It has not accepted a delivery yet.") : null,
    endpoint.enabled && endpoint.blockedUntil && Date.parse(endpoint.blockedUntil) > Date.now()
      ? callout("warn", "clock", "Left alone because it fails", ["One delivery tries it again ", ago(endpoint.blockedUntil), "; what is owed meanwhile waits and spends no tries."]) : null,
    endpoint.previousSecretUntil && Date.parse(endpoint.previousSecretUntil) > Date.now()
      ? callout("wait", "key", "Two secrets sign at present", ["The one before stops ", ago(endpoint.previousSecretUntil), "."]) : null,
  ];
}

function healthOf({ endpoint, health, backlog }) {
  const query = { endpoint: endpoint.id };
  return el("div", { class: "stack" }, [
    el("div", { class: "big-strip" }, healthStrip(health.strip)),
    el("div", { class: "strip-ends small faint" }, [el("span", {}, "older"), el("span", {}, "the last attempt")]),
    el("div", { class: "numbers" }, [
      number("Accepted, 24 h", percent(health.successRate)),
      number("Median", duration(health.p50Ms)),
      number("p95", duration(health.p95Ms)),
      number("Waiting", sum(backlog.ready, backlog.scheduled), href("/deliveries", { ...query, status: "waiting" })),
      number("Parked", capped(backlog.parked), href("/deliveries", { ...query, status: "parked" })),
      number("Exhausted", capped(backlog.exhausted), href("/deliveries", { ...query, status: "exhausted" })),
    ]),
  ]);
}

function number(name, value, link) {
  return el(link ? "a" : "div", { class: "one-number", href: link }, [el("span", { class: "small soft" }, name), el("b", {}, value)]);
}

function facts(endpoint) {
  const pairs = [
    ["Id", el("code", {}, endpoint.id)],
    ["Listens to", endpoint.scope],
    ["Profile", endpoint.profile],
    ["Tenant", endpoint.tenant ?? "the platform's own"],
    ["Event types", endpoint.eventTypes.length ? endpoint.eventTypes.join(", ") : "all of its scope"],
    endpoint.publicKey ? ["Public key", el("code", {}, endpoint.publicKey)] : ["Secret", endpoint.secretHint ? el("code", {}, `…${endpoint.secretHint}`) : "none, sent unsigned"],
    ["Transcripts", endpoint.shipTranscript ? "sent" : "left out"],
    endpoint.maxInFlight ? ["Requests at once", String(endpoint.maxInFlight)] : null,
    endpoint.maxPerSecond ? ["Paced to", `${endpoint.maxPerSecond} a second`] : null,
    endpoint.expiresAt ? ["Expires", stamp(endpoint.expiresAt)] : null,
    ["Registered", ago(endpoint.createdAt)],
  ];
  return el("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function sum(one, other) {
  return capped({ count: one.count + other.count, capped: one.capped || other.capped });
}

function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
