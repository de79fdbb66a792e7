/**
 * Characters on their way from Slack's wire form into text nodes.
 */
import { h } from "./dom.js";

/** @param {string} text @returns {string} Slack's three entities decoded once */
export function decodeEntities(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[/** @type {"amp"} */ (name)]);
}

/** @param {string} text @returns {Node[]} text with line breaks */
export function textNodes(text) {
  return text.split("\n").flatMap((line, index) => {
    const node = document.createTextNode(line);
    return index ? [h("br"), node] : [node];
  });
}
