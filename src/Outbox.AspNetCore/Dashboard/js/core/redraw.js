/**
 * Draws a part of the page anew. What has the focus loses it, also where it is only put back in its place; then it, or its successor, the one
 * that looks the same, gets the focus again: else a page that moves by itself would take it from whoever works with the keyboard.
 */
export function redraw(root, draw) {
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  const place = focused ? alike(root, focused).indexOf(focused) : -1;
  draw();
  if (focused && document.activeElement !== focused) {
    (focused.isConnected ? focused : alike(root, focused)[place])?.focus({ preventScroll: true });
  }
}

function alike(root, element) {
  return [...root.querySelectorAll(element.tagName)].filter((other) => nameOf(other) === nameOf(element));
}

function nameOf(element) {
  return element.getAttribute("href") ?? element.getAttribute("aria-label") ?? element.textContent;
}
