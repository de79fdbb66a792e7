/**
 * People as the page shows them: avatars, names, the choose-who-you-are select.
 */
import { h } from "./dom.js";
import { channelById, everybody, personById, state } from "./store.js";

const COLORS = 8;

/** @typedef {import("./store.js").Person} Person */

/**
 * @param {Person | undefined} person
 * @param {"small" | "medium" | "large"} [size]
 * @returns {HTMLElement} initials on a colour that is the person's own
 */
export function avatar(person, size = "medium") {
  const index = everybody().findIndex((other) => other.id === person?.id);
  const color = person?.is_bot || index < 0 ? "bot" : String(index % COLORS);
  return h("span", { class: ["avatar", `avatar--${size}`, `avatar--${color}`], "aria-hidden": "true", data: { initials: initials(person) } });
}

/** @param {Person | undefined} person @returns {string} */
function initials(person) {
  if (!person) return "?";
  if (person.is_bot) return "⚡";
  const words = displayName(person).split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]].map((word) => [...word][0]) : [...(words[0] ?? "?")].slice(0, 1);
  return letters.join("").toUpperCase();
}

/** @param {Person | undefined} person @returns {string} */
export function displayName(person) {
  return person ? person.real_name || person.name : "Unknown";
}

/** Names by id, for text that a person edits. */
export const knownNames = {
  user: (/** @type {string} */ id) => personById(id)?.name,
  channel: (/** @type {string} */ id) => channelById(id)?.name,
};

/** @param {string | undefined} id @returns {string} */
export function nameOf(id) {
  const person = personById(id);
  return person ? displayName(person) : (id ?? "Unknown");
}

/** @param {Person} person @returns {HTMLElement} an option with an avatar, which a browser without rich options leaves out */
export function personOption(person) {
  const note = person.is_bot ? "app" : person.is_restricted ? "guest" : "";
  const name = h("span", { class: "option__name" }, displayName(person));
  return h("option", { value: person.id, class: "option" }, avatar(person, "small"), name, note && h("span", { class: "option__note" }, ` (${note})`));
}

/** @param {HTMLSelectElement} select filled with the people one can be */
export function fillPersonSelect(select) {
  select.replaceChildren(h("button", { type: "button" }, document.createElement("selectedcontent")));
  select.append(...state.people.filter((person) => !person.is_bot).map(personOption));
  select.value = state.user;
}
