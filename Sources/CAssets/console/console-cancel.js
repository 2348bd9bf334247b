// Cancelling: first what it would mean, then a question, then the deed. It cannot be undone, and Luma tells every guest.

import { element, fill } from "/assets/dom.js";
import { Refused, ask, newKey } from "/assets/console-api.js";
import { closeSheet, openSheet } from "/assets/console-sheet.js";
import { foreign } from "/assets/console-texts.js";
import { city, spanText, usable } from "/assets/console-zones.js";

/**
 * @param actions cancelled(event, answer), gone(event)
 * @param note said above the question
 */
export async function openCancel(event, actions, note) {
  const body = element("div", { "aria-live": "polite" }, element("p", { class: "none" }, "Asking Luma what that would mean …"));
  const shown = element("div", {}, what(event));
  openSheet("Cancel this event?", [shown, body], { kind: "cancel", event: event.id });
  try {
    const { body: told } = await ask("DELETE", `${path(event)}?dry_run=true`);
    const now = asTold(event, told);
    fill(shown, what(now));
    fill(body, note && element("p", { class: "problem", role: "alert" }, note), question(now, told, actions));
    body.querySelector("input, button")?.focus();
  } catch (error) {
    fill(body, problem(error, event, actions));
  }
}

function path(event) {
  return `/events/${encodeURIComponent(event.id)}`;
}

/** The event by what Luma says now, which may be more than this page has read: that is what is agreed to. */
function asTold(event, told) {
  const start = Date.parse(told.start_at);
  const end = start === event.start ? event.end : start;
  return { ...event, name: told.name || event.name, start, end, zone: told.timezone || event.zone };
}

function what(event) {
  const zone = usable(event.zone);
  return element("p", { class: "cancel-what" }, foreign(event.name, "strong"),
    element("span", {}, `${spanText(event.start, event.end, zone)} in ${city(zone)}`));
}

function guestsText(count) {
  if (count === 0) return "Nobody has registered.";
  return count === 1 ? "1 guest is coming, and Luma tells them." : `${count} guests are coming, and Luma tells every one of them.`;
}

/** The form that must be answered: with the decision on money when there is money. */
function question(event, dry, actions) {
  // One key for one decision: pressing twice cancels once.
  const key = newKey();
  let isBusy = false;
  const trouble = element("div", { role: "alert" });
  const button = element("button", { type: "submit", class: "danger" }, "Cancel the event");
  const choice = (value, text) => element("label", { class: "choice" },
    element("input", { type: "radio", name: "refund", value }), element("span", {}, text));
  const submit = async (submission) => {
    submission.preventDefault();
    if (isBusy) return;
    const refund = new FormData(form).get("refund");
    if (dry.needs_refund_decision && refund === null) {
      fill(trouble, element("p", { class: "problem" }, "Say first whether the guests get their money back."));
      form.querySelector("input").focus();
      return;
    }
    isBusy = true;
    button.setAttribute("aria-disabled", "true");
    fill(trouble);
    let told;
    try {
      const query = new URLSearchParams({ confirm: dry.confirm });
      if (refund !== null) query.set("refund", refund);
      ({ body: told } = await ask("DELETE", `${path(event)}?${query}`, { headers: { "Idempotency-Key": key } }));
    } catch (error) {
      if (error instanceof Refused && error.reason === "confirmation_stale" && form.isConnected) {
        return openCancel(event, actions, "Nothing was cancelled: the event has changed, or you were asked some time ago. Look again.");
      }
      isBusy = false;
      button.removeAttribute("aria-disabled");
      fill(trouble, problem(error, event, actions));
      return;
    }
    // Whoever did not wait may be at something else by now.
    if (form.isConnected) closeSheet();
    actions.cancelled(event, told);
  };
  const form = element("form", { class: "cancel-form", novalidate: true, onsubmit: submit },
    element("p", { class: "cancel-guests" }, guestsText(dry.guest_count)),
    dry.is_paid && element("fieldset", {},
      element("legend", {}, "They have paid. What happens to the money?"),
      choice("true", "Refund every guest"), choice("false", "Refund nobody")),
    element("p", {}, "This cannot be undone."),
    trouble,
    element("div", { class: "actions" }, button,
      element("button", { type: "button", onclick: closeSheet }, "Keep it")));
  return form;
}

function problem(error, event, actions) {
  if (error instanceof Refused && error.isAbsence) {
    actions.gone(event);
    return element("p", { class: "problem", role: "alert" }, "It is no longer there: somebody has cancelled it already.");
  }
  const doubt = error.isOpen ? " It may have happened all the same; trying again is safe." : "";
  return element("p", { class: "problem", role: "alert" }, error.message + "." + doubt);
}
