/**
 * The bell: unread direct messages, and a notice for each new one.
 */
import { openChannel } from "./channels.js";
import { byId, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { renderMrkdwn } from "./mrkdwn.js";
import { avatar, displayName } from "./people.js";
import { openPopup } from "./popup.js";
import { channelById, personById, state, watch } from "./store.js";
import { clock } from "./time.js";
import { showToast } from "./toasts.js";

/** @typedef {{channel: string, ts: string, text: string}} BellItem */

/** @type {Set<string>} items that were told, by person */
const told = new Set();
/** @type {Set<string>} people whose older items are known */
const begun = new Set();

/** Draw and keep drawn. */
export function setUpBell() {
  watch(["bell", "user"], draw);
  watch(["bell"], tell);
  byId("bell").addEventListener("click", open);
  draw();
}

function draw() {
  const count = state.bell.unread_dms;
  const bell = byId("bell");
  fill(bell, icon("bell"), count > 0 && h("span", { class: "bell__count", data: { testid: "bell-count" } }, count));
  bell.setAttribute("aria-label", count ? `${count} unread direct messages` : "No unread direct messages");
  bell.classList.toggle("bell--ringing", count > 0);
}

/** A toast for what came since the page was opened, not for what lay there. */
function tell() {
  const { user, bell, channelId } = state;
  if (bell.of !== user) return;
  const fresh = bell.items.filter((item) => !told.has(keyOf(item)));
  fresh.forEach((item) => told.add(keyOf(item)));
  if (begun.has(user)) {
    fresh.filter(({ channel }) => channel !== channelId || document.hidden).forEach((item) =>
      showToast([sender(item), h("span", { class: "toast__text" }, renderMrkdwn(item.text))], { open: () => openChannel(item.channel) }));
  }
  begun.add(user);
}

/** @param {BellItem} item */
function keyOf(item) {
  return `${state.user} ${item.channel} ${item.ts}`;
}

/** @param {BellItem} item */
function sender(item) {
  const person = personById(channelById(item.channel)?.im_user);
  return h("span", { class: "toast__from" }, avatar(person, "small"), h("strong", {}, displayName(person)));
}

function open() {
  const rows = state.bell.items.map((item) =>
    h("li", {}, h("button", { type: "button", class: "bell-item", data: { testid: "bell-item" }, on: { click: () => { popup.close(); openChannel(item.channel); } } },
      h("span", { class: "bell-item__head" }, sender(item), h("time", { class: "muted" }, clock(item.ts))), h("span", { class: "bell-item__text" }, renderMrkdwn(item.text)))));
  const list = rows.length ? h("ul", { class: "bell-list" }, rows) : h("p", { class: "muted popup__empty" }, "No unread direct messages");
  const popup = openPopup(byId("bell"), list, { label: "Direct messages", testid: "bell-list", align: "end", className: "popup--bell" });
}
