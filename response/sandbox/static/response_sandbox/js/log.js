/**
 * The drawer "What Slack sees": deliveries to the app and the app's API calls.
 */
import { get } from "./api.js";
import { byId, fill, h } from "./dom.js";
import { setUpDrawer } from "./drawer.js";
import { toDate } from "./time.js";
import { attempt } from "./toasts.js";

const PAUSE_MS = 1500;
const LIMIT = 50;

let timer = 0;

/** Wire the drawer. */
export function setUpLog() {
  setUpDrawer("log", (open) => {
    clearTimeout(timer);
    if (open) void load();
  });
}

async function load() {
  const ok = await attempt(async () => draw(await get("log", { limit: LIMIT })));
  clearTimeout(timer);
  if (!byId("log-drawer").hidden) timer = setTimeout(load, ok ? PAUSE_MS : PAUSE_MS * 4);
}

/** @param {any} answer */
function draw(answer) {
  fill(byId("log-deliveries"), rows(answer.deliveries, deliveryRow, 5, "Nothing was delivered yet."));
  fill(byId("log-calls"), rows(answer.calls, callRow, 4, "The app has made no call yet."));
}

/** @param {any[]} entries @param {(entry: any) => Node} make @param {number} columns @param {string} none */
function rows(entries, make, columns, none) {
  return entries?.length ? entries.map(make) : h("tr", {}, h("td", { colspan: columns, class: "muted" }, none));
}

/** @param {any} delivery */
function deliveryRow(delivery) {
  const failed = Boolean(delivery.error) || (delivery.status ?? 0) >= 300;
  const waiting = !delivery.status && !delivery.error;
  const result = delivery.error || delivery.status || "waiting";
  return h("tr", { class: failed && "log__row--failed", data: { testid: "log-delivery" } },
    h("td", {}, time(delivery.at)),
    h("td", {}, h("span", { class: "log__kind" }, String(delivery.kind ?? "").replaceAll("_", " ")), h("code", { class: "log__name" }, delivery.name)),
    h("td", {}, h("span", { class: ["status", failed ? "status--bad" : waiting ? "status--wait" : "status--good"] }, result)),
    h("td", { class: "number" }, delivery.ms ?? ""),
    h("td", { class: "number" }, delivery.retry || ""));
}

/** @param {any} call */
function callRow(call) {
  const result = call.ok ? "ok" : call.error || call.status || "failed";
  return h("tr", { class: !call.ok && "log__row--failed", data: { testid: "log-call" } },
    h("td", {}, time(call.at)),
    h("td", {}, h("code", { class: "log__name" }, call.method)),
    h("td", {}, h("span", { class: ["status", call.ok ? "status--good" : "status--bad"] }, result)),
    h("td", { class: "number" }, call.ms ?? ""));
}

/** @param {number | string | null} at */
function time(at) {
  if (!at) return "";
  const date = Number.isNaN(Number(at)) ? new Date(at) : toDate(at);
  return date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}
