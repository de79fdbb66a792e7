/**
 * The two drawers at the right: faults, and what Slack sees. One is open at a time.
 */
import { byId } from "./dom.js";

/** @typedef {"faults" | "log"} DrawerName */

/** @type {Record<string, (open: boolean) => void>} */
const listeners = {};

/**
 * @param {DrawerName} name
 * @param {(open: boolean) => void} changed called when it opens and closes
 */
export function setUpDrawer(name, changed) {
  const drawer = byId(`${name}-drawer`);
  listeners[name] = changed;
  byId(`${name}-toggle`).addEventListener("click", () => setDrawer(name, drawer.hidden));
  byId(`${name}-close`).addEventListener("click", () => setDrawer(name, false));
  drawer.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && setDrawer(name, false));
}

/** @param {DrawerName} name @param {boolean} open */
export function setDrawer(name, open) {
  const drawer = byId(`${name}-drawer`);
  const toggle = byId(`${name}-toggle`);
  if (open) Object.keys(listeners).filter((other) => other !== name).forEach((other) => setDrawer(/** @type {DrawerName} */ (other), false));
  if (drawer.hidden === !open) return;
  const hadFocus = drawer.contains(document.activeElement);
  drawer.hidden = !open;
  toggle.setAttribute("aria-expanded", String(open));
  document.body.classList.toggle("drawer-open", open);
  if (open) {
    document.body.classList.remove("sidebar-open");
    drawer.focus();
  } else if (hadFocus) toggle.focus();
  listeners[name]?.(open);
}
