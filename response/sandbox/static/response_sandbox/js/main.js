/**
 * Entry of the sandbox page: loads what never changes, wires the parts, follows the workspace.
 *
 * Address: `?user=U0ANA&channel=C0INCIDENTS&ts=1795200000.000100` chooses the person and the channel and shows a message.
 *
 * Hooks for browser tests (`data-testid`), kept stable:
 *   person-select                      native select; values are user ids
 *   channel-<name>, dm-<person's name> in the list; data-channel is the id
 *   new-channel, new-channel-name, new-channel-private, new-channel-create, new-channel-error
 *   channel-title, topic, topic-box, members, member-list, invite-person, invite, channel-menu, rename, rename-box, leave, archive, join
 *   message                            data-ts, data-author, data-ephemeral="true"; inside: message-content, pinned, only-you
 *   react, reply, pin, unpin, edit, delete   a message's toolbar (hover or focus the message); edit-box, edit-save, edit-cancel
 *   reaction-<name>                    a reaction below a message; aria-pressed tells whether it is one's own
 *   emoji-search, emoji-<name>         the emoji picker
 *   action-<action_id>                 an interactive element of a message or modal; action-error beside it when it failed
 *   menu, option-<value>               an overflow's menu
 *   confirm, confirm-ok, confirm-deny  a confirmation
 *   composer, send, composer-error, completion, completion-item
 *   modal                              data-view-id, data-callback-id; modal-title, modal-submit, modal-close (Cancel), modal-x, modal-banner
 *   field-<block_id>, error-<block_id>, counter-<block_id>
 *   bell, bell-count, bell-list, bell-item, toast
 *   faults-toggle, faults-drawer, fault-<name>, faults-save, faults-off, faults-pill, reset
 *   log-toggle, log-drawer, log-delivery, log-call
 *   connection-lost, unknown-block, unknown-element
 * `<html data-ready="true">` once the first conversation is shown; `[aria-busy="true"]` marks what waits for an answer.
 */
import { ApiError, configure, get } from "./api.js";
import { setUpBell } from "./bell.js";
import { openChannel, setUpChannels, startChannel } from "./channels.js";
import { setUpComposer } from "./composer.js";
import { setUpConversation } from "./conversation.js";
import { byId, fill } from "./dom.js";
import { setUpFaults } from "./faults.js";
import { icon } from "./icons.js";
import { follow, refresh } from "./live.js";
import { setUpLog } from "./log.js";
import { setUpMessages } from "./messages.js";
import { setUpModal } from "./modal.js";
import { avatar, fillPersonSelect } from "./people.js";
import { channelById, personById, state, update, watch } from "./store.js";

const REMEMBERED = "sandbox-person";

async function start() {
  const root = document.documentElement;
  configure(root.dataset.apiBase ?? "", root.dataset.csrf ?? "");
  const { team, people, bot, commands, emoji } = await get("bootstrap");
  const wanted = new URLSearchParams(location.search);
  const user = [wanted.get("user"), sessionStorage.getItem(REMEMBERED)].find((id) => people.some((/** @type {any} */ person) => person.id === id && !person.is_bot));
  update({ team, people, bot, commands, emoji });
  update({ user: user ?? people[0].id });
  byId("team-name").textContent = team.name ?? "Sandbox";
  document.querySelectorAll("[data-icon]").forEach((node) => node.prepend(icon(/** @type {any} */ (/** @type {HTMLElement} */ (node).dataset.icon))));
  for (const setUp of [setUpMessages, setUpConversation, setUpChannels, setUpComposer, setUpModal, setUpBell, setUpFaults, setUpLog, setUpPerson]) setUp();
  watch(["connected"], drawConnection);
  watch(["user", "channelId"], remember);
  watch(["conversation"], () => state.conversation && reveal(wanted.get("ts")));
  document.addEventListener("click", openMentioned);
  await firstChannel(wanted.get("channel"));
  follow();
}

/** @param {string | null} wanted */
async function firstChannel(wanted) {
  const { channels } = await get("state", { user: state.user, since: 0 });
  update({ channels: channels ?? [] });
  openChannel(wanted && channelById(wanted) ? wanted : startChannel());
}

function setUpPerson() {
  const select = byId("person-select");
  const draw = () => {
    fill(byId("person-avatar"), avatar(personById(state.user), "medium"));
    select.value = state.user;
  };
  fillPersonSelect(select);
  select.addEventListener("change", () => {
    update({ user: select.value, modal: null, conversation: null, bell: { of: "", unread_dms: 0, items: [] } });
    void refresh();
  });
  watch(["user"], draw);
  draw();
}

function drawConnection() {
  byId("connection-lost").hidden = state.connected;
}

/** The address names the person and the channel, so that a reload stays and two tabs can be two people. */
function remember() {
  sessionStorage.setItem(REMEMBERED, state.user);
  const query = new URLSearchParams({ user: state.user, channel: state.channelId });
  history.replaceState(null, "", `?${query}`);
}

let revealed = false;

/** @param {string | null} ts of the message that the address asked for */
function reveal(ts) {
  document.documentElement.dataset.ready = "true";
  if (revealed || !ts) return;
  revealed = true;
  const message = byId("message-list").querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  message?.scrollIntoView({ block: "center" });
  message?.classList.add("message--asked");
}

/** @param {MouseEvent} event a click on a #channel in a text */
function openMentioned(event) {
  const mention = /** @type {Element} */ (event.target).closest?.("[data-open-channel]");
  const id = /** @type {HTMLElement | null} */ (mention)?.dataset.openChannel;
  if (id && channelById(id)) openChannel(id);
}

start().catch((error) => {
  const line = byId("start-failed");
  line.hidden = false;
  line.textContent = error instanceof ApiError ? error.message : "The page could not start; the browser's console says why.";
  if (!(error instanceof ApiError)) throw error;
});
