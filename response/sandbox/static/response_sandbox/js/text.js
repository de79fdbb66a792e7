/**
 * Slack's text objects as nodes.
 */
import { emojiFor, emojiNode } from "./emoji.js";
import { decodeEntities, textNodes } from "./entities.js";
import { renderMrkdwn } from "./mrkdwn.js";

/**
 * @typedef {{type: string, text: string, emoji?: boolean, verbatim?: boolean}} TextObject
 */

/**
 * @param {TextObject | string | null | undefined} object
 * @returns {Node[]}
 */
export function textObject(object) {
  if (!object) return [];
  if (typeof object === "string") return [renderMrkdwn(object)];
  if (object.type === "mrkdwn") return [renderMrkdwn(object.text ?? "", { verbatim: object.verbatim })];
  return plainObject(object);
}

/**
 * A plain_text object. Slack keeps the three characters of markup as entities here, too.
 * @param {TextObject | null | undefined} object
 * @returns {Node[]}
 */
export function plainObject(object) {
  return plainText(decodeEntities(object?.text ?? ""), object?.emoji !== false);
}

/**
 * Characters, and emoji by their names.
 * @param {string} text
 * @param {boolean} [withEmoji]
 * @returns {Node[]}
 */
export function plainText(text, withEmoji = true) {
  if (!withEmoji) return textNodes(text);
  return text.split(/(:[\p{L}\p{N}_+'-]+:)/u).flatMap((part) => {
    const name = part.slice(1, -1);
    return part.startsWith(":") && part.length > 2 && emojiFor(name) ? [emojiNode(name)] : textNodes(part);
  });
}

/**
 * Where only characters fit (an option, a placeholder, a label of a screen reader).
 * @param {TextObject | string | null | undefined} object
 * @returns {string}
 */
export function plainString(object) {
  const text = typeof object === "string" ? object : decodeEntities(object?.text ?? "");
  return text.replace(/:([\p{L}\p{N}_+'-]+):/gu, (whole, name) => emojiFor(name) ?? whole);
}
