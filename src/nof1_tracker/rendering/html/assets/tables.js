// Tables that sort by a press on a header; what is unknown stays last either way.

function valueOf(cell) {
  if (cell.matches("th")) return cell.querySelector("bdi")?.textContent ?? cell.textContent;
  if (cell.dataset.v === undefined) return null;
  const number = Number(cell.dataset.v);
  return Number.isNaN(number) ? cell.dataset.v : number;
}

function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en", { numeric: true, sensitivity: "base" });
}

// Items by a value each; `[value, item]` pairs come in, items go out.
function inOrder(pairs, direction) {
  const sign = direction === "ascending" ? 1 : -1;
  pairs.sort(([one], [other]) => {
    if (one === null || other === null) return (one === null) - (other === null);
    return sign * compare(one, other);
  });
  return pairs.map(([, item]) => item);
}

function sortBy(table, header, direction) {
  const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row.cells[header.cellIndex]), row]);
  table.tBodies[0].append(...inOrder(rows, direction));
  markSorted(table, header, direction);
}

function markSorted(table, header, direction) {
  table.querySelectorAll("th[aria-sort]").forEach((each) => each.removeAttribute("aria-sort"));
  header.setAttribute("aria-sort", direction);
}

// Numbers are first sorted from the largest down, names and ranks from the least up.
function nextDirection(header) {
  const current = header.getAttribute("aria-sort");
  if (current) return current === "ascending" ? "descending" : "ascending";
  return header.matches(".name, .rank") ? "ascending" : "descending";
}

function addSortButtons(table, sort) {
  for (const header of table.tHead.rows[0].cells) {
    if (header.matches(".plain")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => sort(header, nextDirection(header)));
  }
}

function makeSortable(table) {
  if (table.tBodies[0].rows.length < 2) return;
  addSortButtons(table, (header, direction) => sortBy(table, header, direction));
}
