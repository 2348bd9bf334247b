// The calendar in other programs: exported as a file, read by them from a feed's address, imported by the command line.

import { byId, element, fill } from "/assets/dom.js";
import { ask, download } from "/assets/console-api.js";
import { foreign } from "/assets/console-texts.js";
import { tell } from "/assets/console-toast.js";
import { distanceText, viewerZone } from "/assets/console-zones.js";

const FILES = [
  ["Table", "events.csv", "For spreadsheets.", "?for=spreadsheet"], ["Calendar", "events.ics", "For calendar programs."],
  ["Lines of JSON", "events.ndjson", "For programs, and for an import that keeps most."],
];
let isDrawn = false;

/** @param status as GET /status gives it; feeds are for those who operate the gateway */
export function drawFiles(status) {
  if (isDrawn) return;
  isDrawn = true;
  byId("files").hidden = false;
  fill(byId("export"), FILES.map(exportRow));
  fill(byId("import"), importWords(status));
  if (status.caller.scopes.includes("admin")) new Feeds(byId("feeds"));
  else fill(byId("feeds"), element("p", { class: "none" }, "Whoever operates the gateway makes feeds: a token with the scope admin may."));
}

function exportRow([label, file, hint, query = ""]) {
  const save = async () => {
    button.setAttribute("aria-disabled", "true");
    try {
      const blob = await download(`/${file}${query}`);
      const address = URL.createObjectURL(blob);
      element("a", { href: address, download: file }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      tell(`${error.message}.`);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  };
  const button = element("button", { type: "button", onclick: () => button.hasAttribute("aria-disabled") || save() }, `${label} (.${file.split(".")[1]})`);
  return element("p", { class: "file" }, button, element("span", { class: "hint" }, hint));
}

/** There is no import in the page: a file of hundreds of rows takes minutes of Luma's budget, and its report must survive a closed tab. */
function importWords({ read_only: readOnly }) {
  if (readOnly) return element("p", { class: "none" }, "Nothing can be changed here: LUMA_READ_ONLY is set.");
  const command = `luma-mcp events import events.csv --zone ${viewerZone} --server ${location.origin} --dry-run`;
  return [
    element("p", {}, "On a machine that has luma-mcp, this reads a table or a calendar and says what it would make:"),
    element("pre", { class: "scroller", tabindex: "0" }, element("code", {}, command)), copyButton(command),
    element("p", { class: "hint" }, "Without --dry-run it makes the events, each row once, also when it is broken off and begun again."),
  ];
}

function copyButton(text, words = "Copy") {
  const button = element("button", {
    type: "button",
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        tell("The browser does not let the page copy: select the text and copy it.");
      }
    },
  }, words);
  return button;
}

class Feeds {
  #root;
  #list = element("ul", { class: "feeds" });
  #made = element("div", { role: "status" });
  #name = element("input", { id: "feed-name", type: "text", maxlength: "100", placeholder: "For the team", autocomplete: "off" });
  #private = element("input", { id: "feed-private", type: "checkbox" });

  constructor(root) {
    this.#root = root;
    fill(root,
      element("p", { class: "hint" }, "An address that calendar programs read by themselves. Whoever has it sees the calendar, until it is revoked."),
      this.#list,
      element("form", { class: "feed-form", onsubmit: (event) => this.#make(event) },
        element("label", { for: "feed-name" }, "For whom"), this.#name,
        element("p", { class: "check" }, this.#private, element("label", { for: "feed-private" }, "Also private events and links to join")),
        element("button", { type: "submit" }, "Make a feed")),
      this.#made);
    this.#read();
  }

  async #read() {
    try {
      const { feeds } = (await ask("GET", "/feeds/")).body;
      fill(this.#list, feeds.map((feed) => this.#row(feed)));
    } catch (error) {
      fill(this.#list, element("li", { class: "none" }, `${error.message}. `, element("button", { type: "button", onclick: () => this.#read() }, "Try again")));
    }
  }

  #row({ id, name, last_used_at: used, created_by: by }) {
    const revoke = async () => {
      try {
        await ask("DELETE", `/feeds/${encodeURIComponent(id)}`);
        fill(this.#made);
        tell("Revoked: ", foreign(name, "strong"), ". Its address leads nowhere now.");
      } catch (error) {
        tell(`${error.message}.`);
      }
      await this.#read();
    };
    // Two presses, as programs of others stop to get the calendar.
    const button = element("button", {
      type: "button", "aria-label": `Revoke ${name}`,
      onclick: () => {
        if (button.classList.contains("danger")) return revoke();
        button.classList.add("danger");
        button.textContent = "Revoke it now";
        button.removeAttribute("aria-label");
        return undefined;
      },
    }, "Revoke");
    const read = used ? `last read ${distanceText(Date.parse(used), Date.now())}` : "not read yet";
    return element("li", {}, element("span", {}, foreign(name, "strong"), element("small", {}, ` made by ${by}, ${read}`)), button);
  }

  async #make(event) {
    event.preventDefault();
    const name = this.#name.value.trim();
    if (!name) return this.#name.focus();
    try {
      const { url } = (await ask("POST", "/feeds/", { body: { name, filter: { include_private: this.#private.checked } } })).body;
      this.#name.value = "";
      this.#private.checked = false;
      fill(this.#made, element("p", { class: "feed-made" }, "This address is shown only now:"),
        element("pre", { class: "scroller", tabindex: "0" }, element("code", {}, url)), copyButton(url, "Copy the address"));
      await this.#read();
    } catch (error) {
      const [[entry] = []] = error.fields ? [...error.fields.values()] : [];
      fill(this.#made, element("p", { class: "problem", role: "alert" }, entry ? `The name ${entry.problem}.` : `${error.message}.`));
    }
  }
}
