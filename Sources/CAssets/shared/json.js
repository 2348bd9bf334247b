// Reads JSON that may be none.

/** The value that a text stands for; undefined for what is no JSON. */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
