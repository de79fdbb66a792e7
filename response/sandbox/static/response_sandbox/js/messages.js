/**
 * The list of messages: order, groups, day dividers, scrolling. A message's node is kept while it is unchanged, so that
 * an open select or a half-done choice survives what happens around it.
 */
import { byId, h } from "./dom.js";
import { icon } from "./icons.js";
import { isSystem, renderMessage } from "./message.js";
import { state } from "./store.js";
import { dayKey, dayName } from "./time.js";

/**
 * @typedef {import("./store.js").Message} Message
 * @typedef {{key: string, print: string, make: () => HTMLElement}} Item print: equal when the node may stay
 */

const GROUP_SECONDS = 300;
const NEAR_BOTTOM = 48;

/** @type {Map<string, {print: string, node: HTMLElement}>} */
let drawn = new Map();
let drawnChannel = "";
let stick = true;

/** Prepare scrolling and the keyboard. */
export function setUpMessages() {
  const scroller = byId("messages");
  let size = "";
  scroller.addEventListener("scroll", () => {
    const now = `${scroller.scrollHeight} ${scroller.clientHeight}`;
    const resized = now !== size;
    size = now;
    // A new size scrolls, too: only a person's scrolling leaves the bottom.
    if (resized && stick) return toBottom();
    stick = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM;
    if (stick) byId("jump").hidden = true;
  });
  const keep = new ResizeObserver(() => stick && toBottom());
  keep.observe(scroller);
  keep.observe(byId("message-list"));
  byId("jump").addEventListener("click", toBottom);
  byId("message-list").addEventListener("keydown", walk);
  byId("message-list").addEventListener("focusin", (/** @type {FocusEvent} */ event) => rove(event.target));
}

/** Show the newest message. */
export function toBottom() {
  const scroller = byId("messages");
  scroller.scrollTop = scroller.scrollHeight;
  stick = true;
  byId("jump").hidden = true;
}

/**
 * @param {string} channelId
 * @param {Message[]} messages oldest first
 * @param {string | null} unreadFrom ts of the first unread one
 */
export function drawMessages(channelId, messages, unreadFrom) {
  const fresh = drawnChannel !== channelId;
  if (fresh) drawn = new Map();
  const before = new Set(drawn.keys());
  const items = layOut(channelId, messages, unreadFrom);
  place(byId("message-list"), items);
  drawnChannel = channelId;
  const mine = messages.at(-1)?.user === state.user;
  if (fresh || (mine && messages.length && !before.has(keyOf(messages[messages.length - 1])))) toBottom();
  else if (stick) toBottom();
  else if (messages.some((message) => !before.has(keyOf(message)))) byId("jump").hidden = false;
}

/** Forget the nodes: somebody else looks at them now. */
export function forgetMessages() {
  drawn = new Map();
  drawnChannel = "";
  byId("message-list").replaceChildren();
}

/** @param {Message} message @returns {string} */
function keyOf(message) {
  return `${message.ephemeral ? "e" : "m"}${message.ts}`;
}

/**
 * @param {string} channelId
 * @param {Message[]} messages
 * @param {string | null} unreadFrom
 * @returns {Item[]}
 */
function layOut(channelId, messages, unreadFrom) {
  /** @type {Item[]} */
  const items = [];
  /** @type {Message | null} */
  let previous = null;
  for (const { message, reply } of threaded(messages)) {
    if (!reply && (!previous || dayKey(previous.ts) !== dayKey(message.ts))) {
      items.push({ key: `day ${dayKey(message.ts)}`, print: dayName(message.ts), make: () => dayDivider(message.ts) });
      previous = null;
    }
    if (message.ts === unreadFrom && !reply) {
      items.push({ key: "unread", print: "", make: () => h("div", { class: "divider divider--new", role: "separator" }, h("span", { class: "divider__label" }, "New")) });
      previous = null;
    }
    const look = { compact: continues(previous, message), reply };
    const print = JSON.stringify([message, look, state.user]);
    items.push({ key: keyOf(message), print, make: () => renderMessage(message, channelId, look) });
    previous = message;
  }
  return items;
}

