/**
 * Short notices that go away by themselves.
 */
import { ApiError } from "./api.js";
import { byId, h } from "./dom.js";
import { icon } from "./icons.js";

const LIFETIME_MS = 7000;

/**
 * @param {(string | Node)[]} content
 * @param {{kind?: "info" | "error", open?: () => void}} [options] open: what a click on it does
 */
export function showToast(content, options = {}) {
  const body = options.open
    ? h("button", { type: "button", class: "toast__body toast__body--link", on: { click: () => { toast.remove(); options.open?.(); } } }, content)
    : h("div", { class: "toast__body" }, content);
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", on: { click: () => toast.remove() } }, icon("close"));
  const toast = h("div", { class: ["toast", `toast--${options.kind ?? "info"}`], role: options.kind === "error" ? "alert" : "status", data: { testid: "toast" } }, body, close);
  byId("toasts").append(toast);
  setTimeout(() => toast.remove(), LIFETIME_MS);
}

/**
 * Do something whose failure the person only needs to read.
 * @param {() => Promise<any>} work
 * @returns {Promise<boolean>} whether it went well
 */
export async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    showToast([error.message], { kind: "error" });
    return false;
  }
}
