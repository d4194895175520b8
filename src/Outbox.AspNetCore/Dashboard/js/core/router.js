/**
 * Routes by the hash, so that the dashboard works below any path and needs nothing of the server.
 * A page is a function (root, { params, query, signal }); the signal ends what the page began when the reader goes on.
 */
export class Router {
  #routes = [];
  #leaving = new AbortController();
  #shown = () => {};

  add(pattern, page, name) {
    const names = [];
    const text = pattern.replace(/:(\w+)/g, (_, parameter) => (names.push(parameter), "([^/]+)"));
    this.#routes.push({ expression: new RegExp(`^${text}$`), names, page, name });
    return this;
  }

  /** Calls back with the route's name after each change of page. */
  onShown(callback) {
    this.#shown = callback;
    return this;
  }

  start(root) {
    const show = () => this.#show(root);
    addEventListener("hashchange", show);
    show();
  }

  #show(root) {
    const [path, search] = (location.hash.slice(1) || "/").split("?", 2);
    this.#leaving.abort();
    this.#leaving = new AbortController();
    const route = this.#find(path) ?? this.#find("/not-found");
    root.replaceChildren();
    this.#shown(route.name);
    route.page(root, { params: route.params, query: new URLSearchParams(search), signal: this.#leaving.signal });
  }

  #find(path) {
    for (const { expression, names, page, name } of this.#routes) {
      const match = expression.exec(path);
      if (match) {
        const params = Object.fromEntries(names.map((parameter, index) => [parameter, decode(match[index + 1])]));
        return { page, name, params };
      }
    }
    return null;
  }
}

/** The hash of a page with a query; parts that are empty are left out. */
export function href(path, query = {}) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== ""));
  return `#${path}${search.size ? `?${search}` : ""}`;
}

/** Goes to a page. */
export function go(path, query) {
  location.hash = href(path, query);
}

/** Writes the query into the address without leaving the page, so that a reload or a shared link shows the same. */
export function remember(path, query) {
  history.replaceState(null, "", href(path, query));
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
