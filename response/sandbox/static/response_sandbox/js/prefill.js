/**
 * Blocks that start with values typed before, so that an updated view keeps what the person has entered.
 */

/** What an element's value is called in `state.values`, and as its start value. @type {[string, string][]} */
const NAMES = [
  ["value", "initial_value"],
  ["selected_option", "initial_option"],
  ["selected_options", "initial_options"],
  ["selected_user", "initial_user"],
  ["selected_users", "initial_users"],
  ["selected_conversation", "initial_conversation"],
  ["selected_conversations", "initial_conversations"],
  ["selected_channel", "initial_channel"],
  ["selected_channels", "initial_channels"],
  ["selected_date", "initial_date"],
  ["selected_time", "initial_time"],
  ["selected_date_time", "initial_date_time"],
  ["rich_text_value", "initial_value"],
];

/**
 * @param {any[]} blocks
 * @param {Record<string, Record<string, any>> | undefined} values as `state.values`; the same block_id and action_id keep theirs
 * @returns {any[]}
 */
export function withValues(blocks, values) {
  if (!values) return blocks;
  return blocks.map((block) => {
    const own = values[block.block_id];
    if (!own) return block;
    const start = (/** @type {any} */ element) => (element && own[element.action_id] ? withValue(element, own[element.action_id]) : element);
    return { ...block, ...mapped(block, "element", start), ...mapped(block, "accessory", start), ...(block.elements ? { elements: block.elements.map(start) } : {}) };
  });
}

/** @param {any} block @param {string} key @param {(element: any) => any} start */
function mapped(block, key, start) {
  return block[key] ? { [key]: start(block[key]) } : {};
}

/** @param {any} element @param {any} value @returns {any} */
function withValue(element, value) {
  if (element.type !== value.type) return element;
  const changes = NAMES.filter(([name]) => name in value).map(([name, initial]) => [initial, value[name] ?? undefined]);
  return { ...element, ...Object.fromEntries(changes) };
}
