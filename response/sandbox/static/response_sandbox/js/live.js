/**
 * Keeps the page in step with the workspace: asks for the state again and again, for messages when it changed.
 */
import { ApiError, get } from "./api.js";
import { state, update } from "./store.js";

const VISIBLE_MS = 800;
const HIDDEN_MS = 5000;
const LONGEST_WAIT_MS = 8000;
const MESSAGE_LIMIT = 200;

let timer = 0;
let failures = 0;
/** Counts what makes an answer under way out of date: a change of person or channel, an own action. */
let generation = 0;
/** @type {string} what the shown messages belong to */
let shown = "";
/** @type {Promise<void> | null} */
let running = null;

/** Start to follow the workspace. */
export function follow() {
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void refresh();
  });
  void refresh();
}

/**
 * Ask now. An answer to a question asked earlier is thrown away.
 * @returns {Promise<void>} when the page shows the answer, or the connection failed
 */
export async function refresh() {
  generation += 1;
  while (running) await running;
  clearTimeout(timer);
  running = cycle().finally(() => {
    running = null;
    clearTimeout(timer);
    timer = setTimeout(refresh, pause());
  });
  await running;
}

/** @returns {number} milliseconds until the next question */
function pause() {
  if (failures) return Math.min(VISIBLE_MS * 2 ** failures, LONGEST_WAIT_MS);
  return document.hidden ? HIDDEN_MS : VISIBLE_MS;
}

/** One question and what follows from its answer. */
async function cycle() {
  const asked = generation;
  try {
    await loadState(asked);
    failures = 0;
    update({ connected: true });
  } catch (error) {
    failures += 1;
    const lost = error instanceof ApiError && (error.status === 0 || error.status >= 500 || failures > 2);
    if (lost) update({ connected: false });
    else if (!(error instanceof ApiError)) throw error;
  }
}

/** @param {number} asked the generation when the question was asked */
async function loadState(asked) {
  const place = `${state.user} ${state.channelId}`;
  const known = shown === place ? state.version : 0;
  const answer = await get("state", { user: state.user, since: known });
  if (asked !== generation) return;
  if (answer.channels) applyState(answer);
  else if (shown === place) return;
  await loadMessages(asked, answer.version);
}

/** @param {any} answer */
function applyState(answer) {
  update({
    channels: answer.channels,
    bell: { unread_dms: 0, items: [], ...answer.bell, of: state.user },
    modal: answer.modal ?? null,
    faultsOn: Boolean(answer.faults_on),
  });
}

/** @param {number} asked @param {number} version of the state that led here */
async function loadMessages(asked, version) {
  const { user, channelId } = state;
  if (!channelId) return;
  const answer = await get("messages", { user, channel: channelId, limit: MESSAGE_LIMIT });
  if (asked !== generation) return;
  shown = `${user} ${channelId}`;
  update({ version, conversation: { channel: answer.channel, messages: answer.messages } });
}
