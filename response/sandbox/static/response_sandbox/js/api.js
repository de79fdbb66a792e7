/**
 * HTTP with the sandbox's page API: JSON in, JSON out, failures as ApiError.
 */

const TIMEOUT_MS = 15000;

/** A call that failed. `message` is for the person, `code` for the program. */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {number} status HTTP status, 0 without an answer
   */
  constructor(code, message, status = 0) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
  }
}

const settings = { base: "", csrf: "" };

/**
 * @param {string} base path that the endpoints are below, with a slash at its end
 * @param {string} csrf Django's CSRF token
 */
export function configure(base, csrf) {
  settings.base = base;
  settings.csrf = csrf;
}

/**
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} [params]
 * @returns {Promise<any>}
 */
export function get(path, params = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== undefined && value !== null) query.set(key, String(value));
  }
  const search = query.size ? `?${query}` : "";
  return send(path + search, { method: "GET" });
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
export function post(path, body) {
  return send(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": settings.csrf },
    body: JSON.stringify(body),
  });
}

/**
 * @param {string} path
 * @param {RequestInit} init
 */
async function send(path, init) {
  let response;
  try {
    response = await fetch(settings.base + path, {
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...init,
    });
  } catch {
    throw new ApiError("connection_lost", "The sandbox cannot be reached. Is the server running?");
  }
  const data = await readJson(response);
  if (!response.ok || data.ok === false) {
    const code = data.error ?? `http_${response.status}`;
    throw new ApiError(code, data.message || readable(code), response.status);
  }
  return data;
}

/** @param {Response} response */
async function readJson(response) {
  try {
    return await response.json();
  } catch {
    return { ok: false, error: `http_${response.status}` };
  }
}

/** @param {string} code @returns {string} */
function readable(code) {
  return code.startsWith("http_") ? `The sandbox answered with status ${code.slice(5)}.` : `Failed: ${code.replaceAll("_", " ")}.`;
}
