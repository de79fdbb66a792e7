/**
 * Builds DOM nodes. Data becomes text nodes and attribute values only: markup cannot be passed in.
 */

const PROPERTIES = new Set(["value", "checked", "selected", "disabled", "readOnly", "required", "indeterminate"]);
const SAFE_PROTOCOLS = new Set(["http:", "https:", "mailto:", "slack:"]);

/**
 * @typedef {object} Props
 * @property {string | false | null | (string | false | null | undefined)[]} [class]
 * @property {Record<string, (event: any) => void>} [on] listeners by event name
 * @property {Record<string, string | number | undefined>} [data] data-* attributes
 * @property {Record<string, string>} [vars] CSS custom properties, set through CSSOM (a CSP forbids style="")
 */

/**
 * @param {string} tag
 * @param {Props & Record<string, any>} [props] anything else is an attribute; false, null and undefined leave it out
 * @param {...(Node | string | number | null | undefined | false | any[])} children
 * @returns {any} the element
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  append(node, children);
  return node;
}

/**
 * @param {HTMLElement} node
 * @param {string} name
 * @param {any} value
 */
function setProp(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "class") node.className = [value].flat().filter(Boolean).join(" ");
  else if (name === "on") Object.entries(value).forEach(([type, fn]) => node.addEventListener(type, /** @type {any} */ (fn)));
  else if (name === "data") Object.entries(value).forEach(([key, v]) => v !== undefined && (node.dataset[key] = String(v)));
  else if (name === "vars") Object.entries(value).forEach(([key, v]) => node.style.setProperty(key, String(v)));
  else if (PROPERTIES.has(name)) /** @type {any} */ (node)[name] = value;
  else if (name === "href") setHref(node, String(value));
  else if (name.startsWith("on") || name === "style") throw new Error(`h() takes no attribute ${name}`);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** @param {HTMLElement} node @param {string} url */
function setHref(node, url) {
  const safe = safeUrl(url);
  if (safe) node.setAttribute("href", safe);
}

/**
 * @param {Node} node
 * @param {any[]} children
 */
export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/**
 * Empty a node and fill it anew.
 * @param {Element} node
 * @param {...any} children
 */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
}

/**
 * @param {string} url
 * @returns {string | null} the URL when it cannot run script (an absolute http, https, mailto or slack URL), else null
 */
export function safeUrl(url) {
  try {
    return SAFE_PROTOCOLS.has(new URL(url).protocol) ? url : null;
  } catch {
    return null;
  }
}

/**
 * A link that opens elsewhere and gives the other site no handle on this page.
 * @param {string} url
 * @param {...any} children
 * @returns {HTMLElement} a span when the URL is not a safe one
 */
export function externalLink(url, ...children) {
  if (!safeUrl(url)) return h("span", {}, children);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children);
}

let lastId = 0;

/** @param {string} prefix @returns {string} an id not yet used on the page */
export function uniqueId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/**
 * @param {string} id
 * @returns {any} the element of the template with that id
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the template has no #${id}`);
  return node;
}
