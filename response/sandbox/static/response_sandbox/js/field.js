/**
 * The `input` block: label, element, hint and the error beside it.
 */
import { h, uniqueId } from "./dom.js";
import { renderElement } from "./elements.js";
import { length } from "./inputs.js";
import { plainObject, plainString, textObject } from "./text.js";

/**
 * @typedef {import("./blocks.js").Surface} Surface
 */

/**
 * @param {any} block
 * @param {Surface} surface
 * @returns {HTMLElement}
 */
export function renderField(block, surface) {
  const blockId = block.block_id;
  const dispatch = block.dispatch_action ? (/** @type {any} */ done) => surface.dispatch(blockId, done) : undefined;
  const rendered = renderElement(block.element, { blockId, values: surface.values, dispatch });
  const { control } = rendered;
  control.removeAttribute("aria-label");
  control.id = uniqueId("field");
  const grouped = control.getAttribute("role") !== null;
  const labelId = `${control.id}-label`;
  const optional = block.optional && h("span", { class: "field__optional" }, " (optional)");
  const label = h(grouped ? "div" : "label", { class: "field__label", id: labelId, for: grouped ? undefined : control.id }, plainObject(block.label), optional);
  if (grouped) control.setAttribute("aria-labelledby", labelId);
  else if (!block.optional) control.setAttribute("aria-required", "true");
  const hint = block.hint && h("p", { class: "field__hint", id: `${control.id}-hint` }, textObject(block.hint));
  const error = h("p", { class: "field__error", id: `${control.id}-error`, role: "alert", data: { testid: `error-${blockId}` }, hidden: true });
  control.setAttribute("aria-describedby", [hint && hint.id, error.id].filter(Boolean).join(" "));
  return h("div", { class: "field", data: { testid: `field-${blockId}` } }, label, rendered.node, error, hint);
}

/**
 * @param {HTMLElement} form
 * @param {Record<string, string>} errors message by block id; fields that are not in it are cleared
 * @returns {string[]} messages whose block is no input of this form
 */
export function showFieldErrors(form, errors) {
  const left = new Map(Object.entries(errors));
  let first = true;
  for (const field of form.querySelectorAll(".field")) {
    const blockId = /** @type {HTMLElement} */ (field).dataset.blockId ?? "";
    const message = left.get(blockId) ?? "";
    left.delete(blockId);
    setFieldError(field, message);
    if (message && first) {
      focusField(field);
      first = false;
    }
  }
  return [...left.values()];
}

/** @param {Element} field @param {string} message empty clears it */
export function setFieldError(field, message) {
  const error = /** @type {HTMLElement} */ (field.querySelector(".field__error"));
  error.hidden = !message;
  error.textContent = message;
  field.classList.toggle("field--invalid", Boolean(message));
  field.querySelector("[aria-describedby]")?.setAttribute("aria-invalid", String(Boolean(message)));
}

/** @param {Element} field puts the focus on what can take it */
export function focusField(field) {
  /** @type {HTMLElement | null} */
  const control = field.querySelector("input:checked") ?? field.querySelector("input, textarea, select");
  control?.focus();
}

/**
 * What Slack itself checks before it submits.
 * @param {any[]} blocks of the view
 * @param {Record<string, Record<string, any>>} values
 * @returns {Record<string, string>} message by block id
 */
export function validate(blocks, values) {
  /** @type {Record<string, string>} */
  const errors = {};
  for (const block of blocks.filter(({ type }) => type === "input")) {
    const message = fieldProblem(block, values[block.block_id]?.[block.element.action_id] ?? {});
    if (message) errors[block.block_id] = message;
  }
  return errors;
}

/** @param {any} block @param {any} value @returns {string} empty when all is well */
function fieldProblem(block, value) {
  const { type, ...rest } = value;
  const content = Object.values(rest)[0];
  const empty = content === null || content === undefined || content.length === 0 || (typeof content === "string" && !content.trim());
  if (empty) return block.optional ? "" : "Please complete this required field.";
  if (typeof content !== "string") return "";
  return block.element.type === "number_input" ? numberProblem(block.element, content) : textProblem(block.element, content);
}

/** @param {any} element @param {string} text */
function textProblem(element, text) {
  const count = length(text);
  if (element.max_length && count > element.max_length) return `Use at most ${element.max_length} characters (it has ${count} now).`;
  if (element.min_length && count < element.min_length) return `Use at least ${element.min_length} characters.`;
  if (element.type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return "Enter an e-mail address, like ana@example.com.";
  if (element.type === "url_text_input" && !URL.canParse(text)) return "Enter a link, like https://example.com.";
  return "";
}

/** @param {any} element @param {string} text */
function numberProblem(element, text) {
  const number = Number(text);
  if (Number.isNaN(number)) return "Enter a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Enter a whole number.";
  if (element.min_value !== undefined && number < Number(element.min_value)) return `Enter ${plainString(element.min_value)} or more.`;
  if (element.max_value !== undefined && number > Number(element.max_value)) return `Enter ${plainString(element.max_value)} or less.`;
  return "";
}
