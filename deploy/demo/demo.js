// Once a second, what is marked data-live becomes what it is on the page as it would be served now.
async function follow() {
  const answer = await fetch(location.pathname);
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const newer = now.querySelector(`[data-live="${part.dataset.live}"]`);
    if (newer && newer.innerHTML !== part.innerHTML) part.innerHTML = newer.innerHTML;
  }
}
setInterval(() => follow().catch(() => {}), 1000); // the demo may have ended
