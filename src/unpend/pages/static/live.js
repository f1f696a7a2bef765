// Without this script everything works; with it the page follows what happens, and values are copied by one press.
"use strict";
(() => {
  const live = () => document.getElementById("live");
  let shown = live() && live().dataset.rev;

  const unhide = () => document.querySelectorAll("button.copy[hidden]").forEach((each) => { each.hidden = false; });

  async function refresh() {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" });
    if (answer.status === 404 || answer.status === 401) { location.assign("/"); return; }
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    if (!fresh || !live() || live().contains(document.activeElement) && document.activeElement.matches("summary")) return;
    const open = [...live().querySelectorAll("details[open]")].map((each) => each.id);
    fresh.querySelectorAll("details").forEach((each) => { each.open = open.includes(each.id); });
    live().replaceWith(fresh);
    shown = fresh.dataset.rev;
    unhide();
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      const field = document.createElement("textarea");
      field.value = button.dataset.copy;
      button.after(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    const before = button.textContent;
    button.textContent = button.dataset.done;
    button.disabled = true;
    setTimeout(() => { button.textContent = before; button.disabled = false; }, 1500);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) copy(button);
  });
  unhide();

  if (live() && live().dataset.events) {
    const stream = new EventSource(live().dataset.events);
    stream.addEventListener("domain", (event) => { if (event.lastEventId !== shown) refresh().catch(() => {}); });
    stream.addEventListener("deleted", () => { stream.close(); location.assign("/"); });
  }
  const every = live() && Number(live().dataset.every);
  if (every) setInterval(() => { if (!document.hidden) refresh().catch(() => {}); }, every * 1000);
})();
