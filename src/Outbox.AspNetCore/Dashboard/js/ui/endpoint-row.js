import { el } from "../core/dom.js";
import { ago } from "../core/ago.js";
import { percent, plural } from "../core/format.js";
import { healthStrip } from "../charts/health-strip.js";
import { errorText } from "./errors.js";
import { icon } from "./icons.js";

const looks = {
  healthy: { name: "Healthy", tone: "ok", icon: "check" },
  failing: { name: "Failing", tone: "bad", icon: "alert" },
  disabled: { name: "Disabled", tone: "warn", icon: "pause" },
  draining: { name: "Draining", tone: "busy", icon: "bolt" },
  idle: { name: "Idle", tone: "mute", icon: "clock" },
};

export function healthBadge(state) {
  const look = looks[state] ?? looks.idle;
  return el("span", { class: `status tone-${look.tone}` }, [icon(look.icon), look.name]);
}

/** One endpoint in the list: what it is, how it does, and where it does not do well, why. */
export function endpointRow({ endpoint, health }) {
  return el("a", { class: "endpoint-row", href: `#/endpoints/${encodeURIComponent(endpoint.id)}`, "data-row": true }, [
    el("div", { class: "cut" }, [
      el("div", { class: "url cut" }, endpoint.url),
      el("div", { class: "meta" }, [
        el("span", { class: "tag" }, endpoint.profile),
        el("span", { class: "cut" }, endpoint.scope),
        endpoint.tenant ? el("span", { class: "cut" }, `tenant ${endpoint.tenant}`) : null,
      ]),
    ]),
    healthStrip(health.strip),
    el("div", { class: "state" }, [healthBadge(health.state), el("span", { class: "soft cut-lines" }, note(endpoint, health))]),
    el("span", { class: "open" }, icon("chevron")),
  ]);
}

function note(endpoint, health) {
  switch (health.state) {
    case "disabled": return endpoint.disabledReason;
    case "failing": return `${errorText(health.lastError)}, ${plural(health.failuresInARow, "failure")} in a row`;
    case "draining": return "what was parked is being sent";
    case "idle": return "nothing was sent yet";
    default: return [`${percent(health.successRate)} accepted, last `, ago(health.lastSuccessAt)];
  }
}
