// Asks for the token of a gateway that wants one.

import { byId, fill } from "/assets/dom.js";
import { Refused, setToken } from "/assets/console-api.js";
import { isSheetOpen } from "/assets/console-sheet.js";

/** Asks for a token if that is what is missing. */
export function isAboutToken(error) {
  if (!(error instanceof Refused) || error.status !== 401) return false;
  byId("sign-in").hidden = false;
  // Of a key the gateway says what is wrong with it.
  const isWrong = error.reason !== "unauthenticated";
  const trouble = error.reason === "invalid_token" ? "This token is not one that the gateway knows." : `${error.message}.`;
  fill(byId("token-trouble"), isWrong && trouble);
  byId("token-field").setAttribute("aria-invalid", String(isWrong));
  if (!isSheetOpen()) byId("token-field").focus();
  return true;
}

/** @param {() => void} used called when there is a token to try */
export function prepareSignIn(used) {
  byId("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("token-field").value.trim();
    if (!/^[\x21-\x7e]+$/.test(text)) return fill(byId("token-trouble"), "A token is one word of plain letters, digits and signs.");
    setToken(text, byId("token-kept").checked);
    byId("token-field").value = "";
    fill(byId("token-trouble"));
    return used();
  });
  byId("token").addEventListener("click", () => {
    setToken("");
    location.reload();
  });
}
