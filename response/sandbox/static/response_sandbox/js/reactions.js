/**
 * Reactions and the small picker that offers them.
 */
import { post } from "./api.js";
import { h } from "./dom.js";
import { COMMON, emojiFor, searchEmoji } from "./emoji.js";
import { refresh } from "./live.js";
import { moveFocus, openPopup } from "./popup.js";
import { state } from "./store.js";
import { attempt } from "./toasts.js";

const MOST = 60;

/**
 * @param {string} channel
 * @param {string} ts
 * @param {string} name
 * @param {boolean} remove
 */
export async function react(channel, ts, name, remove) {
  await attempt(() => post("reaction", { user: state.user, channel, ts, name, remove }));
  await refresh();
}

/**
 * @param {HTMLElement} anchor
 * @param {(name: string) => void} choose
 */
export function openEmojiPicker(anchor, choose) {
  const grid = h("div", { class: "emoji-grid" });
  const search = h("input", { class: "input", type: "search", placeholder: "Search emoji", "aria-label": "Search emoji", data: { testid: "emoji-search" } });
  const popup = openPopup(anchor, h("div", {}, search, grid), { className: "popup--emoji", label: "Emoji", align: "end" });
  const pick = (/** @type {string} */ name) => {
    popup.close();
    choose(name);
  };
  const draw = () => {
    const names = search.value ? searchEmoji(search.value.replaceAll(":", ""), MOST) : COMMON.filter(emojiFor);
    grid.replaceChildren(...names.map((name) => emojiButton(name, pick)));
    if (!names.length) grid.append(h("p", { class: "muted" }, "No such emoji"));
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    grid.querySelector("button")?.click();
  });
  grid.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => moveFocus(event, grid.querySelectorAll("button"), "both"));
  draw();
  search.focus();
}

/** @param {string} name @param {(name: string) => void} pick */
function emojiButton(name, pick) {
  return h("button", { type: "button", class: "emoji-grid__item", title: `:${name}:`, "aria-label": name.replaceAll("_", " "), data: { testid: `emoji-${name}` }, on: { click: () => pick(name) } }, emojiFor(name));
}
