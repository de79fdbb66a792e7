/**
 * The modal: the top view of the person's stack, its values, its errors, sending it.
 */
import { surfaceFor } from "./actions.js";
import { ApiError, post } from "./api.js";
import { renderBlocks, withBlockIds } from "./blocks.js";
import { byId, fill, h } from "./dom.js";
import { focusField, setFieldError, showFieldErrors, validate } from "./field.js";
import { refresh } from "./live.js";
import { withValues } from "./prefill.js";
import { state, watch } from "./store.js";
import { plainObject, plainString } from "./text.js";

/**
 * @typedef {{view: any, depth?: number}} Modal
 * @typedef {{view: any, blocks: any[], values: import("./elements.js").Values}} Shown
 */

const TROUBLE = "We had some trouble connecting. Try again?";

/** @type {Shown | null} */
let shown = null;
let submitting = false;
/** Typed values of views that lie below the top one, by view id. @type {Map<string, any>} */
const kept = new Map();
/** Views that are closed here; an answer asked for earlier may still speak of them. @type {Set<string>} */
const closed = new Set();

/** Watch for views and wire the dialog. */
export function setUpModal() {
  const dialog = byId("modal");
  dialog.addEventListener("cancel", (/** @type {Event} */ event) => {
    event.preventDefault();
    void close(true);
  });
  byId("modal-x").addEventListener("click", () => close(true));
  byId("modal-close").addEventListener("click", () => close(false));
  byId("modal-form").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    void submit();
  });
  byId("modal-form").addEventListener("input", clearProblem);
  byId("modal-form").addEventListener("change", clearProblem);
  watch(["modal", "user"], sync);
}

/** Bring the dialog to what the server says. */
function sync() {
  const { modal } = state;
  if (!modal || closed.has(modal.view.id)) return hide();
  const { view } = modal;
  if (shown && shown.view.id === view.id && shown.view.hash === view.hash) return;
  if (shown) kept.set(shown.view.id, shown.values.read());
  draw(modal);
}

/** @param {Modal} modal */
function draw({ view, depth }) {
  const dialog = byId("modal");
  const sameView = shown?.view.id === view.id;
  const focused = sameView ? focusedAction() : "";
  const surface = surfaceFor({ view_id: view.id });
  const blocks = withBlockIds(view.blocks ?? []);
  fill(byId("modal-title"), plainObject(view.title));
  fill(byId("modal-body"), renderBlocks(withValues(blocks, kept.get(view.id)), surface));
  shown = { view, blocks, values: surface.values };
  byId("modal-close").textContent = plainString(view.close) || ((depth ?? 1) > 1 ? "Back" : "Cancel");
  const button = byId("modal-submit");
  button.hidden = !view.submit;
  button.dataset.label = plainString(view.submit) || "Submit";
  setSubmitting(false);
  showBanner("");
  dialog.dataset.viewId = view.id;
  dialog.dataset.callbackId = view.callback_id ?? "";
  if (!dialog.open) dialog.showModal();
  placeFocus(blocks, focused, sameView);
}

/** @returns {string} the test id of the control that has the focus */
function focusedAction() {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  return (byId("modal-body").contains(active) && active?.dataset.testid) || "";
}

/** @param {any[]} blocks @param {string} focused @param {boolean} sameView */
function placeFocus(blocks, focused, sameView) {
  const body = byId("modal-body");
  const again = focused && body.querySelector(`[data-testid="${CSS.escape(focused)}"]`);
  if (again) return again.focus();
  if (sameView) return;
  const wanted = blocks.find((block) => block.type === "input" && block.element?.focus_on_load) ?? blocks.find(({ type }) => type === "input");
  const field = wanted && body.querySelector(`[data-block-id="${CSS.escape(wanted.block_id)}"]`);
  if (field) focusField(field);
  body.scrollTop = 0;
}

function hide() {
  const dialog = byId("modal");
  shown = null;
  kept.clear();
  if (dialog.open) dialog.close();
}

/** @param {boolean} all the whole stack, or the top view only */
async function close(all) {
  if (!shown || submitting) return;
  const { id } = shown.view;
  try {
    await post("view_close", { user: state.user, view_id: id, clear: all });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 0) return showBanner(TROUBLE);
  }
  closed.add(id);
  await leave();
}

/** The shown view is closed: show what lies below it, or nothing. */
async function leave() {
  await refresh();
  sync();
}

async function submit() {
  if (!shown || submitting) return;
  const { view, blocks, values } = shown;
  const current = values.read();
  const problems = validate(blocks, current);
  showBanner("");
  showFieldErrors(byId("modal-form"), problems);
  if (Object.keys(problems).length) return;
  setSubmitting(true);
  try {
    await settle(view, await post("view_submit", { user: state.user, view_id: view.id, values: current }));
  } catch (error) {
    showBanner(TROUBLE, error instanceof ApiError ? error.message : String(error));
  } finally {
    setSubmitting(false);
  }
}

/**
 * @param {any} view
 * @param {any} answer of view_submit
 */
async function settle(view, answer) {
  const what = answer.response_action ?? "close";
  if (what === "errors") {
    const homeless = showFieldErrors(byId("modal-form"), answer.errors ?? {});
    if (homeless.length) showBanner(homeless.join(" "));
    return;
  }
  if (what === "close" || what === "clear") closed.add(view.id);
  await leave();
}

/** @param {boolean} on */
function setSubmitting(on) {
  submitting = on;
  const button = byId("modal-submit");
  button.disabled = on;
  byId("modal-form").setAttribute("aria-busy", String(on));
  fill(button, on && h("span", { class: "spinner", "aria-hidden": "true" }), button.dataset.label);
}

/** @param {string} message empty hides it @param {string} [detail] */
function showBanner(message, detail) {
  const banner = byId("modal-banner");
  banner.hidden = !message;
  fill(banner, message, detail && h("span", { class: "modal__banner-detail" }, detail));
}

/** @param {Event} event what is being changed is no longer wrong */
function clearProblem(event) {
  const field = /** @type {HTMLElement} */ (event.target).closest(".field--invalid");
  if (field) setFieldError(field, "");
}
