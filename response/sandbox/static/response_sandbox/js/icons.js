/**
 * The page's few icons, drawn as SVG nodes.
 */

const SVG = "http://www.w3.org/2000/svg";

/** Path data on a 20 by 20 grid, stroked. */
const PATHS = {
  hash: "M7.5 3 5.5 17M14.5 3l-2 14M3.5 7.5h13M3 12.5h13",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  bell: "M10 3a5 5 0 0 0-5 5v3.5L3.5 14h13L15 11.5V8a5 5 0 0 0-5-5ZM8.2 16.5a2 2 0 0 0 3.6 0",
  plus: "M10 4v12M4 10h12",
  close: "M5 5l10 10M15 5 5 15",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  smile: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM6.8 11.8a3.6 3.6 0 0 0 6.4 0M7.4 7.6v.6M12.6 7.6v.6",
  pin: "M7.5 3h5l-.7 5 3.2 3.5H5L8.2 8zM10 11.5V17",
  reply: "M3.5 4h13v9.5H9L5.5 16.5v-3h-2z",
  edit: "M4 16l.7-3.4L13.3 4l2.7 2.7-8.6 8.6z",
  trash: "M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5 6.3 17h7.4l.8-11.5",
  more: "M4.6 10h.8M9.6 10h.8M14.6 10h.8",
  send: "M3 3.5 17 10 3 16.5l2-6.5zM5 10h6",
  bolt: "M11 2.5 4.5 11.5H9L8.5 17.5 15.5 8H10.5z",
  list: "M4 5h12M4 10h12M4 15h8",
  people: "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.5c0-3 2.4-5 5.5-5s5.5 2 5.5 5M13 4a2.7 2.7 0 0 1 0 5.2M14.5 11.8c2.1.5 3.5 2.2 3.5 4.7",
  chevron: "M6 8l4 4 4-4",
  eye: "M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5ZM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z",
  down: "M10 4v11M5 10.5l5 5 5-5",
};

/**
 * @param {keyof typeof PATHS} name
 * @returns {SVGSVGElement} hidden from screen readers: the button around it has the label
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon--${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.appendChild(path);
  return svg;
}
