const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * Makes an element. Strings and numbers among the children become text nodes, so nothing that a server sent can ever be markup;
 * null, undefined and false are left out.
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, tag), attributes, children);
}

/** Replaces what is in an element. */
export function put(parent, ...children) {
  parent.replaceChildren(...nodes(children));
  return parent;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    set(element, name, value);
  }
  element.append(...nodes(children));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) {
    return;
  }
  if (name.startsWith("on")) {
    element.addEventListener(name.slice(2), value);
  } else if (name === "value" || name === "checked" || name === "disabled") {
    element[name] = value;
  } else {
    element.setAttribute(name, value === true ? "" : value);
  }
}

function nodes(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}
