// Sends a request and gives back all that there is to know of its answer.

/** More of a body is not read: nobody looks at it. */
const MOST = 1_000_000;

/**
 * `{ status, reason, milliseconds, headers, text, size, isCut }`, or `{ failure, note }` when there was no answer.
 * The token is an argument, and goes nowhere but into the request.
 */
export async function send(request, token, signal) {
  let made;
  try {
    made = new Request(request.url, {
      method: request.method, headers: fields(request, token), body: request.body, signal,
      cache: "no-store", credentials: "omit", redirect: "manual", referrerPolicy: "no-referrer",
    });
  } catch (error) {
    return { failure: `Nothing was sent: ${error.message}`, note: "No request can hold this." };
  }
  const start = performance.now();
  try {
    const response = await fetch(made);
    const { text, size, isCut } = await read(response);
    return {
      status: response.status, reason: response.statusText, milliseconds: performance.now() - start,
      headers: [...response.headers], text, size, isCut,
    };
  } catch (error) {
    if (signal.aborted) return { failure: "Stopped before the answer was there.", note: "What it has done so far is done." };
    return { failure: `No answer: ${error.message}`, note: "The server is out of reach. It may have arrived all the same." };
  }
}

/** Throws for a text that no header field can hold. */
function fields(request, token) {
  const headers = new Headers(request.headers);
  if (token) headers.set("Authorization", `Bearer ${token}`);
  // The answer shall be the server's own and not one that the browser has kept. But to ask for that, a browser makes the
  // server ask Luma anew, unless the request says something else about kept answers: here, that they are welcome.
  if (request.method === "GET" && !headers.has("Cache-Control")) headers.set("Cache-Control", "max-age=86400");
  return headers;
}

async function read(response) {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  let [text, size] = ["", 0];
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
    size += value.length;
    if (size > MOST) {
      await reader.cancel();
      return { text, size, isCut: true };
    }
  }
  return { text: text + decoder.decode(), size, isCut: false };
}
