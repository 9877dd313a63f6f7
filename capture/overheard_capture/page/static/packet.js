"use strict";
// Shows one packet: its bytes, the fields that they belong to, and what each field is for. All that comes from a packet
// is set as text, never as HTML.

const PER_LINE = 16;
// How many colours of layers the style has.
const COLOURS = 6;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// A text of ours, in which what stands in backquotes is code.
function inCode(text) {
  return text.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));
}

// A field as it is sent: [source, start, length, layer, name, label, value, bits, children].
function fieldsOf(layers) {
  const all = [];
  const walk = (field, depth, parent) => {
    const [source, start, length, layer, name, label, value, bits, children] = field;
    const each = { source, start, length, layer, name, label, value, bits, depth, parent, number: all.length, children: [] };
    all.push(each);
    each.children = children.map((child) => walk(child, depth + 1, each));
    return each;
  };
  return { roots: layers.map((layer) => walk(layer, 0, null)), all };
}

class PacketView {
  constructor(box) {
    this.box = box;
  }

  async show(url) {
    this.box.hidden = false;
    this.box.setAttribute("aria-busy", "true");
    this.asked = url;
    const { ok, status, content } = await get(url);
    // Meanwhile somebody may have chosen another one.
    if (this.asked !== url) return;
    if (ok) this.draw(content);
    else this.box.replaceChildren(element("p", { class: "error" }, `The packet cannot be shown (${status}).`));
    this.box.removeAttribute("aria-busy");
  }

  draw(packet) {
    this.packet = packet;
    const { roots, all } = fieldsOf(packet.layers);
    this.fields = all;
    const title = element("h3", { tabindex: "-1" }, `Frame ${packet.frame}, byte by byte`);
    this.about = element("div", { class: "about", role: "status" });
    const tree = element("ul", { class: "fields", "aria-label": "Fields" }, ...roots.map((root) => this.item(root)));
    const dumps = packet.sources.map(([name, hex], number) => this.dump(name, hex, packet.owners[number], number));
    this.box.replaceChildren(
      title,
      element("p", { class: "dim" }, "Point at a byte, or choose a field, to read what it is for."),
      ...(packet.note ? [element("p", {}, packet.note)] : []),
      element("div", { class: "halves" }, element("div", {}, ...dumps), element("div", {}, this.about, tree)),
    );
    const first = packet.marks[0];
    const owner = first && this.ownerOf(first[0], first[1]);
    this.choose(owner ?? roots[roots.length - 1]);
    return title;
  }

  item(field) {
    const words = field.value && !field.label.includes(field.value) ? `${field.label}: ${field.value}` : field.label;
    const button = element("button", { type: "button", class: `field ${this.layerClass(field)}` }, words);
    button.addEventListener("click", () => this.choose(field));
    field.button = button;
    if (!field.children.length) return element("li", {}, button);
    const list = element("ul", {}, ...field.children.map((child) => this.item(child)));
    const toggle = element("button", { type: "button", class: "toggle", "aria-label": `fields of ${field.label}` });
    field.open = (open) => {
      list.hidden = !open;
      toggle.setAttribute("aria-expanded", String(open));
      toggle.textContent = open ? "▾" : "▸";
    };
    toggle.addEventListener("click", () => field.open(list.hidden));
    field.open(field.parent === null && this.layerNumber(field) === this.packet.layers.length - 1);
    return element("li", {}, toggle, button, list);
  }

  layerClass(field) {
    return `layer-${this.layerNumber(field) % COLOURS}`;
  }

  layerNumber(field) {
    let top = field;
    while (top.parent) top = top.parent;
    return this.packet.layers.findIndex((layer) => layer[3] === top.layer && layer[5] === top.label);
  }

  ownerOf(source, at) {
    const run = this.packet.owners[source].find(([start, length]) => start <= at && at < start + length);
    return run && this.fields[run[2]];
  }

