// Fetches a part of the page again every few seconds: <div data-refresh="/path">. Without it the page works.
// The part says itself how often: data-refresh-every="2" (seconds) on its first element.
"use strict";
for (const place of document.querySelectorAll("[data-refresh]")) {
  const wait = () => 1000 * Number(place.querySelector("[data-refresh-every]")?.dataset.refreshEvery || 10);
  const again = async () => {
    // Not while nobody looks, nor while somebody types, has opened something or marks words in it.
    const isBusy = place.contains(document.activeElement) || place.querySelector("details[open]") ||
      (!getSelection().isCollapsed && place.contains(getSelection().anchorNode));
    if (!document.hidden && !isBusy) {
      try {
        const answer = await fetch(place.dataset.refresh, { headers: { Accept: "text/html" } });
        if (answer.ok && !answer.redirected) {
          const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
          place.replaceChildren(...fresh.childNodes);
        }
      } catch {
        // The next try may go better; the page shows what it showed.
      }
    }
    setTimeout(again, wait());
  };
  setTimeout(again, wait());
}
