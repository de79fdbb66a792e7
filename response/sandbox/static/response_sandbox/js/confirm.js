/**
 * A question before something happens: Block Kit's `confirm`, and the page's own.
 */
import { h } from "./dom.js";
import { plainString, textObject } from "./text.js";

/**
 * @param {any} confirm Slack's confirm object: title, text, confirm, deny, style
 * @returns {Promise<boolean>}
 */
export function askConfirm(confirm) {
  return new Promise((resolve) => {
    const yes = h("button", { type: "submit", value: "yes", class: ["button", `button--${confirm.style === "danger" ? "danger" : "primary"}`], data: { testid: "confirm-ok" } }, plainString(confirm.confirm) || "Yes");
    const no = h("button", { type: "submit", value: "no", class: "button", data: { testid: "confirm-deny" } }, plainString(confirm.deny) || "Cancel");
    const form = h("form", { method: "dialog", class: "confirm__form" },
      h("h2", { class: "confirm__title", id: "confirm-title" }, plainString(confirm.title)),
      h("div", { class: "confirm__text" }, textObject(confirm.text)),
      h("div", { class: "confirm__buttons" }, no, yes));
    const dialog = h("dialog", { class: "confirm", role: "alertdialog", "aria-labelledby": "confirm-title", data: { testid: "confirm" } }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    yes.focus();
  });
}
