import { get } from "./api.js";

/** Who is looking, and what this page may offer. Until the server has answered: nothing that changes anything. */
export const session = { canOperate: false, canSeePayloads: true, profiles: [], tenant: null };

export async function loadSession() {
  Object.assign(session, await get("session"));
}
