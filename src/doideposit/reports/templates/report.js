"use strict";
// Sorting and filtering the big table; without this the page says the same things in the order it was written in.
(() => {
  const table = document.getElementById("table");
  const tools = document.getElementById("tools");
  if (!table || !tools) return;
  const body = table.tBodies[0];
  const find = document.getElementById("find");
  const kind = document.getElementById("kind");
  const shown = document.getElementById("shown");
  const rows = Array.from(body.rows, (row) => ({ row, kind: row.className, text: row.textContent.toLowerCase() }));
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const one of rows) {
      const keep = (!kind.value || one.kind === kind.value) && words.every((word) => one.text.includes(word));
      if (one.row.hidden === keep) one.row.hidden = !keep;
      if (keep) count += 1;
    }
    shown.textContent = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} shown`;
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
    const sorted = document.createDocumentFragment();
    for (const one of rows) sorted.append(one.row);
    body.append(sorted);
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
  find.addEventListener("input", () => { clearTimeout(due); due = setTimeout(filter, 80); });
  kind.addEventListener("change", filter);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.hidden = false;
  filter();
})();
