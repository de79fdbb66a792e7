/**
 * Block Kit's elements that choose among options: selects of all kinds, radio buttons, checkboxes.
 */
import { h, uniqueId } from "./dom.js";
import { personOption } from "./people.js";
import { everybody, state } from "./store.js";
import { plainString, textObject } from "./text.js";

/**
 * @typedef {import("./elements.js").Context} Context
 * @typedef {import("./elements.js").Rendered} Rendered
 * @typedef {{text: any, value: string, description?: any}} Option
 */

/** What a select of each source is called in payloads: [single, multiple, initial single, initial multiple]. */
const SOURCES = {
  static: ["selected_option", "selected_options", "initial_option", "initial_options"],
  external: ["selected_option", "selected_options", "initial_option", "initial_options"],
  users: ["selected_user", "selected_users", "initial_user", "initial_users"],
  conversations: ["selected_conversation", "selected_conversations", "initial_conversation", "initial_conversations"],
  channels: ["selected_channel", "selected_channels", "initial_channel", "initial_channels"],
};

/**
 * @param {any} element one of static_, external_, users_, conversations_, channels_select, each also with multi_
 * @param {Context} context
 * @returns {Rendered}
 */
export function renderSelect(element, context) {
  const multiple = element.type.startsWith("multi_");
  const source = /** @type {keyof typeof SOURCES} */ (element.type.replace(/^multi_/, "").replace(/_select$/, ""));
  const [one, many, initialOne, initialMany] = SOURCES[source];
  const start = multiple ? (element[initialMany] ?? []) : [element[initialOne]];
  const chosen = start.map((/** @type {any} */ item) => item?.value ?? item).filter(Boolean);
  if (!multiple && !chosen.length && element.default_to_current_conversation) chosen.push(state.channelId);
  const select = h("select", { class: ["select", multiple && "select--multiple"], multiple });
  const placeholder = plainString(element.placeholder) || "Select an option";
  if (!multiple) select.append(h("button", { type: "button" }, document.createElement("selectedcontent")));
  if (!multiple) select.append(h("option", { value: "", class: "option option--placeholder" }, placeholder));
  select.append(...optionNodes(source, element));
  for (const option of select.options) option.selected = option.value ? chosen.includes(option.value) : !chosen.length;
  const payload = () => {
    const values = [...select.selectedOptions].map((option) => option.value).filter(Boolean);
    const items = values.map((value) => (isOptionSource(source) ? findOption(element, value) : value));
    return multiple ? { [many]: items } : { [one]: items[0] ?? null };
  };
  let before = select.value;
  const undo = () => {
    select.value = before;
  };
  select.addEventListener("change", () => {
    if (context.dispatch && (multiple || select.value)) context.dispatch({ element, payload: payload(), control: select, undo });
    else before = select.value;
  });
  return { node: select, control: select, read: payload };
}

/** @param {string} source */
function isOptionSource(source) {
  return source === "static" || source === "external";
}

/** @param {keyof typeof SOURCES} source @param {any} element @returns {Node[]} */
function optionNodes(source, element) {
  if (source === "users") return everybody().map(personOption);
  if (source === "channels" || source === "conversations") return conversationOptions(source, element);
  if (element.option_groups) {
    return element.option_groups.map((/** @type {any} */ group) =>
      h("optgroup", { label: plainString(group.label) }, group.options.map(optionNode)));
  }
  return (element.options ?? []).map(optionNode);
}

/** @param {Option} option @returns {HTMLOptionElement} */
function optionNode(option) {
  return h("option", { value: option.value, class: "option" }, plainString(option.text));
}

/** @param {string} source @param {any} element @returns {Node[]} */
function conversationOptions(source, element) {
  const include = source === "channels" ? ["public"] : (element.filter?.include ?? ["public", "private", "im"]);
  const kind = (/** @type {any} */ channel) => (channel.is_im ? "im" : channel.is_private ? "private" : "public");
  return state.channels
    .filter((channel) => !channel.is_archived && include.includes(kind(channel)))
    .map((channel) => h("option", { value: channel.id, class: "option" }, channel.is_im ? `@${channel.name}` : `#${channel.name}`));
}

/** @param {any} element @returns {Option[]} */
function allOptions(element) {
  return element.options ?? (element.option_groups ?? []).flatMap((/** @type {any} */ group) => group.options);
}

/** @param {any} element @param {string} value @returns {{text: any, value: string} | null} as payloads carry it */
function findOption(element, value) {
  const found = allOptions(element).find((option) => option.value === value);
  return found ? { text: found.text, value: found.value } : null;
}

/**
 * @param {any} element radio_buttons or checkboxes
 * @param {Context} context
 * @returns {Rendered}
 */
export function renderOptionList(element, context) {
  const radio = element.type === "radio_buttons";
  const start = radio ? [element.initial_option] : (element.initial_options ?? []);
  const chosen = new Set(start.map((/** @type {any} */ option) => option?.value));
  const name = uniqueId("options");
  /** @type {HTMLInputElement[]} */
  const inputs = [];
  const rows = allOptions(element).map((option) => {
    const id = uniqueId("option");
    const input = h("input", { type: radio ? "radio" : "checkbox", id, name, value: option.value, checked: chosen.has(option.value) });
    inputs.push(input);
    const description = option.description && h("span", { class: "choice__description" }, textObject(option.description));
    return h("div", { class: "choice" }, input, h("label", { for: id }, h("span", { class: "choice__text" }, textObject(option.text)), description));
  });
  const payload = () => {
    const items = inputs.filter((input) => input.checked).map((input) => findOption(element, input.value));
    return radio ? { selected_option: items[0] ?? null } : { selected_options: items };
  };
  const node = h("div", { class: "choices", role: radio ? "radiogroup" : "group" }, rows);
  let before = inputs.map((input) => input.checked);
  const undo = () => inputs.forEach((input, index) => (input.checked = before[index]));
  node.addEventListener("change", () => {
    if (context.dispatch) context.dispatch({ element, payload: payload(), control: node, undo });
    else before = inputs.map((input) => input.checked);
  });
  return { node, control: node, focusable: inputs.find((input) => input.checked) ?? inputs[0], read: payload };
}
