// The lower part of the page: the budget, the health and the last requests, as GET /status tells them.

import { byId, element, factList, fill } from "/assets/dom.js";
import { count, curves, gauge, mood } from "/assets/console-charts.js";
import { distanceText, momentText, secondsText, viewerZone } from "/assets/console-zones.js";

export function drawGateway(status) {
  drawBudget(byId("budget"), status.budget);
  drawHealth(byId("health"), status);
  drawRequests(byId("requests"), status.requests);
}

function drawBudget(root, budget) {
  const { get, post, shared, history } = budget;
  const allowances = shared ? [{ name: "requests", ...get }] : [{ name: "reads", ...get }, { name: "writes", ...post }];
  const seen = history.get.filter((value) => value !== null);
  const lowest = seen.length > 0 ? Math.min(...seen) : get.remaining;
  const minutes = Math.max(1, Math.round((history.get.length * history.step_seconds) / 60));
  const span = minutes >= 60 ? "the last hour" : minutes === 1 ? "the last minute" : `the last ${minutes} minutes`;
  const words = `At least ${count(lowest)} of ${count(get.limit)} were left in ${span}.`;
  const series = [{ values: history.get, limit: get.limit }];
  if (!shared) series.push({ values: history.post, limit: post.limit });
  fill(root,
    gauge(allowances),
    // One allowance stands in the dial already.
    !shared && element("ul", { class: "legend" }, allowances.map(({ name, limit, remaining }) => element("li", { class: mood(remaining, limit) },
      element("strong", {}, `${count(remaining)} of ${count(limit)}`), ` ${name}`))),
    element("p", { class: "budget-words" }, budgetWords(budget)),
    element("figure", {}, curves(series, words),
      element("figcaption", {}, element("span", {}, "an hour ago"), element("span", {}, words), element("span", {}, "now"))));
}

function budgetWords({ closed_seconds: closed, reset_seconds: reset, window_seconds: span, shared, waiting, in_flight: flying, gateways, cut_off: cutOff }) {
  const words = [];
  if (closed !== null) words.push(`Luma asked for a pause: nothing is sent for ${Math.ceil(closed)} s.`);
  else if (reset !== null) words.push(`Full again in ${Math.ceil(reset)} s.`);
  words.push(shared ? `Luma counts all requests in ${span} s.` : `Counted in ${span} s, until Luma says more.`);
  if (cutOff) words.push("The store cannot be used, so this gateway spends half of its share.");
  else if (gateways > 1) words.push(`Shared by ${gateways} gateways.`);
  if (waiting > 0) words.push(waiting === 1 ? "1 call waits for its turn." : `${waiting} calls wait for their turn.`);
  if (flying > 0) words.push(flying === 1 ? "1 call is under way." : `${flying} calls are under way.`);
  return words.join(" ");
}

const CIRCUITS = {
  closed: "closed: calls go through", open: "open: calls are paused for a moment", half_open: "one call tries whether Luma is back",
};

function drawHealth(root, { health, mode, upstream, version, started_at: started, now, calls, caller, read_only: readOnly }) {
  const at = (time) => element("time", { datetime: time, title: momentText(Date.parse(time), viewerZone) },
    distanceText(Date.parse(time), Date.parse(now)));
  const refused = Object.entries(calls.outcomes).filter(([outcome]) => outcome !== "200");
  const rows = [
    ["Luma", mode === "sandbox" ? "the built-in emulator" : upstream ?? "the real one"],
    ["Circuit", CIRCUITS[health.circuit] ?? health.circuit],
    health.cause && ["Cause", health.cause.replaceAll("_", " ")],
    health.store && ["Store", `cannot be used: ${health.store.cause.replaceAll("_", " ")}`],
    health.last_success_at && ["Last answer", at(health.last_success_at)],
    health.checked_at && ["Checked", at(health.checked_at)],
    ["Calls to Luma", count(calls.count)],
    refused.length > 0 && ["Not 200", refused.map(([outcome, times]) => `${count(times)} × ${outcome}`).join(", ")],
    calls.retries > 0 && ["Repeated", String(calls.retries)],
    ["Started", at(started)],
    ["You are", `${caller.label}, ${caller.scopes.includes("write") ? "may write" : readOnly ? "read only, as everybody" : "read only"}`],
    ["Version", version],
  ];
  fill(root,
    element("p", { class: `health-word ${health.status}` }, health.message),
    factList(rows));
}

let drawn = "";

function drawRequests(root, requests) {
  // A list that has not changed is left alone, so that somebody can read it and copy from it.
  const state = JSON.stringify(requests);
  if (state === drawn) return;
  drawn = state;
  if (requests.length === 0) return fill(root, element("p", { class: "none" }, "None so far. Probes and this page's own looks are not listed."));
  const columns = ["Time", "Request", "Status", "Took", "To Luma", "Who", "Id"];
  fill(root, element("table", {},
    element("thead", {}, element("tr", {}, columns.map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, requests.map((request) => element("tr", { class: kind(request.status) },
      element("td", { class: "at" }, element("time", { datetime: request.time, title: momentText(Date.parse(request.time), viewerZone) },
        secondsText(Date.parse(request.time), viewerZone))),
      element("td", { class: "what" }, element("b", {}, request.method), " ", element("code", {}, request.route)),
      element("td", { class: "status" }, element("span", {}, request.status), request.reason && element("small", {}, request.reason.replaceAll("_", " "))),
      element("td", { class: "took" }, `${request.duration_ms < 10 ? request.duration_ms.toFixed(1) : Math.round(request.duration_ms)} ms`),
      element("td", { class: "calls" }, request.upstream_calls),
      element("td", { class: "who", title: request.label }, request.label ?? "–"),
      element("td", { class: "id", title: request.request_id }, element("code", {}, request.request_id)))))));
}

function kind(status) {
  return status < 400 ? "fine" : status < 500 ? "refused" : "failed";
}
