// Starts what the page has; what htmx puts into it starts as it comes.

let redraw = null;
const sorted = new Map();
const opened = new Set();

function startTables(scope) {
  scope.querySelectorAll("table.sortable").forEach((table) => {
    if (table.dataset.ready !== undefined) return;
    table.dataset.ready = "";
    makeSortable(table);
    const key = table.caption.textContent;
    table.addEventListener("click", () => {
      const header = table.querySelector("th[aria-sort]");
      if (header) sorted.set(key, [header.cellIndex, header.getAttribute("aria-sort")]);
    });
    const [column, direction] = sorted.get(key) ?? [];
    if (direction) sortBy(table, table.tHead.rows[0].cells[column], direction);
  });
}

// What the reader has opened stays open when it is replaced.
function startDetails(scope) {
  scope.querySelectorAll("details[id]").forEach((each) => {
    if (opened.has(each.id)) each.open = true;
    each.addEventListener("toggle", () => (each.open ? opened.add(each.id) : opened.delete(each.id)));
  });
}

function chartsOf(scope) {
  const text = scope.querySelector("template.charts")?.content.textContent;
  return text ? JSON.parse(text) : null;
}

function startCurves() {
  const figure = document.getElementById("curves-chart");
  if (!figure || figure.dataset.ready !== undefined) return;
  figure.dataset.ready = "";
  const charts = chartsOf(figure);
  startState(figure);
  startLegends(charts.models);
  const draw = drawCurves(figure, charts);
  plots.at(-1).recolour();
  redraw = (newer) => {
    const byName = new Map(newer.models.map((model) => [model.name, model]));
    const models = charts.models.map((model) => byName.get(model.name));
    if (models.some((model) => !model?.equity.length)) return;
    draw({ instants: newer.instants, models });
  };
}

function startStory() {
  const figure = document.getElementById("story-chart");
  const story = figure && chartsOf(figure);
  if (story) drawStory(figure, story);
}

async function redrawCurves() {
  const section = document.getElementById("equity");
  if (!section || !redraw || document.documentElement.dataset.past !== undefined) return;
  const answer = await fetch(section.getAttribute("hx-get")).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const newer = chartsOf(page);
  if (newer) redraw(newer);
  const [verdict, ours] = [page, document].map((each) => each.getElementById("verdict"));
  if (verdict && ours) ours.replaceWith(verdict);
  const version = Number(page.getElementById("curves-chart")?.dataset.version);
  document.getElementById("curves-chart").dataset.version = version;
  // The server rests between two reports: what is newer comes with the next one.
  if (version < newestVersion) setTimeout(redrawCurves, 1000);
}

function startSeason() {
  const choice = document.getElementById("season");
  choice?.addEventListener("change", () => choice.form.submit());
}

function startScope(scope) {
  startTables(scope);
  startHints(scope);
  startDetails(scope);
  startCurves();
}

startTheme();
startScope(document);
startStory();
startSeason();
startSlider();
startKeys();
startLive();
startPassing();
startPlay();
onTheme(() => plots.forEach((plot) => plot.recolour()));
document.addEventListener("htmx:load", (event) => startScope(event.detail.elt.parentElement ?? document));
document.addEventListener("news", redrawCurves);
