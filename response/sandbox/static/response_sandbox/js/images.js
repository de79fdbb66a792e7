/**
 * Images of blocks. The page loads nothing from other sites, so only an image of this site is shown itself.
 */
import { externalLink, h } from "./dom.js";

/**
 * @param {any} image block or element with image_url and alt_text
 * @param {string} className
 * @returns {HTMLElement}
 */
export function imageNode(image, className) {
  const alt = image.alt_text ?? "image";
  const url = image.image_url ?? "";
  if (isOwn(url)) return h("img", { class: className, src: url, alt });
  return h("span", { class: `${className} image-elsewhere`, title: url }, "🖼 ", url ? externalLink(url, alt) : alt);
}

/** @param {string} url */
function isOwn(url) {
  try {
    return url !== "" && new URL(url, document.baseURI).origin === location.origin;
  } catch {
    return false;
  }
}
