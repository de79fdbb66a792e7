/**
 * What a person does with an interactive element, sent as `action`.
 */
import { ApiError, post } from "./api.js";
import { askConfirm } from "./confirm.js";
import { h } from "./dom.js";
import { Values } from "./elements.js";
import { refresh } from "./live.js";
import { state } from "./store.js";

/**
 * @typedef {import("./elements.js").Dispatched} Dispatched
 * @typedef {import("./blocks.js").Surface} Surface
 */

/**
 * @param {object} source what tells the server where the element is: {channel, message_ts, ephemeral} or {view_id}
 * @returns {Surface}
 */
export function surfaceFor(source) {
  const values = new Values();
  return { values, dispatch: (blockId, done) => perform(source, values, blockId, done) };
}

/**
 * @param {object} source
 * @param {Values} values
 * @param {string} blockId
 * @param {Dispatched} done
 */
async function perform(source, values, blockId, done) {
  const { element, payload, control, undo } = done;
  if (control.getAttribute("aria-busy") === "true") return;
  if (element.confirm && !(await askConfirm(element.confirm))) {
    undo();
    control.focus();
    return;
  }
  const action = { type: element.type, block_id: blockId, action_id: element.action_id, ...payload };
  clearError(control);
  control.setAttribute("aria-busy", "true");
  try {
    await post("action", { user: state.user, ...source, action, state_values: values.read() });
  } catch (error) {
    showError(control, error instanceof ApiError ? error.message : String(error));
  } finally {
    control.removeAttribute("aria-busy");
    refresh();
  }
}

/** @param {HTMLElement} control @returns {Element | null} the block, or what stands for it */
function placeOf(control) {
  return control.closest(".block") ?? control.parentElement;
}

/** @param {HTMLElement} control */
function clearError(control) {
  const next = placeOf(control)?.nextElementSibling;
  if (next?.classList.contains("action-error")) next.remove();
}

/** @param {HTMLElement} control @param {string} message */
function showError(control, message) {
  clearError(control);
  placeOf(control)?.after(h("p", { class: "action-error", role: "alert", data: { testid: "action-error" } }, message));
}
