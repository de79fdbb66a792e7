/**
 * The faults drawer: what goes wrong between Slack and the app, switched on and off.
 */
import { ApiError, get, post } from "./api.js";
import { askConfirm } from "./confirm.js";
import { byId, fill, h, uniqueId } from "./dom.js";
import { setDrawer, setUpDrawer } from "./drawer.js";
import { refresh } from "./live.js";
import { state, update, watch } from "./store.js";
import { attempt, showToast } from "./toasts.js";

/** Label and hint of the faults that are known; others are drawn from their name. @type {Record<string, [string, string]>} */
const LABELS = {
  outage: ["Outage", "Slack refuses every API call before doing anything."],
  latency_ms: ["Latency (ms)", "Each API call takes this much longer."],
  rate_limit_percent: ["Rate limited (%)", "This share of API calls is answered 429."],
  rate_limit_methods: ["Rate limited methods", "Methods answered 429, separated by commas; empty for all."],
  rate_limit_count: ["Rate limited: next calls", "Only the next so many calls of those methods."],
  retry_after: ["Retry-After (s)", "What a 429 tells the app to wait."],
  server_error_percent: ["Server errors (%)", "This share of API calls is answered 5xx, nothing done."],
  server_error_methods: ["Server error methods", "Methods answered 5xx, separated by commas; empty for all."],
  server_error_count: ["Server errors: next calls", "Only the next so many calls of those methods."],
  server_error_status: ["Server error status", "The status of those answers; 0 is 500 or 503, as it happens."],
  drop_after_work_percent: ["Answers lost (%)", "The work is done, then the connection breaks."],
  drop_after_work_methods: ["Answers lost: methods", "Methods whose answer is lost, separated by commas; empty for all."],
  drop_after_work_count: ["Answers lost: next calls", "Only the next so many calls of those methods."],
  error_code: ["Error code", "What refused calls answer, e.g. channel_not_found or is_archived."],
  error_percent: ["Refused (%)", "This share of API calls is answered with that error."],
  error_methods: ["Refused methods", "Methods answered with that error, separated by commas; empty for all."],
  error_count: ["Refused: next calls", "Only the next so many calls of those methods."],
  duplicate_deliveries: ["Duplicate deliveries", "Events arrive at the app more than once."],
  late_delivery_ms: ["Late deliveries (ms)", "Events arrive at the app this much later."],
  expire_triggers: ["Expired triggers", "Every trigger_id is too old when it is used."],
};

/** Wire the drawer and the pill in the header. */
export function setUpFaults() {
  setUpDrawer("faults", (open) => open && load());
  watch(["faultsOn"], drawPill);
  byId("faults-pill").addEventListener("click", () => setDrawer("faults", true));
  byId("faults-form").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    void save(read());
  });
  byId("faults-off").addEventListener("click", () => save(allOff()));
  byId("reset").addEventListener("click", resetWorkspace);
  drawPill();
}

function drawPill() {
  byId("faults-pill").hidden = !state.faultsOn;
}

async function load() {
  await attempt(async () => draw(faultsOf(await get("faults"))));
}

/** @param {any} answer @returns {Record<string, any>} the faults without the answer's own fields */
function faultsOf(answer) {
  const { ok, on, faults_on, message, ...faults } = answer.faults ?? answer;
  return faults;
}

/** @param {Record<string, any>} faults */
function draw(faults) {
  fill(byId("faults-fields"), Object.entries(faults).map(([name, value]) => row(name, value)));
}

/** @param {string} name @param {any} value @returns {HTMLElement} */
function row(name, value) {
  const [label, hint] = LABELS[name] ?? [name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " "), ""];
  const id = uniqueId("fault");
  const kind = Array.isArray(value) ? "list" : typeof value;
  const data = { fault: name, kind, testid: `fault-${name}` };
  const text = Array.isArray(value) ? value.join(", ") : (value ?? "");
  const input = kind === "boolean"
    ? h("input", { type: "checkbox", class: "switch", role: "switch", id, checked: value, data })
    : h("input", { class: "input", id, type: kind === "number" ? "number" : "text", min: kind === "number" ? 0 : undefined, step: kind === "number" ? "any" : undefined, value: text, data });
  if (hint) input.setAttribute("aria-describedby", `${id}-hint`);
  const words = h("div", { class: "fault__words" }, h("label", { for: id, class: "fault__label" }, label), hint && h("p", { class: "fault__hint", id: `${id}-hint` }, hint));
  return h("div", { class: ["fault", `fault--${kind}`, isOn(name, value) && "fault--on"] }, words, input);
}

/** Says how a fault looks, and is none in itself. */
const DETAIL = /^retry_after$|^error_code$|^server_error_status$|_methods$/;

/** @param {string} name @param {any} value @returns {boolean} whether it makes something fail */
function isOn(name, value) {
  return !DETAIL.test(name) && Boolean(value);
}

/** @returns {HTMLInputElement[]} */
function inputs() {
  return [...byId("faults-fields").querySelectorAll("[data-fault]")];
}

/** @param {HTMLInputElement} input */
function valueOf(input) {
  if (input.dataset.kind === "boolean") return input.checked;
  if (input.dataset.kind === "number") return Number(input.value) || 0;
  if (input.dataset.kind === "list") return input.value.split(/[\s,]+/).filter(Boolean);
  return input.value;
}

/** @returns {Record<string, any>} */
function read() {
  return Object.fromEntries(inputs().map((input) => [input.dataset.fault, valueOf(input)]));
}

/** @returns {Record<string, any>} */
function allOff() {
  const off = /** @type {Record<string, any>} */ ({ boolean: false, number: 0, list: [], string: "" });
  return Object.fromEntries(inputs().filter(({ dataset }) => dataset.fault !== "retry_after").map(({ dataset }) => [dataset.fault, off[dataset.kind ?? "string"]]));
}

/** @param {Record<string, any>} faults */
async function save(faults) {
  const line = byId("faults-status");
  line.classList.remove("error-line");
  line.textContent = "Saving…";
  try {
    const answer = await post("faults", faults);
    const now = Object.keys(faultsOf(answer)).length ? faultsOf(answer) : faultsOf(await get("faults"));
    draw(now);
    const on = Object.entries(now).some(([name, value]) => isOn(name, value));
    update({ faultsOn: on });
    line.textContent = on ? "Saved: faults are on." : "Saved: no faults.";
  } catch (error) {
    line.classList.add("error-line");
    line.textContent = error instanceof ApiError ? error.message : String(error);
  }
}

async function resetWorkspace() {
  const sure = await askConfirm({ title: "Reset the workspace", text: "All messages and channels of the sandbox are removed and the first ones made anew. The app's own incidents stay.", confirm: "Reset", deny: "Cancel", style: "danger" });
  if (!sure) return;
  if (await attempt(() => post("reset", { user: state.user }))) showToast(["The workspace is as new."]);
  await load();
  await refresh();
}
