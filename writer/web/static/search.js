// The search box answers while somebody types, and keys lead to pages. Without this file the box leads to the page
// /search, and /shortcuts lists the addresses.
"use strict";
{
  const box = document.querySelector('[data-search="everything"] input');
  const asked = async (address) => {
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      return answer.ok && !answer.redirected ? await answer.text() : "";
    } catch {
      return ""; // out of reach just now
    }
  };

  if (box) {
    const list = document.createElement("div");
    list.id = "found";
    list.className = "found-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "What was found");
    list.hidden = true;
    box.form.append(list);
    const hears = document.createElement("span");
    hears.className = "visually-hidden";
    hears.setAttribute("role", "status");
    box.form.append(hears);
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-controls", "found");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-expanded", "false");
    let chosen = -1, turn = 0, wait = 0;

    const options = () => [...list.querySelectorAll('[role="option"]')];
    const choose = (place) => {
      const all = options();
      chosen = all.length ? (place + all.length) % all.length : -1;
      all.forEach((option, n) => option.setAttribute("aria-selected", n === chosen));
      if (chosen < 0) return box.removeAttribute("aria-activedescendant");
      box.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    };
    const close = () => {
      turn += 1;
      clearTimeout(wait); // what was typed last is not looked for any more
      list.hidden = true;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
      chosen = -1;
    };
    const look = async () => {
      const text = box.value.trim(), mine = (turn += 1);
      if (!text) return close();
      const html = await asked(`/search?part=1&q=${encodeURIComponent(text)}`);
      if (mine !== turn) return;
      if (!html) return close();
      list.innerHTML = html;
      const count = options().length;
      hears.textContent = count ? `${count} found` : "Nothing found";
      list.hidden = false;
      box.setAttribute("aria-expanded", "true");
      chosen = -1;
    };
    box.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(look, 120);
    });
    box.addEventListener("focus", () => box.value.trim() && list.hidden && look());
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        if (list.hidden) return box.blur();
        event.preventDefault(); // of a search field it would empty the box
        return close();
      }
      if (list.hidden) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        options()[chosen].click();
      }
    });
    box.form.addEventListener("focusout", (event) => box.form.contains(event.relatedTarget) || close());
    // A click keeps the focus in the box, so that the list is still there when the button comes up.
    list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  // Keys. What they lead to is said by the page /shortcuts alone.
  let page = null, first = "", forget = 0;
  const shortcuts = async () => {
    if (!page?.firstChild) {
      page = document.createElement("div");
      page.innerHTML = await asked("/shortcuts?part=1");
    }
    return page;
  };
  const show = async () => {
    let dialog = document.getElementById("shortcuts");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.id = "shortcuts";
      dialog.className = "dialog-x";
      dialog.setAttribute("aria-label", "Keyboard shortcuts");
      dialog.append((await shortcuts()).cloneNode(true));
      const close = document.createElement("button");
      close.className = "btn";
      close.textContent = "Close";
      close.addEventListener("click", () => dialog.close());
      dialog.append(close);
      dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
      document.body.append(dialog);
    }
    if (!dialog.open) dialog.showModal();
  };
  const jump = async (keys) => {
    const link = (await shortcuts()).querySelector(`[data-keys="${CSS.escape(keys)}"]`);
    if (link) location.assign(link.getAttribute("href"));
  };
  const isTyping = (place) => place.closest('input, textarea, select, [contenteditable="true"]') !== null;

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k" && box) {
      event.preventDefault();
      box.focus();
      box.select();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    const key = event.key;
    if (first) {
      const keys = `${first} ${key}`;
      first = "";
      if (/^[a-z]$/.test(key)) {
        event.preventDefault();
        jump(keys);
      }
    } else if (key === "/" && box) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (key === "?") {
      event.preventDefault();
      show();
    } else if (key === "g" || key === "n") {
      first = key;
      clearTimeout(forget);
      forget = setTimeout(() => (first = ""), 1500);
      shortcuts();
    } else if (key === "j" || key === "k") {
      const way = document.querySelector(`main a[rel="${key === "j" ? "next" : "prev"}"]`);
      if (way) way.click();
    }
  });
}
