/**
 * Small boxes over the page (menus, pickers, lists): placed beside an anchor, closed by Escape or a click elsewhere.
 */
import { h, safeUrl } from "./dom.js";

const GAP = 4;
const MARGIN = 8;

/**
 * @param {HTMLElement} anchor
 * @param {HTMLElement} content
 * @param {{className?: string, label?: string, testid?: string, align?: "start" | "end"}} [options]
 * @returns {{close: () => void, node: HTMLElement}}
 */
export function openPopup(anchor, content, options = {}) {
  const node = h("div", { class: ["popup", options.className], popover: "auto", data: { testid: options.testid }, "aria-label": options.label, role: options.label ? "dialog" : undefined }, content);
  // Inside a modal dialog everything outside of it is inert, so the popup joins its anchor there.
  (anchor.closest("dialog") ?? document.body).append(node);
  node.showPopover();
  place(node, anchor, options.align ?? "start");
  anchor.setAttribute("aria-expanded", "true");
  node.addEventListener("toggle", (/** @type {any} */ event) => {
    if (event.newState !== "closed") return;
    const hadFocus = node.contains(document.activeElement);
    node.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (hadFocus) anchor.focus();
  });
  return { node, close: () => node.isConnected && node.hidePopover() };
}

/** @param {HTMLElement} node @param {HTMLElement} anchor @param {"start" | "end"} align */
function place(node, anchor, align) {
  const at = anchor.getBoundingClientRect();
  const { width, height } = node.getBoundingClientRect();
  const left = align === "start" ? at.left : at.right - width;
  const below = at.bottom + GAP + height <= innerHeight - MARGIN;
  const top = below ? at.bottom + GAP : Math.max(MARGIN, at.top - GAP - height);
  node.style.setProperty("left", `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`);
  node.style.setProperty("top", `${top}px`);
}

/**
 * @typedef {{label: string, note?: string, url?: string, testid?: string, danger?: boolean, choose: () => void}} MenuItem
 * @param {HTMLElement} anchor
 * @param {MenuItem[]} items
 */
export function openMenu(anchor, items) {
  const list = h("div", { class: "menu", role: "menu" });
  const popup = openPopup(anchor, list, { align: "end", testid: "menu" });
  for (const item of items) {
    const text = [h("span", {}, item.label), item.note && h("span", { class: "menu__note" }, item.note)];
    const choose = () => {
      popup.close();
      if (item.url && safeUrl(item.url)) window.open(item.url, "_blank", "noopener,noreferrer");
      item.choose();
    };
    list.append(h("button", { type: "button", role: "menuitem", class: ["menu__item", item.danger && "menu__item--danger"], data: { testid: item.testid }, on: { click: choose } }, text));
  }
  list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => moveFocus(event, list.querySelectorAll("button"), "vertical"));
  list.querySelector("button")?.focus();
}

/**
 * Arrow keys, Home and End within a group of controls.
 * @param {KeyboardEvent} event
 * @param {NodeListOf<HTMLElement>} controls
 * @param {"vertical" | "both"} direction
 */
export function moveFocus(event, controls, direction) {
  const items = [...controls];
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const back = event.key === "ArrowUp" || (direction === "both" && event.key === "ArrowLeft");
  const on = event.key === "ArrowDown" || (direction === "both" && event.key === "ArrowRight");
  const targets = /** @type {Record<string, number>} */ ({ Home: 0, End: items.length - 1 });
  const next = back ? at - 1 : on ? at + 1 : targets[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length)?.focus();
}
