const root = new URL("api/", document.baseURI);

/** What the server said instead of an answer: the problem's detail as the message, and the field that it is about. */
export class ApiProblem extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.status = status;
    this.field = problem.field ?? null;
  }
}

export const get = (path, query, signal) => call("GET", path, { query, signal });
export const post = (path, body, signal) => call("POST", path, { body, signal });
export const put = (path, body, signal) => call("PUT", path, { body, signal });
export const remove = (path, signal) => call("DELETE", path, { signal });

/** The address of a resource; the parts of a path are escaped. */
export function address(path, query = {}) {
  const url = new URL(path, root);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") {
      url.searchParams.set(name, value);
    }
  }
  return url;
}

async function call(method, path, { query, body, signal }) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") {
    headers["X-Outbox-Request"] = "1";
  }
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  const response = await reach(address(path, query), { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!response.ok) {
    throw new ApiProblem(response.status, await problemOf(response));
  }
  return response.status === 204 ? null : response.json();
}

async function reach(url, options) {
  try {
    return await fetch(url, { credentials: "same-origin", redirect: "error", ...options });
  } catch (error) {
    if (options.signal?.aborted) {
      throw error;
    }
    throw new ApiProblem(0, { detail: "The server cannot be reached. Is the host running, and are you still signed in?" });
  }
}

async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return { 401: { detail: "You are not signed in any more." }, 403: { detail: "You may look, but not change anything here." } }[response.status] ?? {};
  }
}
