// Fetches a part of the page again every few seconds: <div data-refresh="/path">. Without it the page works.
// The part says itself how often: data-refresh-every="2" (seconds) on its first element.
"use strict";
for (const place of document.querySelectorAll("[data-refresh]")) {
  const wait = () => 1000 * Number(place.querySelector("[data-refresh-every]")?.dataset.refreshEvery || 10);
  // Somebody types or walks by keyboard in it, has opened, ticked or presses something, or marks text to copy it.
  const isInUse = () => {
    const selection = document.getSelection();
    const isMarked = selection && !selection.isCollapsed && selection.containsNode(place, true);
    return isMarked || place.contains(document.activeElement) || place.matches(":active") || place.querySelector("details[open], td input:checked");
  };
  const scrolled = () => [...place.querySelectorAll(".table-responsive")];
  let shown = "";
  const show = (text) => {
    const before = scrolled().map((table) => table.scrollLeft);
    place.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    scrolled().forEach((table, index) => { table.scrollLeft = before[index] || 0; });
    shown = text;
    document.dispatchEvent(new Event("refreshed"));
  };
  const again = async () => {
    if (!document.hidden && !isInUse()) {
      try {
        const answer = await fetch(place.dataset.refresh, { headers: { Accept: "text/html" } });
        const text = answer.ok && !answer.redirected ? await answer.text() : shown;
        // Looked at again, for it may have been taken into use while the answer was under way.
        if (text !== shown && !isInUse()) show(text);
      } catch {
        // The next try may go better; the page shows what it showed.
      }
    }
    setTimeout(again, wait());
  };
  setTimeout(again, wait());
}
