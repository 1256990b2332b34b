// Narrows tables to the rows that hold a word. Without scripts a page shows everything.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("input.filter")) {
    box.hidden = false;
    box.addEventListener("input", () => {
      const word = box.value.trim().toLowerCase();
      for (const part of document.querySelectorAll("section > details")) {
        part.dataset.was ??= part.open ? "open" : "closed";
        part.open = word !== "" || part.dataset.was === "open";
      }
      for (const row of document.querySelectorAll("table.expectations > tbody > tr")) {
        row.hidden = word !== "" && !row.textContent.toLowerCase().includes(word);
      }
    });
  }
});
// A link from elsewhere may lead to a row inside of a closed part.
const show = () => {
  const row = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const part = row && row.closest("details");
  if (part && !part.open) {
    part.open = true;
    row.scrollIntoView();
  }
};
window.addEventListener("hashchange", show);
document.addEventListener("DOMContentLoaded", show);
