// Looks for words in the events that the page knows.

import { placeOf } from "/assets/console-agenda.js";
import { city, usable } from "/assets/console-zones.js";

/** Without accents and case: cafe finds Café. */
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The events that have all the words of a query in name, place or zone: what is coming first, then what is past, the latest first. */
export function found(placed, query, now) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  const fits = placed.filter(({ event }) => {
    const text = plain(`${event.name} ${placeOf(event)} ${city(usable(event.zone))}`);
    return words.every((word) => text.includes(word));
  });
  const coming = fits.filter(({ event }) => event.end >= now).sort((a, b) => a.event.start - b.event.start);
  return [...coming, ...fits.filter(({ event }) => event.end < now).sort((a, b) => b.event.start - a.event.start)];
}
