"use strict";
// Sorting and filtering the big table; without this the page says the same things in the order it was written in.
(() => {
  const table = document.getElementById("table");
  const tools = document.getElementById("tools");
  if (!table || !tools) return;
  const find = document.getElementById("find");
  const kind = document.getElementById("kind");
  const shown = document.getElementById("shown");
  const rows = Array.from(table.querySelectorAll("tbody > tr"), (row) => ({ row, kind: row.className, text: row.textContent.toLowerCase() }));
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  // Links within the page have to know how high everything above them is.
  const whole = () => table.classList.add("whole");
  for (const link of document.querySelectorAll("a[href^='#']")) link.addEventListener("click", whole);
  if (location.hash.length > 1) {
    whole();
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }

  // Rows go into bodies of a hundred, which a browser lays out only when they come into view.
  const show = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = rows.filter((one) => (!kind.value || one.kind === kind.value)
      && words.every((word) => one.text.includes(word)));
    const bodies = [];
    for (let start = 0; start < kept.length; start += 100) {
      const body = document.createElement("tbody");
      body.append(...kept.slice(start, start + 100).map((one) => one.row));
      bodies.push(body);
    }
    for (const body of Array.from(table.tBodies)) body.remove();
    table.append(...bodies);
    count(kept.length);
  };
  const count = (number) => {
    shown.textContent = `${number.toLocaleString("en")} of ${rows.length.toLocaleString("en")} shown`;
  };

  const keyOf = (row, place) => {
    const cell = row.cells[place];
    // A date is refined by the time, which stands first in the title.
    return cell.textContent + (cell.className === "y" ? ` ${cell.title}` : "");
  };

  const sort = (place, heading) => {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keys = new Map(rows.map((one) => [one, keyOf(one.row, place)]));
    rows.sort((one, other) => (down ? -1 : 1) * collator.compare(keys.get(one), keys.get(other)));
    show();
  };

  table.tHead.classList.add("sorting");
  Array.from(table.tHead.rows[0].cells).forEach((heading, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent.trim();
    button.addEventListener("click", () => sort(place, heading));
    heading.replaceChildren(button);
  });
  let due = 0;
  find.addEventListener("input", () => { clearTimeout(due); due = setTimeout(show, 80); });
  kind.addEventListener("change", show);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.hidden = false;
  count(rows.length);
})();
