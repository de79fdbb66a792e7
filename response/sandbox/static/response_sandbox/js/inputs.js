/**
 * Block Kit's elements that take typed values: text, numbers, addresses, dates and times.
 */
import { h } from "./dom.js";
import { plainString } from "./text.js";
import { isoMinute, toDate } from "./time.js";

/**
 * @typedef {import("./elements.js").Context} Context
 * @typedef {import("./elements.js").Rendered} Rendered
 */

const HTML_TYPES = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "text" };
const TYPING_PAUSE_MS = 600;

/**
 * @param {any} element plain_text_input, email_text_input, url_text_input or number_input
 * @param {Context} context
 * @returns {Rendered}
 */
export function renderTextInput(element, context) {
  const props = { class: "input", value: element.initial_value ?? "", placeholder: plainString(element.placeholder), autocomplete: "off" };
  const type = HTML_TYPES[/** @type {keyof typeof HTML_TYPES} */ (element.type)];
  const control = element.multiline
    ? h("textarea", { ...props, class: "input input--multiline", rows: 4 })
    : h("input", { ...props, type, inputmode: element.type === "number_input" ? "decimal" : undefined });
  const payload = () => ({ value: control.value === "" ? null : control.value });
  dispatchTyping(element, context, control, payload);
  const limit = element.max_length;
  const counter = limit ? h("span", { class: "counter", data: { testid: `counter-${context.blockId}` }, "aria-live": "polite" }) : null;
  const count = () => {
    const left = limit - length(control.value);
    counter.textContent = String(left);
    counter.classList.toggle("counter--over", left < 0);
    counter.classList.toggle("counter--quiet", left > limit / 2);
    counter.setAttribute("aria-label", left < 0 ? `${-left} characters too many` : `${left} characters left`);
  };
  if (counter) {
    control.addEventListener("input", count);
    count();
  }
  const node = counter ? h("div", { class: "input-with-counter" }, control, counter) : control;
  return { node, control, read: payload };
}

/** @param {string} text @returns {number} characters as people count them, not UTF-16 units */
export function length(text) {
  return [...text].length;
}

/**
 * Typed text makes block_actions on Enter, or at each character when the element asks for it.
 * @param {any} element
 * @param {Context} context
 * @param {HTMLInputElement | HTMLTextAreaElement} control
 * @param {() => any} payload
 */
function dispatchTyping(element, context, control, payload) {
  if (!context.dispatch) return;
  const { dispatch } = context;
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const fire = () => dispatch({ element, payload: payload(), control, undo: () => {} });
  let timer = 0;
  if (when.includes("on_character_entered")) {
    control.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(fire, TYPING_PAUSE_MS);
    });
  }
  if (when.includes("on_enter_pressed")) {
    control.addEventListener("keydown", (/** @type {any} */ event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      fire();
    });
  }
}

/** Each picker: the HTML input's type, its start value, and what payloads hold. */
const PICKERS = {
  datepicker: {
    type: "date",
    start: (/** @type {any} */ element) => element.initial_date ?? "",
    payload: (/** @type {string} */ value) => ({ selected_date: value || null }),
  },
  timepicker: {
    type: "time",
    start: (/** @type {any} */ element) => element.initial_time ?? "",
    payload: (/** @type {string} */ value) => ({ selected_time: value || null }),
  },
  datetimepicker: {
    type: "datetime-local",
    start: (/** @type {any} */ element) => (element.initial_date_time ? isoMinute(toDate(element.initial_date_time)) : ""),
    payload: (/** @type {string} */ value) => ({ selected_date_time: value ? Math.floor(new Date(value).getTime() / 1000) : null }),
  },
};

/**
 * @param {any} element datepicker, timepicker or datetimepicker
 * @param {Context} context
 * @returns {Rendered}
 */
export function renderPicker(element, context) {
  const picker = PICKERS[/** @type {keyof typeof PICKERS} */ (element.type)];
  const control = h("input", { class: "input input--picker", type: picker.type, value: picker.start(element) });
  const payload = () => picker.payload(control.value);
  let sent = control.value;
  let timer = 0;
  const fire = () => {
    clearTimeout(timer);
    if (!context.dispatch || control.value === sent || !control.value) return;
    const before = sent;
    sent = control.value;
    context.dispatch({ element, payload: payload(), control, undo: () => (control.value = sent = before) });
  };
  control.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(fire, TYPING_PAUSE_MS);
  });
  control.addEventListener("blur", fire);
  return { node: control, control, read: payload };
}

/**
 * rich_text_input without formatting: what is typed becomes one section of text.
 * @param {any} element
 * @returns {Rendered}
 */
export function renderRichTextInput(element) {
  const props = { class: "input input--multiline", rows: 4, placeholder: plainString(element.placeholder) };
  const start = element.initial_value?.elements?.flatMap((/** @type {any} */ part) => part.elements ?? []) ?? [];
  const control = h("textarea", { ...props, value: start.map((/** @type {any} */ leaf) => leaf.text ?? "").join("") });
  const section = () => ({ type: "rich_text_section", elements: [{ type: "text", text: control.value }] });
  const read = () => ({ rich_text_value: control.value ? { type: "rich_text", elements: [section()] } : null });
  return { node: control, control, read };
}
