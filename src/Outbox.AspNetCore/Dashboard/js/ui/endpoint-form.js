import { el } from "../core/dom.js";
import { get, post, put as send } from "../core/api.js";
import { openDialog } from "./dialog.js";
import { checkBox, field, showProblem } from "./fields.js";
import { eventTypesField } from "./event-types-field.js";
import { showSecret } from "./secret.js";
import { toast } from "./toast.js";

/**
 * Registers an endpoint, or changes one.
 * @param endpoint the one to change; null: a new one
 * @param done called with the endpoint as it then is
 */
export async function openEndpointForm(endpoint, done) {
  let profiles;
  try {
    profiles = (await get("profiles")).items;
  } catch (problem) {
    toast(problem.message, { bad: true });
    return;
  }
  const fields = build(endpoint, profiles);
  const submit = el("button", { class: "button primary", type: "submit", form: "endpoint-form" }, endpoint ? "Save" : "Register");
  const cancel = el("button", { class: "button", type: "button", onclick: () => close() }, "Cancel");
  const form = el("form", { id: "endpoint-form", class: "form", novalidate: true, onsubmit: save }, fields.elements);
  const { close } = openDialog(endpoint ? "Edit endpoint" : "Register an endpoint", form, { foot: [cancel, submit] });
  fields.url.input.focus();

  async function save(event) {
    event.preventDefault();
    submit.disabled = true;
    try {
      const body = fields.body();
      const answer = endpoint ? await send(`endpoints/${endpoint.id}`, body) : await post("endpoints", body);
      close();
      toast(endpoint || !answer.created ? "The endpoint was changed." : "The endpoint is registered.");
      if (answer.generatedSecret) {
        showSecret(answer.generatedSecret, answer.endpoint);
      }
      done(answer.endpoint);
    } catch (problem) {
      showProblem(fields, problem);
    } finally {
      submit.disabled = false;
    }
  }
}

function build(endpoint, profiles) {
  const known = (name) => profiles.find((profile) => profile.name === name);
  const url = field("URL", el("input", { type: "url", value: endpoint?.urlMasked ? "" : (endpoint?.url ?? ""), placeholder: "https://hooks.example.com/calls", required: true }), "Public and https. It receives the POSTs.");
  const scope = field("Listens to", el("input", { value: endpoint?.scope ?? "", placeholder: "number:+16473705600", required: true }), "all, number:…, campaign:…, call:… or tenant:…");
  const profile = field("Profile", el("select", { onchange: () => profileChosen() }, profiles.map(({ name }) => el("option", { value: name }, name))));
  const tenant = field("Tenant", el("input", { value: endpoint?.tenant ?? "", placeholder: "none" }), "It receives only this tenant's events.");
  const secret = field("Secret", el("input", { type: "password", autocomplete: "new-password", placeholder: endpoint?.publicKey ? "keeps the key pair" : endpoint?.secretHint ? `keeps the one that ends in ${endpoint.secretHint}` : "" }));
  const types = eventTypesField(endpoint?.eventTypes ?? []);
  const limit = field("Requests at once", el("input", { type: "number", min: "1", value: endpoint?.maxInFlight ?? "", placeholder: "as the host's options say" }));
  const pace = field("Deliveries a second", el("input", { type: "number", min: "1", value: endpoint?.maxPerSecond ?? "", placeholder: "as many as come" }));
  const transcript = checkBox("Send transcripts", endpoint?.shipTranscript ?? true);
  const general = el("p", { class: "problem", role: "alert", hidden: true });
  profile.input.value = endpoint?.profile ?? profiles.at(-1)?.name ?? "standard";
  profileChosen();

  function profileChosen() {
    const chosen = known(profile.input.value);
    secret.say(endpoint ? "Leave it empty to keep the one there is." : secretRule(chosen));
    types.offer(chosen?.eventTypes);
  }

  return {
    url, scope, profile, tenant, secret, eventTypes: types, maxInFlight: limit, maxPerSecond: pace, general,
    elements: [
      general, url.element,
      el("div", { class: "pair" }, [scope.element, profile.element]),
      el("div", { class: "pair" }, [tenant.element, secret.element]),
      types.element,
      el("div", { class: "pair" }, [limit.element, pace.element]),
      transcript.element,
    ],
    body: () => ({
      url: url.input.value.trim(),
      scope: scope.input.value.trim(),
      profile: profile.input.value,
      tenant: tenant.input.value.trim() || null,
      secret: secret.input.value || null,
      eventTypes: types.value(),
      shipTranscript: transcript.input.checked,
      maxInFlight: limit.input.value ? Number(limit.input.value) : null,
      maxPerSecond: pace.input.value ? Number(pace.input.value) : null,
      expiresAt: endpoint?.expiresAt ?? null,
      enabled: null,
    }),
  };
}

function secretRule(profile) {
  const least = profile?.secretMinimumLength;
  return {
    generated: "Empty: one is generated and shown once.",
    required: `The customer's own, ${least} characters or more.`,
    optional: `Optional; ${least} characters or more. Without one, nothing is signed.`,
  }[profile?.secret] ?? "";
}
