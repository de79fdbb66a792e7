/**
 * Block Kit's interactive elements by type, and the values of those that have one.
 */
import { renderOptionList, renderSelect } from "./choices.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { imageNode } from "./images.js";
import { renderPicker, renderRichTextInput, renderTextInput } from "./inputs.js";
import { openMenu } from "./popup.js";
import { plainObject, plainString } from "./text.js";

/**
 * @typedef {{element: any, payload: any, control: HTMLElement, undo: () => void}} Dispatched what a person did
 * @typedef {object} Context
 * @property {string} blockId
 * @property {(done: Dispatched) => void} [dispatch] missing where an element only holds a value (an input block)
 * @property {Values} [values] where elements put their values
 *
 * @typedef {object} Rendered
 * @property {HTMLElement} node
 * @property {HTMLElement} control what a label, an error and a test id belong to
 * @property {HTMLElement} [focusable] what takes the focus, if it is not the control
 * @property {() => any} [read] the value as Slack's `state.values` holds it, without its type
 */

/** The elements of a message or view that have a value. */
export class Values {
  constructor() {
    /** @type {Map<string, {blockId: string, element: any, rendered: Rendered}>} */
    this.entries = new Map();
  }

  /** @param {string} blockId @param {any} element @param {Rendered} rendered */
  add(blockId, element, rendered) {
    this.entries.set(JSON.stringify([blockId, element.action_id]), { blockId, element, rendered });
  }

  /** @returns {Record<string, Record<string, any>>} `state.values` */
  read() {
    /** @type {Record<string, Record<string, any>>} */
    const values = {};
    for (const { blockId, element, rendered } of this.entries.values()) {
      values[blockId] ??= {};
      values[blockId][element.action_id] = { type: element.type, ...rendered.read?.() };
    }
    return values;
  }
}

/** @type {Record<string, (element: any, context: Context) => Rendered>} */
const FACTORIES = {
  button: renderButton,
  overflow: renderOverflow,
  image: (element) => {
    const node = imageNode(element, "accessory-image");
    return { node, control: node };
  },
  radio_buttons: renderOptionList,
  checkboxes: renderOptionList,
  plain_text_input: renderTextInput,
  email_text_input: renderTextInput,
  url_text_input: renderTextInput,
  number_input: renderTextInput,
  rich_text_input: renderRichTextInput,
  datepicker: renderPicker,
  timepicker: renderPicker,
  datetimepicker: renderPicker,
};
for (const source of ["static", "external", "users", "conversations", "channels"]) {
  FACTORIES[`${source}_select`] = renderSelect;
  FACTORIES[`multi_${source}_select`] = renderSelect;
}

/**
 * @param {any} element
 * @param {Context} context
 * @returns {Rendered}
 */
export function renderElement(element, context) {
  const factory = FACTORIES[element.type];
  if (!factory) return unknownElement(element);
  const rendered = factory(element, context);
  rendered.control.dataset.testid ??= element.action_id ? `action-${element.action_id}` : element.type;
  if (!rendered.control.hasAttribute("aria-label") && context.dispatch && rendered.read) {
    rendered.control.setAttribute("aria-label", plainString(element.placeholder) || element.action_id || element.type);
  }
  if (rendered.read) context.values?.add(context.blockId, element, rendered);
  return rendered;
}

/** @param {any} element @param {Context} context @returns {Rendered} */
function renderButton(element, context) {
  const classes = ["button", element.style && `button--${element.style}`];
  const label = h("span", { class: "button__label" }, plainObject(element.text));
  const name = element.accessibility_label || undefined;
  const props = { class: classes, "aria-label": name, data: { value: element.value } };
  const control = element.url
    ? h("a", { ...props, href: element.url, target: "_blank", rel: "noopener noreferrer" }, label)
    : h("button", { ...props, type: "button" }, label);
  control.addEventListener("click", () => {
    const payload = { text: element.text, ...(element.value === undefined ? {} : { value: element.value }) };
    context.dispatch?.({ element, payload, control, undo: () => {} });
  });
  return { node: control, control };
}

/** @param {any} element @param {Context} context @returns {Rendered} */
function renderOverflow(element, context) {
  const control = h("button", { type: "button", class: "button button--overflow", "aria-label": "More actions", "aria-haspopup": "menu" }, icon("more"));
  control.addEventListener("click", () => {
    openMenu(control, element.options.map((/** @type {any} */ option) => ({
      label: plainString(option.text),
      note: plainString(option.description),
      url: option.url,
      testid: `option-${option.value}`,
      choose: () => context.dispatch?.({ element, payload: { selected_option: { text: option.text, value: option.value } }, control, undo: () => {} }),
    })));
  });
  return { node: control, control };
}

/** @param {any} element @returns {Rendered} */
function unknownElement(element) {
  const node = h("span", { class: "unknown", data: { testid: "unknown-element" } }, `Element “${element.type}” is not drawn in the sandbox`);
  return { node, control: node };
}
