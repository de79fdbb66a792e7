/**
 * Emoji by Slack's short names.
 */
import { h } from "./dom.js";
import { state } from "./store.js";

/** Offered first in the reaction picker. */
export const COMMON = [
  "thumbsup", "white_check_mark", "eyes", "tada", "heart", "joy", "fire", "rocket", "raised_hands", "pray",
  "thinking_face", "question", "x", "warning", "rotating_light", "pushpin", "100", "clap", "wave", "sweat_smile",
];

/** Slack knows these under two names; the list of the server may know them under one. */
const ALIASES = { "+1": "thumbsup", "-1": "thumbsdown", thumbsup: "+1", thumbsdown: "-1", thinking_face: "thinking", pray: "folded_hands" };

/** @param {string} name with or without a skin tone @returns {string | undefined} unicode */
export function emojiFor(name) {
  const base = name.split("::")[0];
  const alias = /** @type {Record<string, string>} */ (ALIASES)[base];
  return state.emoji[base] ?? (alias ? state.emoji[alias] : undefined);
}

/** @param {string} name @returns {Node} the emoji with its name as title, `:name:` as text when it is unknown */
export function emojiNode(name) {
  const unicode = emojiFor(name);
  if (!unicode) return document.createTextNode(`:${name}:`);
  return h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, unicode);
}

/**
 * @param {string} typed the beginning of a name
 * @param {number} limit
 * @returns {string[]} names, those that begin so before those that contain it
 */
export function searchEmoji(typed, limit) {
  const wanted = typed.toLowerCase();
  const names = Object.keys(state.emoji);
  const starts = names.filter((name) => name.startsWith(wanted)).sort((a, b) => a.length - b.length);
  const inside = names.filter((name) => name.includes(wanted) && !name.startsWith(wanted));
  return [...starts, ...inside].slice(0, limit);
}
