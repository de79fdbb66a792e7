/**
 * Suggestions while one types: `/command`, `@person`, `#channel`, `:emoji:`.
 */
import { byId, h } from "./dom.js";
import { emojiFor, searchEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { avatar, displayName } from "./people.js";
import { everybody, state } from "./store.js";

const MOST = 8;

/**
 * @typedef {{insert: string, picture: Node | string, label: string, note?: string}} Suggestion
 * @typedef {{from: number, typed: string, suggestions: Suggestion[]}} Offer from: where in the text what was typed begins
 */

/** @type {{pattern: RegExp, find: (typed: string) => Suggestion[]}[]} */
const SOURCES = [
  { pattern: /^(\/\S*)$/, find: commands },
  { pattern: /(?:^|[\s(])(@[^\s@]*)$/, find: people },
  { pattern: /(?:^|[\s(])(#[^\s#]*)$/, find: channels },
  { pattern: /(?:^|[\s(])(:[\w+'-]{2,})$/, find: emoji },
];

/**
 * @param {HTMLTextAreaElement} box
 * @returns {{handleKey: (event: KeyboardEvent) => boolean}} handleKey: true when the key was for the list
 */
export function attachCompletion(box) {
  const list = byId("completion");
  /** @type {Offer | null} */
  let offer = null;
  let active = 0;

  const close = () => {
    offer = null;
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const draw = () => {
    if (!offer) return close();
    list.replaceChildren(...offer.suggestions.map((suggestion, index) => optionNode(suggestion, index, index === active, () => choose(index))));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    box.setAttribute("aria-activedescendant", `completion-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  const choose = (/** @type {number} */ index) => {
    if (!offer) return;
    box.setRangeText(`${offer.suggestions[index].insert} `, offer.from, box.selectionStart, "end");
    close();
    box.focus();
    box.dispatchEvent(new Event("input"));
  };
  const look = () => {
    offer = offerFor(box);
    active = 0;
    draw();
  };
  const move = (/** @type {number} */ step) => {
    const count = offer?.suggestions.length ?? 1;
    active = (active + step + count) % count;
    draw();
  };
  const handleKey = (/** @type {KeyboardEvent} */ event) => {
    if (!offer || event.isComposing) return false;
    // What is typed in full already needs no completing: Enter sends it.
    const complete = offer.suggestions[active].insert.toLowerCase() === offer.typed.toLowerCase();
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Escape") close();
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !complete)) choose(active);
    else {
      if (event.key === "Enter") close();
      return false;
    }
    event.preventDefault();
    return true;
  };
  box.addEventListener("input", look);
  box.addEventListener("blur", close);
  box.addEventListener("click", look);
  return { handleKey };
}

/** @param {HTMLTextAreaElement} box @returns {Offer | null} */
function offerFor(box) {
  if (box.selectionStart !== box.selectionEnd) return null;
  const before = box.value.slice(0, box.selectionStart);
  for (const { pattern, find } of SOURCES) {
    const typed = pattern.exec(before)?.[1];
    if (typed === undefined) continue;
    const suggestions = find(typed).slice(0, MOST);
    return suggestions.length ? { from: before.length - typed.length, typed, suggestions } : null;
  }
  return null;
}

/** @param {Suggestion} suggestion @param {number} index @param {boolean} active @param {() => void} choose */
function optionNode(suggestion, index, active, choose) {
  // mousedown would take the focus out of the box, which closes the list before the click.
  const on = { mousedown: (/** @type {Event} */ event) => event.preventDefault(), click: choose };
  const props = { role: "option", id: `completion-${index}`, class: ["completion__item", active && "completion__item--active"], "aria-selected": String(active), data: { testid: "completion-item", insert: suggestion.insert }, on };
  return h("li", props, h("span", { class: "completion__picture" }, suggestion.picture), h("span", { class: "completion__label" }, suggestion.label), suggestion.note && h("span", { class: "completion__note" }, suggestion.note));
}

/** @param {string} typed */
function commands(typed) {
  return state.commands
    .filter(({ command }) => command.toLowerCase().startsWith(typed.toLowerCase()))
    .map(({ command, usage_hint, description }) => ({ insert: command, picture: icon("bolt"), label: [command, usage_hint].filter(Boolean).join(" "), note: description }));
}

/** @param {string} typed */
function people(typed) {
  const wanted = typed.slice(1).toLowerCase();
  const rank = (/** @type {import("./store.js").Person} */ person) => (person.name.toLowerCase().startsWith(wanted) ? 0 : 1);
  return everybody()
    .filter((person) => `${person.name} ${displayName(person)}`.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b))
    .map((person) => ({ insert: `@${person.name}`, picture: avatar(person, "small"), label: person.name, note: person.is_bot ? "App" : displayName(person) }));
}

/** @param {string} typed */
function channels(typed) {
  const wanted = typed.slice(1).toLowerCase();
  return state.channels
    .filter((channel) => !channel.is_im && !channel.is_archived && channel.name.includes(wanted))
    .map((channel) => ({ insert: `#${channel.name}`, picture: icon(channel.is_private ? "lock" : "hash"), label: channel.name }));
}

/** @param {string} typed */
function emoji(typed) {
  return searchEmoji(typed.slice(1), MOST).map((name) => ({ insert: `:${name}:`, picture: emojiFor(name) ?? "", label: `:${name}:` }));
}
