"use strict";
// The page works without this script: it fills in what changes while the lab runs, and what takes a moment to read.

const source = document.body.dataset.events;
if (source) {
  let shown;
  const stream = new EventSource(source);
  stream.addEventListener("changed", (event) => {
    if (shown !== undefined || ("first" in document.body.dataset && event.data)) refresh();
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
    if (!fresh || isSame(old, fresh)) continue;
    const open = [...old.querySelectorAll("details")].map((each) => each.open);
    const focused = [...old.querySelectorAll("a, button, summary")].indexOf(document.activeElement);
    old.dataset.version = fresh.dataset.version;
    old.replaceChildren(...fresh.childNodes);
    old.querySelectorAll("details").forEach((each, at) => { each.open = open[at] ?? each.open; });
    if (focused >= 0) old.querySelectorAll("a, button, summary")[focused]?.focus();
    loadAll(old);
  }
}

// What was loaded into a part is not in what the server sends at first: such a part has a version.
function isSame(old, fresh) {
  return "version" in fresh.dataset ? old.dataset.version === fresh.dataset.version : old.innerHTML === fresh.innerHTML;
}

// Parts that take a moment are fetched once the chapter is shown.
function loadAll(box) {
  for (const part of box.querySelectorAll("[data-fragment]")) load(part, false);
}
loadAll(document);

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
  showPackets(part, keys);
}

function showPackets(part, keys) {
  const box = part.querySelector("[data-packets]");
  if (!box) return;
  const view = new PacketView(box);
  const choose = async (frame) => {
    part.querySelectorAll("[data-frame]").forEach((each) => {
      if (each.dataset.frame === frame) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    });
    await view.show(`${box.dataset.packets}${frame}${keys ? "?keys" : ""}`);
  };
  part.querySelectorAll("[data-frame]").forEach((each) => {
    each.addEventListener("click", async () => {
      await choose(each.dataset.frame);
      box.querySelector("h3")?.focus();
    });
  });
  const first = part.dataset.chosen || box.dataset.first;
  if (first) choose(first);
}
