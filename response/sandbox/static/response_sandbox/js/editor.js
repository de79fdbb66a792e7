/**
 * Editing one's own message in its place.
 */
import { ApiError, post } from "./api.js";
import { h } from "./dom.js";
import { refresh } from "./live.js";
import { toTyped } from "./mrkdwn.js";
import { knownNames } from "./people.js";
import { state } from "./store.js";

/** @typedef {import("./store.js").Message} Message */

/**
 * @param {HTMLElement} button inside the message
 * @param {Message} message
 * @param {string} channel
 */
export function openEditor(button, message, channel) {
  const node = /** @type {HTMLElement} */ (button.closest(".message"));
  const content = /** @type {HTMLElement} */ (node.querySelector(".message__content"));
  if (node.dataset.editing) return;
  const box = h("textarea", { class: "input editor__box", rows: 2, value: toTyped(message.text ?? "", knownNames), "aria-label": "Edit message", data: { testid: "edit-box" } });
  const error = h("p", { class: "error-line", role: "alert", hidden: true });
  const cancel = h("button", { type: "button", class: "button", data: { testid: "edit-cancel" } }, "Cancel");
  const save = h("button", { type: "submit", class: "button button--primary", data: { testid: "edit-save" } }, "Save");
  const form = h("form", { class: "editor" }, box, error, h("div", { class: "editor__buttons" }, cancel, save));
  const close = () => {
    form.remove();
    content.hidden = false;
    delete node.dataset.editing;
    node.focus();
    void refresh();
  };
  node.dataset.editing = "true";
  content.hidden = true;
  content.after(form);
  cancel.addEventListener("click", close);
  form.addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    save.disabled = true;
    try {
      if (box.value.trim()) await post("edit", { user: state.user, channel, ts: message.ts, text: box.value });
      close();
    } catch (problem) {
      error.hidden = false;
      error.textContent = problem instanceof ApiError ? problem.message : String(problem);
      save.disabled = false;
    }
  });
  box.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") close();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  box.focus();
}
