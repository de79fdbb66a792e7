/**
 * What the page knows: one object, changed through `update`, watched through `watch`.
 */

/**
 * @typedef {{id: string, name: string, real_name?: string, is_bot?: boolean, is_restricted?: boolean, color?: string}} Person
 * @typedef {{id: string, name: string, topic?: string, is_private?: boolean, is_archived?: boolean, is_member?: boolean,
 *   is_im?: boolean, im_user?: string, unread?: number, last_ts?: string, member_count?: number, members?: string[]}} Channel
 * @typedef {{ts: string, user?: string, username?: string, bot_id?: string, text?: string, blocks?: any[], attachments?: any[],
 *   edited?: object, reactions?: {name: string, users: string[]}[], pinned?: boolean, ephemeral?: boolean,
 *   thread_ts?: string, subtype?: string}} Message
 * @typedef {{command: string, description?: string, usage_hint?: string}} Command
 */

export const state = {
  /** @type {{id?: string, name?: string, domain?: string}} */
  team: {},
  /** @type {Person[]} */
  people: [],
  /** @type {Person | null} */
  bot: null,
  /** @type {Command[]} */
  commands: [],
  /** @type {Record<string, string>} shortname without colons to unicode */
  emoji: {},
  /** @type {string} id of who the visitor is */
  user: "",
  /** @type {string} id of the open channel */
  channelId: "",
  version: 0,
  /** @type {Channel[]} */
  channels: [],
  /** @type {{of: string, unread_dms: number, items: {channel: string, ts: string, text: string}[]}} of: whose it is */
  bell: { of: "", unread_dms: 0, items: [] },
  /** @type {{view: any, state: string, depth?: number} | null} */
  modal: null,
  /** @type {{channel: Channel, messages: Message[]} | null} the open conversation, null while it loads */
  conversation: null,
  faultsOn: false,
  connected: true,
};

/** @typedef {keyof typeof state} Key */

/** @type {{keys: Set<string>, fn: () => void}[]} */
const watchers = [];

/**
 * @param {Key[]} keys
 * @param {() => void} fn called after any of them changed
 */
export function watch(keys, fn) {
  watchers.push({ keys: new Set(keys), fn });
}

/**
 * Change the state and call the watchers of what is different. Data is compared as JSON, so that an equal answer of
 * the server redraws nothing.
 * @param {Partial<typeof state>} patch
 */
export function update(patch) {
  const changed = Object.entries(patch).filter(([key, value]) => !same(/** @type {any} */ (state)[key], value));
  for (const [key, value] of changed) /** @type {any} */ (state)[key] = value;
  const names = changed.map(([key]) => key);
  for (const { keys, fn } of watchers) if (names.some((name) => keys.has(name))) fn();
}

/** @param {any} a @param {any} b */
function same(a, b) {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** @returns {Person[]} everybody, the bot last */
export function everybody() {
  const { bot, people } = state;
  return !bot || people.some((person) => person.id === bot.id) ? people : [...people, { ...bot, is_bot: true }];
}

/** @param {string | undefined} id @returns {Person | undefined} */
export function personById(id) {
  return everybody().find((person) => person.id === id);
}

/** @param {string | undefined} id @returns {Channel | undefined} */
export function channelById(id) {
  return state.channels.find((channel) => channel.id === id);
}

/** @returns {Channel | undefined} the open channel as the list knows it */
export function currentChannel() {
  return channelById(state.channelId);
}
