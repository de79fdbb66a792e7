/**
 * One message as DOM: author, time, content, reactions, marks.
 */
import { surfaceFor } from "./actions.js";
import { renderAttachment, renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { emojiNode } from "./emoji.js";
import { icon } from "./icons.js";
import { renderMrkdwn } from "./mrkdwn.js";
import { avatar, displayName, nameOf } from "./people.js";
import { react } from "./reactions.js";
import { personById, state } from "./store.js";
import { clock, fullDate } from "./time.js";
import { toolbar } from "./toolbar.js";

/** @typedef {import("./store.js").Message} Message */

const GREY = /^(channel|group)_(join|leave|topic|purpose|name|archive|unarchive)$|^(un)?pinned_item$/;

/** @param {Message} message @returns {boolean} whether Slack wrote it about what happened in the channel */
export function isSystem(message) {
  return GREY.test(message.subtype ?? "");
}

/**
 * @param {Message} message
 * @param {string} channelId
 * @param {{compact: boolean, reply: boolean}} look compact: continues its author's previous message
 * @returns {HTMLElement}
 */
export function renderMessage(message, channelId, look) {
  const system = isSystem(message);
  const classes = ["message", look.compact && "message--compact", look.reply && "message--reply", system && "message--system",
    message.pinned && "message--pinned", message.ephemeral && "message--ephemeral"];
  const name = authorName(message);
  const content = h("div", { class: "message__content", data: { testid: "message-content" } }, messageContent(message, channelId));
  const body = h("div", { class: "message__body" }, marks(message), !look.compact && head(message, name), content, reactions(message, channelId));
  return h("div", {
    class: classes,
    role: "article",
    tabindex: "-1",
    "aria-label": `${name}, ${clock(message.ts)}`,
    data: { testid: "message", ts: message.ts, author: message.user, ephemeral: message.ephemeral ? "true" : undefined },
  }, gutter(message, look.compact), body, !system && toolbar(message, channelId));
}

/** @param {Message} message @returns {string} */
function authorName(message) {
  const person = personById(message.user);
  if (message.username && (!person || person.is_bot)) return message.username;
  return person ? displayName(person) : message.bot_id ? (state.bot?.name ?? "app") : nameOf(message.user);
}

/** @param {Message} message @param {boolean} compact */
function gutter(message, compact) {
  const person = personById(message.user) ?? (message.bot_id ? { id: "", name: "", is_bot: true } : undefined);
  return h("div", { class: "message__gutter" }, compact ? timeNode(message, "message__side-time") : avatar(person, "large"));
}

/** @param {Message} message @param {string} className */
function timeNode(message, className) {
  return h("time", { class: className, datetime: new Date(Number(message.ts) * 1000).toISOString(), title: fullDate(message.ts) }, clock(message.ts));
}

/** @param {Message} message @param {string} name */
function head(message, name) {
  const bot = message.bot_id || personById(message.user)?.is_bot;
  const badge = bot && h("span", { class: "badge" }, "APP");
  return h("div", { class: "message__head" }, h("span", { class: "message__author" }, name), badge, timeNode(message, "message__time"));
}

/** @param {Message} message */
function marks(message) {
  const pinned = message.pinned && h("div", { class: "message__mark", data: { testid: "pinned" } }, icon("pin"), "Pinned");
  const own = message.ephemeral && h("div", { class: "message__mark", data: { testid: "only-you" } }, icon("eye"), "Only visible to you");
  return [pinned, own];
}

/** @param {Message} message @param {string} channelId @returns {any[]} */
function messageContent(message, channelId) {
  const source = { channel: channelId, message_ts: message.ts, ephemeral: Boolean(message.ephemeral) };
  const surface = surfaceFor(source);
  const blocks = renderBlocks(blocksToShow(message), surface);
  const text = !blocks.length && message.text && h("div", { class: ["message__text", isLoud(message.text) && "message__text--emoji"] }, renderMrkdwn(message.text));
  const edited = message.edited && h("span", { class: "message__edited" }, " (edited)");
  if (text) text.append(edited || "");
  const attachments = (message.attachments ?? []).map((attachment) => renderAttachment(attachment, surface));
  return [text, blocks, attachments, !text && edited];
}

/** @param {Message} message @returns {any[]} without the rich_text that repeats what a person typed: the text says it with its marks */
function blocksToShow({ blocks = [], bot_id, text }) {
  const typed = !bot_id && text && blocks.every(({ type }) => type === "rich_text");
  return typed ? [] : blocks;
}

/** @param {string} text @returns {boolean} whether it is nothing but one to three emoji */
function isLoud(text) {
  return /^\s*(:[\w+'-]+:\s*){1,3}$/.test(text);
}

/** @param {Message} message @param {string} channelId */
function reactions(message, channelId) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map(({ name, users }) => {
    const mine = users.includes(state.user);
    return h("button", {
      type: "button",
      class: ["reaction", mine && "reaction--mine"],
      "aria-pressed": String(mine),
      title: `${users.map(nameOf).join(", ")} reacted with :${name}:`,
      data: { testid: `reaction-${name}` },
      on: { click: () => react(channelId, message.ts, name, mine) },
    }, emojiNode(name), h("span", { class: "reaction__count" }, users.length));
  }));
}
