import { address } from "./api.js";

const states = new Set();
const operationFollowers = new Set();
let source = null;
let following = null;
let state = "connecting";

/**
 * The one stream of the page: browsers allow few connections to a host, and a stream holds one as long as it lives.
 * Each page says what it follows; operations are followed always.
 */
export const live = {
  onState(callback) {
    states.add(callback);
    callback(state);
  },

  /** Calls back with each operation that changes, until the signal ends where one is given. */
  onOperation(callback, signal) {
    operationFollowers.add(callback);
    signal?.addEventListener("abort", () => operationFollowers.delete(callback));
  },

  /**
   * Follows topics until the signal ends.
   * @param handlers one function for each topic, called with its data
   */
  follow(query, handlers, signal) {
    if (signal.aborted) {
      return;
    }
    const mine = { query, handlers };
    following = mine;
    open();
    signal.addEventListener("abort", () => {
      if (following === mine) {
        following = null;
        open();
      }
    });
  },

  start: () => open(),
};

let opening = false;

/** Opens the stream anew, once for all that changed in this turn. */
function open() {
  if (opening) {
    return;
  }
  opening = true;
  queueMicrotask(() => {
    opening = false;
    source?.close();
    connect(following ?? { query: {}, handlers: {} });
  });
}

function connect({ query, handlers }) {
  const topics = [...Object.keys(handlers), "operations"].join(",");
  const mine = new EventSource(address("live", { topics, ...query }));
  source = mine;
  mine.addEventListener("open", () => tell("live"));
  mine.addEventListener("error", () => {
    if (mine !== source) {
      return;
    }
    tell("lost");
    if (mine.readyState === EventSource.CLOSED) {
      // The server refused (too many streams, or signed out): the browser will not try again by itself.
      setTimeout(() => mine === source && open(), 5000);
    }
  });
  mine.addEventListener("problem", () => tell("trouble"));
  mine.addEventListener("operation", (event) => {
    tell("live");
    const operation = JSON.parse(event.data);
    operationFollowers.forEach((callback) => callback(operation));
  });
  for (const [topic, handler] of Object.entries(handlers)) {
    mine.addEventListener(topic, (event) => {
      tell("live");
      handler(JSON.parse(event.data));
    });
  }
}

function tell(next) {
  if (next !== state) {
    state = next;
    states.forEach((callback) => callback(state));
  }
}
