"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const tools = document.querySelector(".tools");
  const sections = [...document.querySelectorAll(".changes")];
  const entries = sections.flatMap((section) => [...section.querySelectorAll(".entry")]);
  const reveal = () => {
    let id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = id && at(id);
    for (let node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
  if (!tools) return;
  tools.hidden = false;
  const texts = new Map();
  const find = at("find");
  const look = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const entry of entries) {
      if (words.length && !texts.has(entry)) texts.set(entry, entry.textContent.toLowerCase());
      entry.hidden = !words.every((word) => texts.get(entry).includes(word));
      shown += entry.hidden ? 0 : 1;
    }
    for (const section of sections) {
      section.classList.toggle("empty", !section.querySelector(".entry:not([hidden])"));
      for (const title of section.querySelectorAll("h3")) {
        let next = title.nextElementSibling;
        while (next && next.tagName !== "H3" && next.hidden) next = next.nextElementSibling;
        title.hidden = !next || next.tagName === "H3";
      }
    }
    at("found").textContent = words.length ? shown + " of " + entries.length + " shown" : "";
  };
  find.addEventListener("input", look);
  for (const [id, open] of [["open", true], ["close", false]]) {
    const button = at(id);
    if (button) button.addEventListener("click", () => { for (const entry of entries) if (!entry.hidden) entry.open = open; });
  }
})();
