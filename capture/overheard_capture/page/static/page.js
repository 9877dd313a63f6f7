"use strict";
// The page works without this script: it fills in what changes while the lab runs, and what takes a moment to read.

// A report has everything in itself, by the addresses that the page would fetch it from: JSON, compressed, in base64.
const packed = document.getElementById("embedded");
let embedded = null;

async function unpack() {
  const bytes = Uint8Array.from(atob(packed.textContent), (letter) => letter.charCodeAt(0));
  embedded = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

async function get(url) {
  if (embedded) return { ok: url in embedded, status: 404, content: embedded[url] ?? "" };
  const response = await fetch(url);
  const isJson = response.headers.get("Content-Type") === "application/json";
  return { ok: response.ok, status: response.status, content: await (isJson ? response.json() : response.text()) };
}

const source = document.body.dataset.events;
if (source) {
  // What is shown may have changed before the stream begins.
  let shown = document.body.dataset.stamp;
  const stream = new EventSource(source);
  stream.addEventListener("changed", (event) => {
    if (event.data !== shown) refresh();
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

// Parts that take a moment are fetched once they are shown.
function loadAll(box) {
  for (const part of box.querySelectorAll("[data-fragment]")) {
    if (!part.closest("details:not([open])") && !("loaded" in part.dataset)) load(part, false);
  }
}
document.addEventListener("toggle", (event) => { if (event.target.open) loadAll(event.target); }, true);
if (!packed) loadAll(document);

// On a small screen the chapters are in a row, in which the chosen one is to be seen.
const current = document.querySelector("nav a[aria-current]");
if (current) current.closest("ol").scrollLeft = current.offsetLeft;

// A report shows one chapter at a time, and reads it once it is chosen.
function choose() {
  const name = location.hash.slice(1);
  const articles = [...document.querySelectorAll("article")];
  const chosen = articles.find((each) => each.id === name) ?? articles[0];
  articles.forEach((each) => { each.hidden = each !== chosen; });
  document.querySelectorAll("nav a").forEach((each) => {
    if (each.hash === `#${chosen.id}`) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  });
  if (!chosen.dataset.loaded) loadAll(chosen);
  chosen.dataset.loaded = "";
  scrollTo(0, 0);
}
if (packed) {
  addEventListener("hashchange", () => { if (document.getElementById(location.hash.slice(1))?.tagName === "ARTICLE") choose(); });
  unpack().then(choose);
}

async function load(part, keys, from) {
  part.dataset.loaded = "";
  let answer;
  try {
    answer = await get(part.dataset.fragment + (keys ? "?keys" : from ? `?from=${from}` : ""));
  } catch {
    offerAgain(part, () => load(part, keys, from));
    return;
  }
  const { ok, content } = answer;
  const body = new DOMParser().parseFromString(content, "text/html").body;
  part.replaceChildren(...(ok || embedded ? body.childNodes : body.querySelector("main").childNodes));
  const pressed = part.querySelector("[data-switch]");
  pressed?.addEventListener("click", async () => {
    await load(part, pressed.getAttribute("aria-pressed") !== "true");
    part.querySelector("[data-switch]").focus();
  });
  part.querySelectorAll("[data-from]").forEach((way) => {
    way.addEventListener("click", async () => {
      await load(part, false, way.dataset.from);
      const same = part.querySelector(`[data-keep="${way.dataset.keep}"]`);
      (same?.disabled ? part.querySelector("[data-from]:enabled") : same)?.focus();
    });
  });
  part.querySelector("[data-acks]")?.addEventListener("change", (event) => {
    part.querySelectorAll("li.ack").forEach((each) => { each.hidden = !event.target.checked; });
  });
  showPackets(part, keys);
}

function offerAgain(part, again) {
  const [says, button] = [document.createElement("p"), document.createElement("button")];
  says.setAttribute("role", "status");
  says.textContent = "The server did not answer.";
  button.textContent = "Try again";
  button.addEventListener("click", again);
  part.replaceChildren(says, button);
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
