// Quickens every page; without it all of them work. Not in the page: the Content-Security-Policy allows no inline script.
"use strict";
{
  // Toasts go by themselves, but not while somebody reaches for their button.
  for (const toast of document.querySelectorAll(".toast-x")) {
    const close = toast.querySelector("[data-close]");
    close.hidden = false;
    close.addEventListener("click", () => toast.remove());
    const leave = () => setTimeout(() => (toast.matches(":hover, :focus-within") ? leave() : toast.remove()), 12000);
    leave();
  }
  // The bulk bar says how many rows are ticked; one tick takes all rows of the page.
  const ticks = () => [...document.querySelectorAll('.rows td.check input[type="checkbox"]')];
  const say = () => {
    const on = ticks().filter((tick) => tick.checked).length;
    for (const place of document.querySelectorAll("[data-chosen]")) place.textContent = on;
    for (const all of document.querySelectorAll("[data-check-all]")) {
      all.hidden = false;
      all.checked = on > 0 && on === ticks().length;
      all.indeterminate = on > 0 && !all.checked;
    }
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-check-all]")) for (const tick of ticks()) tick.checked = event.target.checked;
    if (event.target.matches('[type="checkbox"]')) say();
    // A choice that a form only waits for is sent at once.
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  // A tick with the shift key held takes all rows since the last one.
  let last = null;
  document.addEventListener("click", (event) => {
    const rows = ticks();
    const here = rows.indexOf(event.target);
    if (here < 0) return;
    const from = rows.indexOf(last);
    if (event.shiftKey && from >= 0) {
      for (const tick of rows.slice(Math.min(from, here), Math.max(from, here))) tick.checked = event.target.checked;
    }
    last = event.target;
  });
  document.addEventListener("reset", () => setTimeout(say));
  document.addEventListener("refreshed", say);
  for (const button of document.querySelectorAll("[data-choose-none]")) button.hidden = false;
  say();
}
