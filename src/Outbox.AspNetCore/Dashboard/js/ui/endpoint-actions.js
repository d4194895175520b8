import { el } from "../core/dom.js";
import { post, remove } from "../core/api.js";
import { href } from "../core/router.js";
import { confirm, openDialog } from "./dialog.js";
import { openEndpointForm } from "./endpoint-form.js";
import { field, showProblem } from "./fields.js";
import { icon } from "./icons.js";
import { show as showOperation } from "./operations.js";
import { showSecret } from "./secret.js";
import { act } from "./toast.js";

/** The buttons of an endpoint's page. `current` gives the endpoint as it is when one is pressed. */
export function endpointActions(current, { changed, deleted }) {
  const { endpoint } = current();
  const path = `endpoints/${encodeURIComponent(endpoint.id)}`;
  const button = (name, image, press, extra = "") =>
    el("button", { class: `button ${extra}`.trim(), type: "button", onclick: (event) => press(event.currentTarget) }, [icon(image), name]);

  return [
    el("a", { class: "button primary", href: href("/tester", { endpoint: endpoint.id }) }, [icon("tester"), "Test"]),
    button("Edit", "pencil", () => openEndpointForm(current().endpoint, changed)),
    button("Rotate secret", "key", () => rotate(path, changed)),
    endpoint.enabled ? button("Disable", "pause", () => disable(path, changed)) : button("Enable", "play", enable),
    button("Delete", "trash", erase, "danger"),
  ];

  async function enable(pressed) {
    const answer = await act(pressed, () => post(`${path}/enable`), "The endpoint is enabled.");
    if (answer?.operation) {
      showOperation(answer.operation);
    }
    changed();
  }

  async function erase(pressed) {
    if (await confirm("Delete this endpoint?", "Its secrets are erased, and what is still owed to it is cancelled. This cannot be undone.", "Delete", { danger: true })
      && await act(pressed, () => remove(path), "The endpoint is deleted.")) {
      deleted();
    }
  }
}

function disable(path, changed) {
  ask("Disable this endpoint?", "Nothing more is sent to it. What is owed, and what comes, is parked until it is enabled again.",
    [["reason", "Reason", el("input", { required: true, placeholder: "the customer moves its receiver" }), "People read it here."]],
    "Disable", ({ reason }) => post(`${path}/disable`, { reason: reason.input.value.trim() }), changed);
}

function rotate(path, changed) {
  ask("Rotate the secret", "The one before goes on signing beside the new one where the profile's header can carry two; see the wire profiles.",
    [
      ["secret", "New secret", el("input", { type: "password", autocomplete: "new-password" }), "Empty: one is generated and shown once; of a key pair only the public key."],
      ["overlapSeconds", "The old one signs for", el("select", {}, [["", "the host's default"], ["0", "no longer"], ["3600", "1 hour"], ["86400", "24 hours"], ["604800", "7 days"]]
        .map(([value, name]) => el("option", { value }, name)))],
    ],
    "Rotate",
    ({ secret, overlapSeconds }) => post(`${path}/rotate-secret`, { secret: secret.input.value || null, overlapSeconds: overlapSeconds.input.value ? Number(overlapSeconds.input.value) : null }),
    (answer) => {
      if (answer.generatedSecret) {
        showSecret(answer.generatedSecret, answer.endpoint);
      }
      changed();
    });
}

/** A dialog with a few fields and one action; what the server refuses is said beside its field. */
function ask(title, text, wanted, action, send, done) {
  const fields = Object.fromEntries(wanted.map(([name, label, input, hint]) => [name, field(label, input, hint)]));
  fields.general = el("p", { class: "problem text-bad", role: "alert", hidden: true });
  const submit = el("button", { class: "button primary", type: "submit", form: "ask-form" }, action);
  const form = el("form", { id: "ask-form", class: "form", novalidate: true, onsubmit: go }, [
    el("p", { class: "soft" }, text), fields.general, wanted.map(([name]) => fields[name].element),
  ]);
  const { close } = openDialog(title, form, { foot: [el("button", { class: "button", type: "button", onclick: () => close() }, "Cancel"), submit], narrow: true });
  fields[wanted[0][0]].input.focus();

  async function go(event) {
    event.preventDefault();
    submit.disabled = true;
    try {
      const answer = await send(fields);
      close();
      done(answer);
    } catch (problem) {
      showProblem(fields, problem);
    } finally {
      submit.disabled = false;
    }
  }
}
