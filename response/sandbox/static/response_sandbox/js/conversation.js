/**
 * The open conversation: header, topic, members, and whether one may write in it.
 */
import { post } from "./api.js";
import { byId, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { refresh } from "./live.js";
import { isSystem } from "./message.js";
import { drawMessages, forgetMessages } from "./messages.js";
import { renderMrkdwn, toTyped } from "./mrkdwn.js";
import { avatar, displayName, knownNames, personOption } from "./people.js";
import { openMenu, openPopup } from "./popup.js";
import { currentChannel, everybody, personById, state, watch } from "./store.js";
import { attempt } from "./toasts.js";

/** The first unread message when the conversation was opened: the "New" line stays there while it is open. */
let unread = { place: "", from: /** @type {string | null} */ (null) };
let marking = false;

/** Draw and keep drawn. */
export function setUpConversation() {
  watch(["channelId", "channels", "conversation", "user"], drawHeader);
  watch(["channelId", "user"], forgetMessages);
  watch(["conversation"], drawConversation);
  watch(["conversation", "channels"], markRead);
  document.addEventListener("visibilitychange", markRead);
  byId("topic").addEventListener("click", editTopic);
  byId("members").addEventListener("click", showMembers);
  byId("channel-menu").addEventListener("click", showMenu);
  byId("join").addEventListener("click", join);
}

function drawHeader() {
  const channel = currentChannel();
  const title = byId("channel-title");
  byId("conversation").classList.toggle("conversation--none", !channel);
  if (!channel) return;
  fill(title, channelMark(channel), h("span", { class: "conversation__name" }, channelTitle(channel)));
  document.title = `${channel.is_im ? "" : "#"}${channelTitle(channel)} – ${state.team.name ?? "Sandbox"}`;
  const topic = byId("topic");
  topic.hidden = Boolean(channel.is_im);
  topic.disabled = !channel.is_member;
  fill(topic, channel.topic ? renderMrkdwn(channel.topic) : "Add a topic");
  topic.classList.toggle("topic--empty", !channel.topic);
  const members = byId("members");
  members.hidden = Boolean(channel.is_im);
  const count = channel.member_count ?? state.conversation?.channel.members?.length ?? 0;
  fill(members, icon("people"), h("span", {}, count));
  members.setAttribute("aria-label", `${count} members`);
  byId("channel-menu").hidden = Boolean(channel.is_im) || !channel.is_member;
  byId("join-bar").hidden = Boolean(channel.is_member || channel.is_im || channel.is_archived);
  byId("archived-bar").hidden = !channel.is_archived;
  byId("composer").hidden = Boolean(channel.is_archived || !(channel.is_member || channel.is_im));
}

/** @param {import("./store.js").Channel} channel @returns {Node} what stands before its name */
export function channelMark(channel) {
  if (channel.is_im) return avatar(personById(channel.im_user), "small");
  return icon(channel.is_private ? "lock" : "hash");
}

/** @param {import("./store.js").Channel} channel @returns {string} */
export function channelTitle(channel) {
  return channel.is_im ? displayName(personById(channel.im_user) ?? { id: "", name: channel.name }) : channel.name;
}

function drawConversation() {
  const { conversation, user, channelId } = state;
  byId("messages").setAttribute("aria-busy", String(!conversation));
  byId("message-begin").hidden = !conversation;
  if (!conversation) return;
  drawBeginning();
  const place = `${user} ${channelId}`;
  if (unread.place !== place) unread = { place, from: firstUnread(conversation.messages) };
  drawMessages(channelId, conversation.messages, unread.from);
}

/** Above the first message: where one is, and what one can do here. */
function drawBeginning() {
  const channel = currentChannel();
  const [command] = state.commands;
  if (!channel) return;
  const title = channel.is_im ? channelTitle(channel) : `#${channel.name}`;
  const text = channel.is_im ? `This is where ${title} writes to you.` : `This is the very beginning of ${title}.`;
  const does = command?.description ? `: ${command.description}.` : ".";
  const hint = command && !channel.is_im && [" Try ", h("code", { class: "code" }, command.command), does];
  fill(byId("message-begin"), h("p", { class: "messages__begin-title" }, title), h("p", {}, text, hint));
}

/** @param {import("./store.js").Message[]} messages @returns {string | null} */
function firstUnread(messages) {
  const count = currentChannel()?.unread ?? 0;
  const others = messages.filter((message) => message.user !== state.user && !isSystem(message));
  return count > 0 ? (others.at(-count)?.ts ?? null) : null;
}

/** Tell the workspace that what is on the screen has been read. */
async function markRead() {
  const channel = currentChannel();
  if (marking || document.hidden || !channel || !hasNews(channel)) return;
  marking = true;
  await attempt(() => post("mark_read", { user: state.user, channel: channel.id }));
  marking = false;
}

/** @param {import("./store.js").Channel} channel @returns {boolean} whether something is shown that does not count as read */
function hasNews(channel) {
  if (state.conversation?.channel.id !== channel.id) return false;
  const newest = state.conversation.messages.at(-1);
  // The messages were asked for after the list of channels, and may be ahead of it.
  const ahead = newest && newest.user !== state.user && Number(newest.ts) > Number(channel.last_ts ?? 0);
  return Boolean(channel.unread || ahead);
}

function showMembers() {
  const channel = state.conversation?.channel;
  const ids = channel?.members ?? [];
  const rows = ids.map((id) => h("li", { class: "member" }, avatar(personById(id), "medium"), h("span", {}, displayName(personById(id))), id === state.user && h("span", { class: "muted" }, "you")));
  const list = h("div", {}, h("ul", { class: "member-list" }, rows), currentChannel()?.is_member && inviteForm(ids, () => popup.close()));
  const popup = openPopup(byId("members"), list, { label: "Members", testid: "member-list", align: "end" });
}

/** @param {string[]} ids members already @param {() => void} done */
function inviteForm(ids, done) {
  const others = everybody().filter(({ id }) => !ids.includes(id));
  if (!others.length) return null;
  const select = h("select", { class: "select", "aria-label": "Person to add", data: { testid: "invite-person" } }, others.map(personOption));
  select.prepend(h("button", { type: "button" }, document.createElement("selectedcontent")));
  const form = h("form", { class: "member-add" }, select, h("button", { type: "submit", class: "button", data: { testid: "invite" } }, "Add"));
  form.addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await attempt(() => post("invite", { user: state.user, channel: state.channelId, users: [select.value] }))) done();
    await refresh();
  });
  return form;
}

