// What is behind the gateway: Luma, an emulator, or something that stands in for Luma.

function hostOf(address) {
  try {
    return new URL(address).hostname;
  } catch {
    return "";
  }
}

function isLuma({ mode, upstream }) {
  return mode === "luma" && /(^|\.)(luma\.com|lu\.ma)$/.test(hostOf(upstream));
}

/** Whether what is changed here is real. @param status as GET /status gives it */
export function modeText(status) {
  if (status.mode === "sandbox") return "Emulator: nothing here is real";
  return isLuma(status) ? "Luma: what you change is real" : `${hostOf(status.upstream) || "Another server"} in Luma’s place`;
}

/** Where Luma's own pages for organisers are, null when the event is none of Luma's. @param page the address of the event's page */
export function managePlace(status, page) {
  if (!status || !isLuma(status)) return null;
  const host = hostOf(page);
  return /^(luma\.com|lu\.ma)$/.test(host) ? `https://${host}` : "https://luma.com";
}

/** That nothing is left of the budget and when there is more; an empty text while there is something. */
export function budgetLeft(status) {
  const { get, reset_seconds: reset } = status?.budget ?? {};
  if (!get || get.remaining > 0) return "";
  return reset === null ? "Luma’s budget is used up." : `Luma’s budget is used up, and full again in ${Math.ceil(reset)} s.`;
}
