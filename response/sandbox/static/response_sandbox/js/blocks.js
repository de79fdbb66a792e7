/**
 * Block Kit's layout blocks as DOM nodes.
 */
import { h } from "./dom.js";
import { renderElement } from "./elements.js";
import { renderField } from "./field.js";
import { imageNode } from "./images.js";
import { renderMarkdown } from "./markdown.js";
import { renderRichText } from "./richtext.js";
import { plainObject, textObject } from "./text.js";

/**
 * @typedef {import("./elements.js").Dispatched} Dispatched
 * @typedef {object} Surface where blocks are drawn
 * @property {(blockId: string, done: Dispatched) => void} dispatch sends block_actions
 * @property {import("./elements.js").Values} values collects the values of stateful elements
 */

/** @type {Record<string, (block: any, surface: Surface) => HTMLElement>} */
const RENDERERS = {
  section: renderSection,
  actions: renderActions,
  context: renderContext,
  context_actions: renderActions,
  divider: () => h("hr", { class: "block-divider" }),
  header: (block) => h("h3", { class: "block-header" }, plainObject(block.text)),
  image: renderImage,
  input: renderField,
  rich_text: renderRichText,
  markdown: (block) => h("div", { class: "block-markdown" }, renderMarkdown(block.text ?? "")),
  alert: (block) => h("div", { class: ["block-alert", `block-alert--${block.level ?? "info"}`], role: "note" }, textObject(block.text)),
};

/**
 * @param {any[]} blocks
 * @param {Surface} surface
 * @returns {HTMLElement[]} one a block; a kind that the sandbox does not know is a labelled box
 */
export function renderBlocks(blocks, surface) {
  return withBlockIds(blocks).map((block) => {
    const node = (RENDERERS[block.type] ?? renderUnknown)(block, surface);
    node.classList.add("block");
    node.dataset.blockId = block.block_id;
    node.dataset.blockType = block.type;
    return node;
  });
}

/** @param {any[]} blocks @returns {any[]} the same with an id for each */
export function withBlockIds(blocks) {
  return blocks.map((block, index) => ({ ...block, block_id: block.block_id ?? `block-${index}` }));
}

/**
 * @param {any} element
 * @param {any} block
 * @param {Surface} surface
 */
function interactive(element, block, surface) {
  const blockId = block.block_id;
  return renderElement(element, { blockId, values: surface.values, dispatch: (done) => surface.dispatch(blockId, done) }).node;
}

/** @param {any} block @param {Surface} surface */
function renderSection(block, surface) {
  const fields = block.fields?.length && h("div", { class: "block-section__fields" }, block.fields.map((/** @type {any} */ field) => h("div", { class: "block-section__field" }, textObject(field))));
  const text = block.text && h("div", { class: "block-section__text" }, textObject(block.text));
  const accessory = block.accessory && h("div", { class: "block-section__accessory" }, interactive(block.accessory, block, surface));
  return h("div", { class: "block-section" }, h("div", { class: "block-section__main" }, text, fields), accessory);
}

/** @param {any} block @param {Surface} surface */
function renderActions(block, surface) {
  return h("div", { class: "block-actions", role: "group", "aria-label": "Actions" }, (block.elements ?? []).map((/** @type {any} */ element) => interactive(element, block, surface)));
}

/** @param {any} block */
function renderContext(block) {
  return h("div", { class: "block-context" }, (block.elements ?? []).map((/** @type {any} */ element) =>
    element.type === "image" ? imageNode(element, "context-image") : h("span", { class: "block-context__text" }, textObject(element))));
}

/** @param {any} block */
function renderImage(block) {
  const title = block.title && h("figcaption", { class: "block-image__title" }, textObject(block.title));
  return h("figure", { class: "block-image" }, title, imageNode(block, "block-image__image"));
}

/** @param {any} block */
function renderUnknown(block) {
  const summary = h("summary", {}, `Block “${block.type}” is not drawn in the sandbox`);
  return h("details", { class: "unknown", data: { testid: "unknown-block" } }, summary, h("pre", { class: "pre" }, JSON.stringify(block, null, 2)));
}

/**
 * Attachments, the older way to add to a message: a coloured bar, a title, a text, fields, or blocks.
 * @param {any} attachment
 * @param {Surface} surface
 * @returns {HTMLElement}
 */
export function renderAttachment(attachment, surface) {
  const fields = attachment.fields?.length && h("div", { class: "block-section__fields" }, attachment.fields.map((/** @type {any} */ field) =>
    h("div", { class: ["block-section__field", !field.short && "block-section__field--wide"] }, h("strong", {}, textObject(field.title)), h("br"), textObject(field.value ?? ""))));
  const body = [
    attachment.pretext && h("div", {}, textObject(attachment.pretext)),
    attachment.title && h("div", { class: "attachment__title" }, textObject(attachment.title_link ? `<${attachment.title_link}|${attachment.title}>` : attachment.title)),
    attachment.text && h("div", {}, textObject(attachment.text)),
    fields,
    attachment.blocks && renderBlocks(attachment.blocks, surface),
    !attachment.text && !attachment.blocks && !attachment.title && textObject(attachment.fallback),
    attachment.footer && h("div", { class: "attachment__footer" }, textObject(attachment.footer)),
  ];
  const named = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };
  const color = /** @type {any} */ (named)[attachment.color] ?? (/^#?[\da-f]{6}$/i.test(attachment.color ?? "") ? `#${attachment.color.replace("#", "")}` : null);
  return h("div", { class: "attachment", vars: color ? { "--attachment-color": color } : {} }, body);
}