function editTopic() {
  const topic = toTyped(currentChannel()?.topic ?? "", knownNames);
  askLine(byId("topic"), "Topic", "topic", topic, (text) => act("topic", { topic: text }));
}

function showMenu() {
  const channel = currentChannel();
  if (!channel) return;
  const anchor = byId("channel-menu");
  openMenu(anchor, [
    { label: "Rename", testid: "rename", choose: () => askLine(anchor, "Name", "rename", channel.name, (text) => act("rename", { name: text })) },
    { label: "Leave", testid: "leave", choose: () => act("leave", {}) },
    { label: "Archive", danger: true, testid: "archive", choose: () => act("archive", {}) },
  ]);
}

async function join() {
  await act("join", {});
  byId("composer-box").focus();
}

/**
 * Do something with the open channel.
 * @param {string} path
 * @param {object} details
 * @returns {Promise<boolean>} whether it went well
 */
async function act(path, details) {
  const done = await attempt(() => post(path, { user: state.user, channel: state.channelId, ...details }));
  await refresh();
  return done;
}

/**
 * Ask for one line of text in a popup.
 * @param {HTMLElement} anchor
 * @param {string} label
 * @param {string} testid
 * @param {string} start
 * @param {(text: string) => Promise<boolean>} save the popup stays open when it did not go well
 */
function askLine(anchor, label, testid, start, save) {
  const box = h("input", { class: "input", value: start, "aria-label": label, data: { testid: `${testid}-box` } });
  const form = h("form", { class: "topic-form" }, box, h("button", { type: "submit", class: "button button--primary" }, "Save"));
  const popup = openPopup(anchor, form, { label, align: anchor.id === "channel-menu" ? "end" : "start" });
  form.addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await save(box.value)) popup.close();
  });
  box.select();
}
