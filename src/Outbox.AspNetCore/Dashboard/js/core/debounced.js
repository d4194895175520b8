const pause = 180;

/** Calls when the person has stopped typing for a moment. */
export function debounced(callback) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => callback(...values), pause);
  };
}
