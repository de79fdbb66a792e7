/**
 * What stands between `<` and `>` in Slack's text: people, channels, groups, dates, links.
 */
import { externalLink, h, safeUrl } from "./dom.js";
import { decodeEntities } from "./entities.js";
import { channelById, personById, state } from "./store.js";
import { formatDateToken, fullDate } from "./time.js";

/**
 * @param {string} inner without the angle brackets
 * @returns {Node}
 */
export function referenceNode(inner) {
  const [target, label] = splitOnce(inner, "|");
  if (target.startsWith("@")) return userMention(target.slice(1), label);
  if (target.startsWith("#")) return channelLink(target.slice(1), label);
  if (target.startsWith("!date^")) return dateNode(target, label);
  if (target.startsWith("!")) return specialMention(target.slice(1), label);
  const url = decodeEntities(target);
  if (!safeUrl(url)) return document.createTextNode(decodeEntities(`<${inner}>`));
  return externalLink(url, decodeEntities(label || url.replace(/^mailto:/, "")));
}

/** @param {string} id @param {string} [label] @returns {HTMLElement} */
export function userMention(id, label) {
  const person = personById(id);
  const classes = ["mention", id === state.user && "mention--me"];
  return h("span", { class: classes, data: { user: id } }, `@${person ? person.name : label ? decodeEntities(label) : id}`);
}

/** @param {string} id @param {string} [label] @returns {HTMLElement} main.js opens the channel on a click */
export function channelLink(id, label) {
  const name = channelById(id)?.name ?? (label ? decodeEntities(label) : undefined);
  if (!name) return h("span", { class: "mention" }, "#private-channel");
  return h("button", { type: "button", class: "mention mention--channel", data: { openChannel: id } }, `#${name}`);
}

/** @param {string} target @param {string} label @returns {HTMLElement} */
export function specialMention(target, label) {
  const name = target.startsWith("subteam^") ? label || target : `@${label.replace(/^@/, "") || target}`;
  return h("span", { class: "mention mention--all" }, decodeEntities(name));
}

/** @param {string} target `!date^epoch^template^link` @param {string} fallback @returns {Node} */
function dateNode(target, fallback) {
  const [, epoch, template, link] = target.split("^");
  if (!/^\d{1,11}$/.test(epoch ?? "") || !template) return document.createTextNode(decodeEntities(fallback || target));
  const text = formatDateToken(Number(epoch), decodeEntities(template));
  const time = h("time", { datetime: new Date(Number(epoch) * 1000).toISOString(), title: fullDate(epoch) }, text);
  return link ? externalLink(decodeEntities(link), time) : time;
}

/** @param {string} text @param {string} mark @returns {[string, string]} */
function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