/** @param {Message[]} messages @returns {{message: Message, reply: boolean}[]} replies follow what they reply to */
function threaded(messages) {
  const present = new Set(messages.map(({ ts }) => ts));
  const isReply = (/** @type {Message} */ message) => message.thread_ts !== undefined && message.thread_ts !== message.ts && present.has(message.thread_ts);
  /** @type {Map<string, Message[]>} */
  const replies = new Map();
  for (const message of messages.filter(isReply)) {
    const thread = /** @type {string} */ (message.thread_ts);
    replies.set(thread, [...(replies.get(thread) ?? []), message]);
  }
  return messages.filter((message) => !isReply(message)).flatMap((message) => [
    { message, reply: false },
    ...(replies.get(message.ts) ?? []).map((reply) => ({ message: reply, reply: true })),
  ]);
}

/** @param {Message | null} previous @param {Message} message @returns {boolean} whether it needs no author line */
function continues(previous, message) {
  if (!previous || isSystem(previous) || isSystem(message) || previous.ephemeral || message.ephemeral) return false;
  const inThread = (/** @type {Message} */ m) => (m.thread_ts && m.thread_ts !== m.ts ? m.thread_ts : "");
  return previous.user === message.user && previous.username === message.username && previous.bot_id === message.bot_id &&
    inThread(previous) === inThread(message) && !message.pinned && Number(message.ts) - Number(previous.ts) < GROUP_SECONDS;
}

/** @param {string} ts */
function dayDivider(ts) {
  return h("div", { class: "divider", role: "separator" }, h("span", { class: "divider__label" }, dayName(ts)));
}

/**
 * Bring the list's children to what the items say, moving nothing that is in its place.
 * @param {HTMLElement} list
 * @param {Item[]} items
 */
function place(list, items) {
  /** @type {typeof drawn} */
  const next = new Map();
  const focused = focusKey();
  let at = list.firstChild;
  for (const item of items) {
    const old = drawn.get(item.key);
    const keep = old && (old.print === item.print || old.node.dataset.editing);
    const node = keep ? old.node : item.make();
    next.set(item.key, { print: keep ? old.print : item.print, node });
    if (old && !keep && old.node === at) at = at.nextSibling;
    if (node === at) at = at.nextSibling;
    else list.insertBefore(node, at);
  }
  const kept = new Set([...next.values()].map(({ node }) => node));
  for (const child of [...list.children]) if (!kept.has(/** @type {HTMLElement} */ (child))) child.remove();
  drawn = next;
  restoreFocus(focused);
  if (!list.querySelector('.message[tabindex="0"]')) list.querySelector(".message:last-of-type")?.setAttribute("tabindex", "0");
}

/** @returns {{ts: string, testid: string} | null} what has the focus in the list */
function focusKey() {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  const message = /** @type {HTMLElement | null} */ (active?.closest("#message-list .message") ?? null);
  return message && active ? { ts: message.dataset.ts ?? "", testid: active.dataset.testid ?? "" } : null;
}

/** @param {{ts: string, testid: string} | null} focused a redrawn message gets its focus back */
function restoreFocus(focused) {
  if (!focused || focusKey()) return;
  const message = byId("message-list").querySelector(`.message[data-ts="${CSS.escape(focused.ts)}"]`);
  const target = focused.testid === "message" ? message : message?.querySelector(`[data-testid="${CSS.escape(focused.testid)}"]`);
  /** @type {HTMLElement | null} */ (target ?? message)?.focus({ preventScroll: true });
}

/** @param {EventTarget | null} target one message at a time is a tab stop */
function rove(target) {
  const message = /** @type {HTMLElement} */ (target).closest(".message");
  if (!message) return;
  byId("message-list").querySelectorAll('.message[tabindex="0"]').forEach((/** @type {Element} */ other) => other.setAttribute("tabindex", "-1"));
  message.setAttribute("tabindex", "0");
}

/** @param {KeyboardEvent} event up and down go from message to message */
function walk(event) {
  const message = /** @type {HTMLElement} */ (event.target);
  if (!message.classList.contains("message") || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const all = [...byId("message-list").querySelectorAll(".message")];
  const next = all[all.indexOf(message) + (event.key === "ArrowUp" ? -1 : 1)];
  if (!next) return;
  event.preventDefault();
  /** @type {HTMLElement} */ (next).focus();
}
