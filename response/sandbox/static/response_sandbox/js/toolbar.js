/**
 * What one can do with a message: react, reply, pin, edit and delete one's own.
 */
import { post } from "./api.js";
import { startReply } from "./composer.js";
import { askConfirm } from "./confirm.js";
import { h } from "./dom.js";
import { openEditor } from "./editor.js";
import { icon } from "./icons.js";
import { refresh } from "./live.js";
import { openEmojiPicker, react } from "./reactions.js";
import { state } from "./store.js";
import { attempt } from "./toasts.js";

/** @typedef {import("./store.js").Message} Message */

/**
 * @param {Message} message
 * @param {string} channel
 * @returns {HTMLElement | null}
 */
export function toolbar(message, channel) {
  if (message.ephemeral) return null;
  const { ts } = message;
  const emoji = tool("smile", "Add reaction", "react", (button) => openEmojiPicker(button, (name) => react(channel, ts, name, false)));
  const reply = tool("reply", "Reply in thread", "reply", () => startReply(message));
  const pin = tool("pin", message.pinned ? "Unpin" : "Pin to channel", message.pinned ? "unpin" : "pin", () => setPin(message, channel));
  const own = message.user === state.user && !message.bot_id;
  const edit = own && tool("edit", "Edit message", "edit", (button) => openEditor(button, message, channel));
  const trash = own && tool("trash", "Delete message", "delete", () => remove(channel, ts));
  return h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" }, emoji, reply, pin, edit, trash);
}

/**
 * @param {any} iconName
 * @param {string} label
 * @param {string} testid
 * @param {(button: HTMLButtonElement) => void} run
 */
function tool(iconName, label, testid, run) {
  const classes = ["toolbar__button", testid === "unpin" && "toolbar__button--on", testid === "delete" && "toolbar__button--danger"];
  const button = h("button", { type: "button", class: classes, title: label, "aria-label": label, data: { testid } }, icon(iconName));
  button.addEventListener("click", () => run(button));
  return button;
}

/** @param {Message} message @param {string} channel */
async function setPin(message, channel) {
  await attempt(() => post("pin", { user: state.user, channel, ts: message.ts, remove: Boolean(message.pinned) }));
  await refresh();
}

/** @param {string} channel @param {string} ts */
async function remove(channel, ts) {
  const sure = await askConfirm({ title: "Delete message", text: "Are you sure you want to delete this message? This cannot be undone.", confirm: "Delete", deny: "Cancel", style: "danger" });
  if (!sure) return;
  await attempt(() => post("delete", { user: state.user, channel, ts }));
  await refresh();
}
