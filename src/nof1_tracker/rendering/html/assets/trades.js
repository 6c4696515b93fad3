// Every trade: the table that the page has of the newest is filled from compressed data,
// and then sorts, filters and opens a trade's story.

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

function counted(number) {
  return number.toLocaleString("en");
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function swatchOf(key) {
  const { hue, dash } = charts.models[key];
  const swatch = element("i", `swatch ${hue === null ? "bench" : `h${hue}`} d${dash}`);
  swatch.setAttribute("aria-hidden", "true");
  return swatch;
}

function storyOf({ facts, story }) {
  const list = element("dl", "plain");
  Object.entries(facts).forEach(([term, words]) => {
    list.append(element("div", "", element("dt", "", term), element("dd", "", words)));
  });
  const steps = element("ol", "steps");
  story.steps.forEach(([time, title, details, terms, quotes, isOrder]) => {
    const step = element("li", isOrder ? "order" : "", element("time", "", time), " ", element("strong", "", title));
    if (details) step.append(` ${details}`);
    if (terms) step.append(element("small", "", terms));
    quotes.forEach((words) => step.append(element("q", "", element("bdi", "", words))));
    steps.append(step);
  });
  const missing = story.missing.map((sentence) => element("p", "plainly", sentence));
  return element("div", "story", list, steps, ...missing);
}

function toggleStory(button, trade, columns) {
  const isOpen = button.getAttribute("aria-expanded") === "true";
  const row = button.closest("tr");
  button.setAttribute("aria-expanded", String(!isOpen));
  if (isOpen) {
    row.nextElementSibling.remove();
    return;
  }
  const cell = element("td", "", storyOf(trade));
  cell.colSpan = columns;
  row.after(element("tr", "opened", cell));
}

function rowOf(trade, columns) {
  const button = element("button", "", swatchOf(trade.key), element("bdi", "", trade.name));
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => toggleStory(button, trade, columns));
  const head = element("th", "name", button);
  head.scope = "row";
  const cells = trade.cells.map(([text, , tone]) => element("td", tone, text));
  return element("tr", "", head, ...cells);
}

function tradesOf({ rows, stories, net }) {
  return rows.map(([key, story, facts, cells, [opened, stop, target, gain]]) => ({
    key,
    name: charts.models[key].name,
    story: stories[story],
    facts,
    cells,
    opened,
    closed: cells[0][1],
    stop,
    target,
    gain,
    outcome: Math.sign(cells[net][1]),
  }));
}

const OUTCOMES = { won: 1, lost: -1, even: 0 };

// The columns of time, symbol and side, as in the table.
function isWanted({ key, cells, outcome }, asked) {
  const closed = cells[0][1];
  return isAsked(accounts[key])
    && (asked.from === null || closed >= asked.from)
    && (asked.to === null || closed <= asked.to)
    && (asked.symbol === "" || cells[1][0] === asked.symbol)
    && (asked.side === "" || cells[2][0] === asked.side)
    && (asked.outcome === "" || outcome === OUTCOMES[asked.outcome]);
}

function fillTable(part, packed) {
  const form = part.querySelector("form");
  const table = part.querySelector("table");
  const columns = table.tHead.rows[0].cells.length;
  const foot = part.querySelector(".more");
  const more = element("button", "", "");
  more.type = "button";
  let all = tradesOf(packed);
  let wanted = all;
  let shown = 0;

  function showMore() {
    const next = wanted.slice(shown, shown + packed.most);
    table.tBodies[0].append(...next.map((trade) => rowOf(trade, columns)));
    shown += next.length;
    const rest = wanted.length - shown;
    more.textContent = `Show ${counted(Math.min(rest, packed.most))} more`;
    more.hidden = rest === 0;
    foot.firstChild.textContent = rest ? `The first ${counted(shown)} of ${counted(wanted.length)}. ` : "";
  }

  function refill() {
    const asked = { ...Object.fromEntries(new FormData(form)), from: secondsOf("from"), to: secondsOf("to") };
    wanted = all.filter((trade) => isWanted(trade, asked));
    shown = 0;
    table.tBodies[0].replaceChildren();
    showMore();
    const total = wanted.length < packed.total ? ` of ${counted(packed.total)}` : "";
    form.querySelector("output").textContent = `${counted(wanted.length)}${total} ${packed.total === 1 ? "trade" : "trades"}`;
  }

  foot.replaceChildren("", more);
  more.addEventListener("click", showMore);
  stateListeners.push(refill);
  form.addEventListener("submit", (event) => event.preventDefault());
  addSortButtons(table, (header, direction) => {
    const at = header.cellIndex;
    const valueIn = (trade) => (at ? trade.cells[at - 1][1] : trade.name);
    all = inOrder(all.map((trade) => [valueIn(trade), trade]), direction);
    markSorted(table, header, direction);
    refill();
  });
  startHints(table);
  markSorted(table, table.tHead.rows[0].cells[1], "descending");
  refill();
  part.dataset.ready = "";
}

// Data are unpacked when somebody comes near: a long season has megabytes of words.
function whenNear(part, start) {
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some((each) => each.isIntersecting)) return;
    watcher.disconnect();
    start();
  }, { rootMargin: "100%" });
  watcher.observe(part);
}

const unpacking = new Map();

// Null in a browser that cannot unpack.
function dataOf(id) {
  if (!unpacking.has(id)) {
    const text = document.getElementById(id);
    unpacking.set(id, text ? unpacked(JSON.parse(text.textContent)).catch(() => null) : Promise.resolve(null));
  }
  return unpacking.get(id);
}

// A browser that cannot unpack has the newest trades, which sort.
function startEveryTrade() {
  const part = document.getElementById("every-trade");
  if (!part) return;
  whenNear(part, async () => {
    const packed = await dataOf("every-trade-data");
    if (packed) {
      fillTable(part, packed);
    } else {
      part.querySelector("form").hidden = true;
      makeSortable(part.querySelector("table"));
      startHints(part);
    }
  });
  const follow = () => {
    if (["symbol", "side", "outcome"].some(stateOf)) part.scrollIntoView();
  };
  addEventListener("hashchange", () => {
    if (location.hash.includes("=")) follow();
  });
  follow();
}

function startPrices() {
  const figure = document.getElementById("prices-chart");
  if (!figure) return;
  whenNear(figure, async () => {
    const [packed, courses] = await Promise.all([dataOf("every-trade-data"), dataOf("prices-data")]);
    figure.hidden = !packed || !courses;
    if (!figure.hidden) drawPrices(figure, packed, courses);
  });
}

function startChats() {
  const part = document.getElementById("chat");
  if (!part) return;
  whenNear(part, async () => {
    const entries = await dataOf("chats-data");
    if (entries) fillChats(part, entries);
    else part.hidden = true;
  });
}