  dump(name, hex, owners, source) {
    // In a report, bytes of the secret may be masked: `··`.
    const bytes = hex.match(/../g) ?? [];
    const marked = new Set();
    for (const [of, start, length] of this.packet.marks) {
      if (of === source) for (let at = start; at < start + length; at += 1) marked.add(at);
    }
    const classes = [];
    for (const [start, length, owner] of owners) {
      for (let at = start; at < start + length; at += 1) classes[at] = owner >= 0 ? this.layerClass(this.fields[owner]) : "";
    }
    const pre = element("pre", { class: "dump bytes", tabindex: "0", role: "region", "aria-label": `${name}, ${bytes.length} bytes` });
    for (let line = 0; line < bytes.length; line += PER_LINE) {
      const row = element("span", { class: "row" }, element("span", { class: "dim" }, line.toString(16).padStart(4, "0")), "  ");
      const letters = element("span", {});
      for (let at = line; at < line + PER_LINE; at += 1) {
        if (at < bytes.length) {
          const code = parseInt(bytes[at], 16);
          const style = `${classes[at] ?? ""}${marked.has(at) ? " secret" : ""}`;
          row.append(element("span", { "data-at": at, class: style }, bytes[at]), at % PER_LINE === 7 ? "  " : " ");
          letters.append(element("span", { "data-at": at, class: style }, Number.isNaN(code) ? "·" : code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "."));
        } else {
          row.append("   ");
        }
      }
      row.append(" ", letters, "\n");
      pre.append(row);
    }
    pre.dataset.source = source;
    for (const kind of ["click", "mouseover"]) {
      pre.addEventListener(kind, (event) => {
        const at = event.target.dataset?.at;
        const field = at !== undefined && this.ownerOf(source, Number(at));
        if (field) this.choose(field);
      });
    }
    return element("figure", {}, element("figcaption", {}, element("b", {}, name), ` (${bytes.length} bytes)`), pre);
  }

  choose(field) {
    if (!field) return;
    this.box.querySelectorAll(".chosen").forEach((each) => each.classList.remove("chosen"));
    field.button.classList.add("chosen");
    for (let up = field.parent; up; up = up.parent) up.open(true);
    const pre = this.box.querySelector(`pre[data-source="${field.source}"]`);
    for (let at = field.start; pre && at < field.start + field.length; at += 1) {
      pre.querySelectorAll(`[data-at="${at}"]`).forEach((each) => each.classList.add("chosen"));
    }
    const [says, standard, url] = this.packet.explanations[this.packet.explained[field.number]] ?? [];
    const where = field.length ? `${field.length} ${field.length === 1 ? "byte" : "bytes"} from byte ${field.start}` : "computed, and not on the wire";
    this.about.replaceChildren(
      element("p", {}, element("b", {}, field.label), field.bits ? element("code", {}, ` ${field.bits}`) : ""),
      ...(field.value ? [element("p", {}, "value: ", element("code", {}, field.value))] : []),
      element("p", { class: "dim" }, field.name ? `${field.name}, ${where}` : where),
      ...(says ? [element("p", {}, says, " ", element("a", { href: url, rel: "noreferrer" }, standard))] : []),
      ...this.sealed(field),
    );
  }

  // What opens the bytes of a field, if they are encrypted: [source, start, length, labels, source with its content, words].
  sealed(field) {
    const found = this.packet.sealed.filter(([source, start, length]) => (
      source === field.source && field.length && start < field.start + field.length && field.start < start + length
    ));
    return found.slice(0, 1).map(([, , , , opens, words]) => {
      const told = element("p", { class: "key" }, "Encrypted. ", ...inCode(words));
      if (opens >= 0) {
        const open = element("button", { type: "button" }, "Show what is in it");
        open.addEventListener("click", () => {
          const pre = this.box.querySelector(`pre[data-source="${opens}"]`);
          pre.scrollIntoView({ block: "nearest" });
          pre.focus();
        });
        told.append(" ", open);
      }
      return told;
    });
  }
}
