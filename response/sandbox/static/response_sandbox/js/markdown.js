/**
 * The `markdown` block: the part of standard Markdown that Slack draws, as DOM nodes.
 */
import { externalLink, h } from "./dom.js";
import { emojiFor, emojiNode } from "./emoji.js";

const LINK = /^\[([^\]\n]+)\]\((\S+?)\)/;
const URL_BARE = /^https?:\/\/[^\s<>)]+/;
const EMOJI = /^:([\w+'-]+):/;
/** @type {[string, string][]} longest mark first */
const MARKS = [["**", "strong"], ["__", "strong"], ["~~", "s"], ["*", "em"], ["_", "em"]];

/**
 * @param {string} source
 * @returns {DocumentFragment}
 */
export function renderMarkdown(source) {
  const out = document.createDocumentFragment();
  const lines = source.replaceAll("\r", "").split("\n");
  while (lines.length) out.append(...nextBlock(lines));
  return out;
}

/**
 * @param {string[]} lines what is left of the text; what is used is removed
 * @returns {Node[]}
 */
function nextBlock(lines) {
  const line = lines[0];
  if (!line.trim()) return drop(lines);
  if (line.startsWith("```")) return [fence(lines)];
  const heading = /^(#{1,6})\s+(.*)/.exec(line);
  if (heading) return drop(lines, h("p", { class: `markdown-heading markdown-heading--${heading[1].length}` }, inline(heading[2])));
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return drop(lines, h("hr", { class: "block-divider" }));
  if (/^>/.test(line)) return [h("blockquote", { class: "quote" }, joined(take(lines, /^>/).map((l) => l.replace(/^> ?/, ""))))];
  if (/^\s*[-*+]\s+/.test(line)) return [list(take(lines, /^\s*[-*+]\s+/), "ul")];
  if (/^\s*\d+[.)]\s+/.test(line)) return [list(take(lines, /^\s*\d+[.)]\s+/), "ol")];
  if (line.trim().startsWith("|")) return [table(take(lines, /^\s*\|/))];
  return [h("p", { class: "markdown-paragraph" }, joined(take(lines, /^(?!\s*$|```|#{1,6}\s|>|\s*[-*+]\s|\s*\d+[.)]\s)/)))];
}

/** @param {string[]} lines @param {...Node} nodes @returns {Node[]} */
function drop(lines, ...nodes) {
  lines.shift();
  return nodes;
}

/** @param {string[]} lines @param {RegExp} pattern @returns {string[]} the first line and those after it that match */
function take(lines, pattern) {
  const taken = [/** @type {string} */ (lines.shift())];
  while (lines.length && pattern.test(lines[0])) taken.push(/** @type {string} */ (lines.shift()));
  return taken;
}

/** @param {string[]} lines @returns {HTMLElement} */
function fence(lines) {
  lines.shift();
  const end = lines.findIndex((line) => line.startsWith("```"));
  const body = lines.splice(0, end < 0 ? lines.length : end);
  lines.shift();
  return h("pre", { class: "pre" }, body.join("\n"));
}

/** @param {string[]} items @param {"ul" | "ol"} tag @returns {HTMLElement} */
function list(items, tag) {
  return h(tag, { class: "list" }, items.map((item) => {
    const depth = Math.min(Math.floor(/^\s*/.exec(item)?.[0].length ?? 0) / 2, 8);
    const text = item.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, "");
    return h("li", { class: depth >= 1 && `list--indent-${Math.floor(depth)}` }, inline(text));
  }));
}

/** @param {string[]} rows @returns {HTMLElement} */
function table(rows) {
  const cells = rows.map((row) => row.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim()));
  const [head, ...body] = cells.filter((row) => !row.every((cell) => /^:?-+:?$/.test(cell)));
  const tr = (/** @type {string[]} */ row, /** @type {string} */ tag) => h("tr", {}, row.map((cell) => h(tag, {}, inline(cell))));
  return h("div", { class: "table-scroll" }, h("table", { class: "table" }, h("thead", {}, tr(head ?? [], "th")), h("tbody", {}, body.map((row) => tr(row, "td")))));
}

/** @param {string[]} lines @returns {Node[]} */
function joined(lines) {
  return lines.flatMap((line, index) => (index ? [h("br"), ...inline(line)] : inline(line)));
}

/** @param {string} source @returns {Node[]} */
function inline(source) {
  /** @type {Node[]} */
  const nodes = [];
  let plain = "";
  for (let at = 0; at < source.length; ) {
    const found = spanAt(source, at);
    if (found) {
      if (plain) nodes.push(document.createTextNode(plain));
      plain = "";
      nodes.push(found.node);
      at += found.length;
    } else {
      const escaped = /^\\[\\`*_{}[\]()#+.!~>|-]/.test(source.slice(at));
      plain += source[escaped ? at + 1 : at];
      at += escaped ? 2 : 1;
    }
  }
  if (plain) nodes.push(document.createTextNode(plain));
  return nodes;
}

/** @param {string} source @param {number} at @returns {{node: Node, length: number} | null} */
function spanAt(source, at) {
  const rest = source.slice(at);
  const code = /^(`+)(.+?)\1(?!`)/.exec(rest);
  if (code) return { node: h("code", { class: "code" }, code[2]), length: code[0].length };
  const link = LINK.exec(rest);
  if (link) return { node: externalLink(link[2], inline(link[1])), length: link[0].length };
  const url = URL_BARE.exec(rest);
  if (url) return { node: externalLink(url[0], url[0]), length: url[0].length };
  const emoji = EMOJI.exec(rest);
  if (emoji && emojiFor(emoji[1])) return { node: emojiNode(emoji[1]), length: emoji[0].length };
  return emphasis(source, at);
}

/** @param {string} source @param {number} at @returns {{node: Node, length: number} | null} */
function emphasis(source, at) {
  for (const [mark, tag] of MARKS) {
    if (!source.startsWith(mark, at) || /[\s]/.test(source[at + mark.length] ?? " ")) continue;
    if (mark.includes("_") && /\w/.test(source[at - 1] ?? " ")) continue;
    const end = source.indexOf(mark, at + mark.length);
    if (end > at + mark.length) return { node: h(tag, {}, inline(source.slice(at + mark.length, end))), length: end + mark.length - at };
  }
  return null;
}
