// The index on a narrow screen, which covers the page and is opened and closed by a button.

import { byId } from "/assets/dom.js";

/** Opens the index where it is closed; on a wide screen it is always there. */
export function openMenu() {
  if (byId("menu").checkVisibility()) setOpen(true);
}

export function closeMenu() {
  setOpen(false);
}

export function prepareMenu() {
  byId("menu").addEventListener("click", () => setOpen(!isOpen()));
  byId("index").addEventListener("click", (event) => { if (event.target.closest("a")) closeMenu(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen() || event.target === byId("search")) return;
    closeMenu();
    byId("menu").focus();
  });
}

function isOpen() {
  return byId("index").classList.contains("open");
}

function setOpen(value) {
  byId("index").classList.toggle("open", value);
  byId("menu").setAttribute("aria-expanded", String(value));
}
