/**
 * Slack's mrkdwn as DOM nodes.
 *
 * References (`<…>`) and code are taken out first, entities are decoded once and last, on the way into a text node.
 */
import { externalLink, h } from "./dom.js";
import { emojiFor, emojiNode } from "./emoji.js";
import { decodeEntities, textNodes } from "./entities.js";
import { referenceNode } from "./references.js";

/**
 * @typedef {object} Options
 * @property {boolean} [verbatim] leave bare URLs alone
 */

const FENCE = /```\n?([\s\S]*?)\n?```/g;
const QUOTE_LINE = /^(?:&gt;|>) ?/;
const QUOTE_REST = /^(?:&gt;&gt;&gt;|>>>) ?/;
const BARE_URL = /^https?:\/\/[^\s<>|"]+/;
const EMOJI = /^:([\p{L}\p{N}_+'-]+(?:::skin-tone-[2-6])?):/u;
const WORD = /[\p{L}\p{N}]/u;
/** @type {Record<string, string>} */
const TAGS = { "*": "strong", _: "em", "~": "s" };

/**
 * @param {string} text
 * @param {Options} [options]
 * @returns {DocumentFragment}
 */
export function renderMrkdwn(text, options = {}) {
  const out = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(FENCE)) {
    if (!match[1].trim()) continue;
    out.append(...lines(text.slice(from, match.index).replace(/\n$/, ""), options));
    out.append(h("pre", { class: "pre" }, codeNodes(match[1])));
    from = match.index + match[0].length;
    if (text[from] === "\n") from += 1;
  }
  out.append(...lines(text.slice(from), options));
  return out;
}

/**
 * Wire text as the person would type it again: for the edit box.
 * @param {string} text
 * @param {{user: (id: string) => string | undefined, channel: (id: string) => string | undefined}} names
 */
export function toTyped(text, names) {
  const plain = text.replace(/<([^<>\n]+)>/g, (whole, inner) => {
    const [target, label] = inner.split("|");
    if (target.startsWith("@")) return `@${names.user(target.slice(1)) ?? label ?? target.slice(1)}`;
    if (target.startsWith("#")) return `#${names.channel(target.slice(1)) ?? label ?? target.slice(1)}`;
    if (target.startsWith("!")) return /^!(here|channel|everyone)$/.test(target) ? `@${target.slice(1)}` : (label ?? whole);
    return target.replace(/^mailto:/, "");
  });
  return decodeEntities(plain);
}

/**
 * Lines with their quotes.
 * @param {string} text
 * @param {Options} options
 * @returns {Node[]}
 */
function lines(text, options) {
  if (!text) return [];
  /** @type {{quote: boolean, lines: string[]}[]} */
  const runs = [];
  const all = text.split("\n");
  for (let i = 0; i < all.length; i += 1) {
    const rest = QUOTE_REST.test(all[i]);
    const quote = rest || QUOTE_LINE.test(all[i]);
    const content = rest ? [all[i].replace(QUOTE_REST, ""), ...all.slice(i + 1)] : [all[i].replace(QUOTE_LINE, "")];
    const last = runs.at(-1);
    if (last && last.quote === quote) last.lines.push(...(quote ? content : [all[i]]));
    else runs.push({ quote, lines: quote ? content : [all[i]] });
    if (rest) break;
  }
  return runs.flatMap((run) => {
    const nodes = inline(run.lines.join("\n"), options);
    return run.quote ? [h("blockquote", { class: "quote" }, nodes)] : nodes;
  });
}

/**
 * @param {string} source
 * @param {Options} options
 * @returns {Node[]}
 */
function inline(source, options) {
  /** @type {Node[]} */
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(...textNodes(decodeEntities(plain)));
    plain = "";
  };
  let at = 0;
  while (at < source.length) {
    const found = spanAt(source, at, options);
    if (found) {
      flush();
      nodes.push(...found.nodes);
      at += found.length;
    } else {
      plain += source[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

/**
 * What begins at a position, if anything special does.
 * @param {string} source
 * @param {number} at
 * @param {Options} options
 * @returns {{nodes: Node[], length: number} | null}
 */
function spanAt(source, at, options) {
  const char = source[at];
  if (char === "<") return reference(source, at);
  if (char === "`") return code(source, at);
  if (char === ":") return emoji(source, at);
  if (char in TAGS) return styled(source, at, options);
  if (char === "h" && !options.verbatim && !isWord(source[at - 1])) return bareUrl(source, at);
  return null;
}

/** @param {string} source @param {number} at */
function reference(source, at) {
  const end = source.indexOf(">", at);
  const inner = source.slice(at + 1, end);
  if (end < 0 || !inner || /[<\n]/.test(inner)) return null;
  return { nodes: [referenceNode(inner)], length: end + 1 - at };
}

/** @param {string} source @param {number} at */
function code(source, at) {
  const match = /^`([^`\n]+)`/.exec(source.slice(at));
  if (!match || isWord(source[at - 1])) return null;
  return { nodes: [h("code", { class: "code" }, codeNodes(match[1]))], length: match[0].length };
}

/** @param {string} source @param {number} at */
function emoji(source, at) {
  const match = EMOJI.exec(source.slice(at));
  if (!match || !emojiFor(match[1])) return null;
  return { nodes: [emojiNode(match[1])], length: match[0].length };
}

/** @param {string} source @param {number} at */
function bareUrl(source, at) {
  const match = BARE_URL.exec(source.slice(at));
  if (!match) return null;
  const url = match[0].replace(/(?:[.,;:!?*_~)\]]|&gt;.*)+$/, "");
  return { nodes: [externalLink(decodeEntities(url), decodeEntities(url))], length: url.length };
}

/**
 * *bold*, _italic_, ~strike~: the marks stand at word boundaries, on one line, around something.
 * @param {string} source
 * @param {number} at
 * @param {Options} options
 */
function styled(source, at, options) {
  const mark = source[at];
  if (isWord(source[at - 1]) || /\s/.test(source[at + 1] ?? " ") || source[at + 1] === mark) return null;
  const end = closingMark(source, at + 1, mark);
  if (end < 0) return null;
  return { nodes: [h(TAGS[mark], {}, inline(source.slice(at + 1, end), options))], length: end + 1 - at };
}

/**
 * @param {string} source
 * @param {number} from
 * @param {string} mark
 * @returns {number} where the mark closes, outside references and code; -1 when it does not
 */
function closingMark(source, from, mark) {
  for (let i = from; i < source.length && source[i] !== "\n"; i += 1) {
    const skipped = /^(?:<[^<>\n]+>|`[^`\n]+`)/.exec(source.slice(i));
    if (skipped) i += skipped[0].length - 1;
    else if (source[i] === mark && i > from && !/\s/.test(source[i - 1]) && !isWord(source[i + 1])) return i;
  }
  return -1;
}

/** @param {string | undefined} char */
function isWord(char) {
  return char !== undefined && WORD.test(char);
}

/** Code shows references as text and links. @param {string} source @returns {Node[]} */
function codeNodes(source) {
  return source.split(/(<[^<>\n]+>)/).flatMap((part) => {
    if (/^<[^<>\n]+>$/.test(part)) return [referenceNode(part.slice(1, -1))];
    return part ? [document.createTextNode(decodeEntities(part))] : [];
  });
}
