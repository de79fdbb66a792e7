/**
 * The list of channels and direct messages, and the form for a new channel.
 */
import { ApiError, post } from "./api.js";
import { channelMark, channelTitle } from "./conversation.js";
import { byId, h } from "./dom.js";
import { refresh } from "./live.js";
import { personById, state, update, watch } from "./store.js";

/** @typedef {import("./store.js").Channel} Channel */

/** Draw and keep drawn. */
export function setUpChannels() {
  watch(["channels", "channelId", "user"], drawLists);
  watch(["channels"], leaveMissing);
  byId("new-channel-toggle").addEventListener("click", () => toggleForm(byId("new-channel").hidden));
  byId("new-channel-cancel").addEventListener("click", () => toggleForm(false));
  byId("new-channel").addEventListener("submit", create);
  byId("new-channel").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && toggleForm(false));
  byId("sidebar-toggle").addEventListener("click", () => showSidebar(!document.body.classList.contains("sidebar-open")));
  byId("sidebar-veil").addEventListener("click", () => showSidebar(false));
}

/** @param {string} id the channel to open */
export function openChannel(id) {
  showSidebar(false);
  if (id === state.channelId) return;
  update({ channelId: id, conversation: null });
  void refresh();
}

/** @param {boolean} open matters on a small screen only */
function showSidebar(open) {
  document.body.classList.toggle("sidebar-open", open);
  byId("sidebar-toggle").setAttribute("aria-expanded", String(open));
}

function drawLists() {
  const open = state.channels.filter((channel) => !channel.is_archived || channel.id === state.channelId);
  const rooms = open.filter((channel) => !channel.is_im).sort(byName);
  drawList("channel-list", rooms.filter(({ is_member }) => is_member));
  drawList("other-list", rooms.filter(({ is_member }) => !is_member));
  drawList("dm-list", open.filter(({ is_im }) => is_im));
  byId("other-section").hidden = !byId("other-list").children.length;
  byId("dm-section").hidden = !byId("dm-list").children.length;
}

/** @param {Channel} a @param {Channel} b */
function byName(a, b) {
  return a.name.localeCompare(b.name);
}

/** @param {string} id @param {Channel[]} channels */
function drawList(id, channels) {
  const list = byId(id);
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.channel;
  list.replaceChildren(...channels.map((channel) => h("li", {}, channelButton(channel))));
  if (focused && document.activeElement === document.body) list.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
}

/** @param {Channel} channel */
function channelButton(channel) {
  const current = channel.id === state.channelId;
  const unread = !current && (channel.unread ?? 0) > 0;
  const name = channelTitle(channel);
  return h("button", {
    type: "button",
    class: ["channel", current && "channel--current", unread && "channel--unread", !channel.is_member && !channel.is_im && "channel--other"],
    title: name,
    "aria-current": current ? "page" : undefined,
    data: { testid: channel.is_im ? `dm-${personById(channel.im_user)?.name}` : `channel-${channel.name}`, channel: channel.id },
    on: { click: () => openChannel(channel.id) },
  }, channelMark(channel), h("span", { class: "channel__name" }, name), unread && h("span", { class: "channel__count", "aria-label": `${channel.unread} unread` }, channel.unread));
}

/** The open channel may be gone (reset, left, another person's): open one that is there. */
function leaveMissing() {
  const { channels, channelId } = state;
  if (!channels.length || channels.some(({ id }) => id === channelId)) return;
  openChannel(startChannel());
}

/** @returns {string} id of the channel to begin with: the incidents channel, where it is */
export function startChannel() {
  const mine = state.channels.filter(({ is_member, is_archived, is_im }) => is_member && !is_archived && !is_im);
  return (mine.find(({ name }) => name === "incidents") ?? mine[0] ?? state.channels[0])?.id ?? "";
}

/** @param {boolean} open */
function toggleForm(open) {
  const form = byId("new-channel");
  const hadFocus = form.contains(document.activeElement);
  form.hidden = !open;
  byId("new-channel-toggle").setAttribute("aria-expanded", String(open));
  showProblem("");
  if (open) byId("new-channel-name").focus();
  else if (hadFocus) byId("new-channel-toggle").focus();
}

/** @param {Event} event */
async function create(event) {
  event.preventDefault();
  const name = byId("new-channel-name");
  const button = byId("new-channel-create");
  button.disabled = true;
  try {
    const answer = await post("channel", { user: state.user, name: name.value.trim().replace(/^#/, ""), is_private: byId("new-channel-private").checked });
    byId("new-channel").reset();
    toggleForm(false);
    await refresh();
    if (answer.channel) openChannel(answer.channel.id ?? answer.channel);
  } catch (error) {
    showProblem(error instanceof ApiError ? error.message : String(error));
    name.focus();
  } finally {
    button.disabled = false;
  }
}

/** @param {string} message */
function showProblem(message) {
  const line = byId("new-channel-error");
  line.textContent = message;
  line.hidden = !message;
}
