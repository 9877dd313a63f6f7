"use strict";
// The page works without this script: it fills in what changes while the lab runs.

const source = document.body.dataset.events;
if (source) {
  let shown;
  const stream = new EventSource(source);
  stream.addEventListener("changed", (event) => {
    if (shown !== undefined || "first" in document.body.dataset && event.data) refresh();
    shown = event.data;
  });
}

// Replaces what the server now shows differently, and leaves everything else, so that nothing jumps.
async function refresh() {
  const response = await fetch(location.href);
  if (response.redirected) {
    location.href = response.url;
    return;
  }
  const now = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = now.querySelector(`[data-live="${old.dataset.live}"]`);
    if (!fresh || fresh.innerHTML === old.innerHTML) continue;
    const open = [...old.querySelectorAll("details")].map((each) => each.open);
    const focused = [...old.querySelectorAll("a, button, summary")].indexOf(document.activeElement);
    old.replaceChildren(...fresh.childNodes);
    old.querySelectorAll("details").forEach((each, at) => { each.open = open[at] ?? each.open; });
    if (focused >= 0) old.querySelectorAll("a, button, summary")[focused]?.focus();
  }
}

// Parts that take a moment are fetched once the chapter is shown.
for (const part of document.querySelectorAll("[data-fragment]")) load(part, false);

async function load(part, keys) {
  const response = await fetch(part.dataset.fragment + (keys ? "?keys" : ""));
  const content = new DOMParser().parseFromString(await response.text(), "text/html").body;
  part.replaceChildren(...(response.ok ? content.childNodes : content.querySelector("main").childNodes));
  const pressed = part.querySelector("[data-switch]");
  pressed?.addEventListener("click", async () => {
    await load(part, pressed.getAttribute("aria-pressed") !== "true");
    part.querySelector("[data-switch]").focus();
  });
  part.querySelector("[data-acks]")?.addEventListener("change", (event) => {
    part.querySelectorAll("li.ack").forEach((each) => { each.hidden = !event.target.checked; });
  });
}
