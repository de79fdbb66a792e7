/**
 * Writing: messages, replies and slash commands. What was typed leaves the box only when it has arrived.
 */
import { ApiError, post } from "./api.js";
import { attachCompletion } from "./completion.js";
import { channelTitle } from "./conversation.js";
import { byId, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { refresh } from "./live.js";
import { toBottom } from "./messages.js";
import { nameOf } from "./people.js";
import { openEmojiPicker } from "./reactions.js";
import { currentChannel, state, watch } from "./store.js";

/** @typedef {import("./store.js").Message} Message */
/** @typedef {{text: string, replyTo: Message | null, error: string}} Draft */

/** @type {Map<string, Draft>} by person and channel */
const drafts = new Map();
let place = "";
/** @type {Message | null} */
let replyTo = null;
let sending = false;

/** Wire up the box. */
export function setUpComposer() {
  const box = byId("composer-box");
  const completion = attachCompletion(box);
  box.addEventListener("input", () => {
    showError("");
    grow();
    drawSend();
  });
  box.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (completion.handleKey(event)) return;
    if (event.key === "Escape" && replyTo) setReply(null);
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("composer").requestSubmit();
  });
  byId("composer").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    void send();
  });
  byId("composer-emoji").addEventListener("click", () => openEmojiPicker(byId("composer-emoji"), (name) => insert(`:${name}: `)));
  byId("reply-cancel").addEventListener("click", () => setReply(null));
  watch(["channelId", "user"], switchDraft);
  watch(["channelId", "channels"], drawPlaceholder);
}

/** @param {Message} message whose thread the next message goes to */
export function startReply(message) {
  setReply(message);
  byId("composer-box").focus();
}

/** @param {Message | null} message */
function setReply(message) {
  replyTo = message;
  byId("reply-bar").hidden = !message;
  if (message) fill(byId("reply-to"), "Replying in thread to ", h("strong", {}, message.username ?? nameOf(message.user)));
}

/** Keep what is half written when the person or the channel changes, and take up what was left there. */
function switchDraft() {
  const box = byId("composer-box");
  if (place && !sending) drafts.set(place, { text: box.value, replyTo, error: byId("composer-error").textContent ?? "" });
  place = `${state.user} ${state.channelId}`;
  const draft = drafts.get(place) ?? { text: "", replyTo: null, error: "" };
  box.value = draft.text;
  setReply(draft.replyTo);
  showError(draft.error);
  grow();
  drawSend();
}

function drawPlaceholder() {
  const channel = currentChannel();
  if (!channel) return;
  const name = channel.is_im ? channelTitle(channel) : `#${channel.name}`;
  byId("composer-box").placeholder = `Message ${name}`;
  byId("composer-box").setAttribute("aria-label", `Message ${name}`);
}

/** Send what is in the box. */
async function send() {
  const box = byId("composer-box");
  const text = box.value;
  if (sending || !text.trim()) return;
  const from = place;
  setSending(true);
  showError("");
  try {
    await deliver(text);
    finish(from, text);
  } catch (error) {
    const message = error instanceof ApiError ? error.message : String(error);
    if (place === from) showError(message);
    else drafts.set(from, { text, replyTo, error: message });
  } finally {
    setSending(false);
    await refresh();
  }
}

/** @param {string} text @returns {Promise<any>} */
function deliver(text) {
  const where = { user: state.user, channel: state.channelId };
  const slash = /^(\/\S+)\s*([\s\S]*)$/.exec(text);
  if (!slash) return post("message", { ...where, text, ...(replyTo ? { thread_ts: replyTo.thread_ts ?? replyTo.ts } : {}) });
  const [, command, rest] = slash;
  const known = state.commands.find((entry) => entry.command.toLowerCase() === command.toLowerCase());
  if (!known) throw new ApiError("unknown_command", `${command} is not a valid command. To send a message that starts with “/”, put a space before it.`);
  return post("command", { ...where, command: known.command, text: rest.trim() });
}

/** @param {string} from the place it was sent from @param {string} text what arrived */
function finish(from, text) {
  drafts.delete(from);
  const box = byId("composer-box");
  if (place !== from || box.value !== text) return;
  box.value = "";
  setReply(null);
  grow();
  toBottom();
}

/** @param {boolean} on */
function setSending(on) {
  sending = on;
  const form = byId("composer");
  form.setAttribute("aria-busy", String(on));
  byId("composer-box").readOnly = on;
  drawSend();
}

function drawSend() {
  const button = byId("send");
  button.disabled = sending || !byId("composer-box").value.trim();
  fill(button, sending ? h("span", { class: "spinner", "aria-hidden": "true" }) : icon("send"));
  button.setAttribute("aria-label", sending ? "Sending" : "Send");
}

/** @param {string} message empty hides the line */
function showError(message) {
  const line = byId("composer-error");
  line.textContent = message;
  line.hidden = !message;
  byId("composer").classList.toggle("composer--failed", Boolean(message));
}

/** The box is as high as its text, up to what CSS allows. */
function grow() {
  const box = byId("composer-box");
  box.style.setProperty("height", "auto");
  box.style.setProperty("height", `${box.scrollHeight}px`);
}

/** @param {string} text at the caret */
function insert(text) {
  const box = byId("composer-box");
  box.focus();
  box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input"));
}
