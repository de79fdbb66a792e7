/**
 * Slack's timestamps ("1795200000.000100", epoch seconds) as people read them, in the browser's time zone.
 */

/** @param {string | number} ts @returns {Date} */
export function toDate(ts) {
  return new Date(Number(ts) * 1000);
}

/** @param {string | number} ts @returns {string} e.g. "14:05" */
export function clock(ts) {
  return toDate(ts).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

/** @param {string | number} ts @returns {string} */
export function fullDate(ts) {
  return toDate(ts).toLocaleString([], { dateStyle: "full", timeStyle: "medium" });
}

/** @param {string | number} ts @returns {string} a key equal for moments of the same day */
export function dayKey(ts) {
  return toDate(ts).toDateString();
}

/** @param {string | number} ts @param {Date} [now] @returns {string} "Today", "Yesterday" or the date */
export function dayName(ts, now = new Date()) {
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  const key = dayKey(ts);
  if (key === now.toDateString()) return "Today";
  if (key === yesterday.toDateString()) return "Yesterday";
  /** @type {Intl.DateTimeFormatOptions} */
  const format = { weekday: "long", day: "numeric", month: "long" };
  if (toDate(ts).getFullYear() !== now.getFullYear()) format.year = "numeric";
  return toDate(ts).toLocaleDateString([], format);
}

/** @type {Record<string, (date: Date) => string>} */
const TOKENS = {
  date_num: (date) => isoDay(date),
  date: (date) => date.toLocaleDateString([], { dateStyle: "long" }),
  date_short: (date) => date.toLocaleDateString([], { dateStyle: "medium" }),
  date_long: (date) => date.toLocaleDateString([], { dateStyle: "full" }),
  date_pretty: (date) => pretty(date, "long"),
  date_short_pretty: (date) => pretty(date, "medium"),
  date_long_pretty: (date) => pretty(date, "full"),
  time: (date) => clock(date.getTime() / 1000),
  time_secs: (date) => date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  ago: (date) => ago(date),
};

/**
 * Slack's `<!date^…>` template.
 * @param {number} epoch seconds
 * @param {string} template e.g. "{date_short_pretty} at {time}"
 * @returns {string}
 */
export function formatDateToken(epoch, template) {
  const date = toDate(epoch);
  return template.replace(/\{(\w+)\}/g, (whole, name) => (TOKENS[name] ? TOKENS[name](date) : whole));
}

/** @param {Date} date @returns {string} e.g. "2026-11-21", local time */
export function isoDay(date) {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** @param {Date} date @returns {string} the value of a datetime-local input */
export function isoMinute(date) {
  return `${isoDay(date)}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, "0");
}

/** @param {Date} date @param {"full" | "long" | "medium"} dateStyle */
function pretty(date, dateStyle) {
  const name = dayName(date.getTime() / 1000);
  return ["Today", "Yesterday"].includes(name) ? name.toLowerCase() : date.toLocaleDateString([], { dateStyle });
}

/** @param {Date} date */
function ago(date) {
  const seconds = Math.round((date.getTime() - Date.now()) / 1000);
  const format = new Intl.RelativeTimeFormat([], { numeric: "auto" });
  if (Math.abs(seconds) < 60) return format.format(seconds, "second");
  if (Math.abs(seconds) < 3600) return format.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 86400) return format.format(Math.round(seconds / 3600), "hour");
  return format.format(Math.round(seconds / 86400), "day");
}
