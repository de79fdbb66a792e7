/**
 * Slack's rich_text block, the structure of what people write with the formatting buttons.
 */
import { externalLink, h } from "./dom.js";
import { emojiNode } from "./emoji.js";
import { textNodes } from "./entities.js";
import { channelLink, specialMention, userMention } from "./references.js";
import { formatDateToken } from "./time.js";

/** @param {any} block @returns {HTMLElement} */
export function renderRichText(block) {
  return h("div", { class: "block-rich-text" }, (block.elements ?? []).map(renderPart));
}

/** @param {any} part @returns {HTMLElement} */
function renderPart(part) {
  const children = () => (part.elements ?? []).map(renderLeaf);
  if (part.type === "rich_text_list") {
    const items = (part.elements ?? []).map((/** @type {any} */ item) => h("li", {}, (item.elements ?? []).map(renderLeaf)));
    const depth = Math.min(Number(part.indent) || 0, 8);
    return h(part.style === "ordered" ? "ol" : "ul", { class: ["list", depth > 0 && `list--indent-${depth}`] }, items);
  }
  if (part.type === "rich_text_quote") return h("blockquote", { class: "quote" }, children());
  if (part.type === "rich_text_preformatted") return h("pre", { class: "pre" }, children());
  return h("div", { class: "rich-text__section" }, children());
}

/** @type {Record<string, (leaf: any) => Node | Node[]>} */
const LEAVES = {
  text: (leaf) => textNodes(leaf.text ?? ""),
  link: (leaf) => externalLink(leaf.url ?? "", leaf.text || leaf.url),
  emoji: (leaf) => emojiNode(leaf.name ?? ""),
  user: (leaf) => userMention(leaf.user_id),
  channel: (leaf) => channelLink(leaf.channel_id),
  usergroup: (leaf) => specialMention("subteam^", leaf.usergroup_id),
  broadcast: (leaf) => specialMention(leaf.range, ""),
  date: (leaf) => document.createTextNode(formatDateToken(leaf.timestamp, leaf.format ?? "{date}")),
  color: (leaf) => document.createTextNode(leaf.value ?? ""),
};

/** @param {any} leaf @returns {Node} */
function renderLeaf(leaf) {
  const make = LEAVES[leaf.type];
  const inner = make ? [make(leaf)].flat() : [document.createTextNode(`[${leaf.type}]`)];
  const style = leaf.style ?? {};
  const tags = [style.code && "code", style.strike && "s", style.italic && "em", style.bold && "strong"];
  const styled = tags.filter(Boolean).reduce((nodes, tag) => [h(tag, tag === "code" ? { class: "code" } : {}, nodes)], inner);
  return h("span", {}, styled);
}
