// Shows beside a form what its values would do, as soon as one is changed; the button "Preview" does it without.
"use strict";
for (const form of document.querySelectorAll("form[data-preview]")) {
  const place = document.getElementById("preview");
  let turn = 0, wait = 0;
  const look = async () => {
    const mine = (turn += 1);
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
    const html = answer.ok ? await answer.text() : "";
    if (html && mine === turn) place.innerHTML = html;
  };
  form.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(look, 250);
  });
}
