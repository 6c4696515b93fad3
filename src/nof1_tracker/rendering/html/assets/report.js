// Starts what the page has; each part works where another one is missing.

const charts = JSON.parse(document.getElementById("charts").textContent);

function figureWith(id, isWorthwhile, draw) {
  const figure = document.getElementById(id);
  if (!figure) return;
  if (isWorthwhile) draw(figure, charts);
  else figure.hidden = true;
}

startTheme();
document.querySelectorAll("table.sortable").forEach((table) => {
  if (!table.closest("#every-trade")) makeSortable(table);
});
startState(document);
startLegends(charts.models);
document.querySelectorAll("table, dl").forEach((each) => {
  if (!each.closest("#every-trade")) startHints(each);
});
startEveryTrade();
startPrices();
startChats();
figureWith("curves-chart", charts.models.some((model) => model.equity.length), drawCurves);
figureWith("dots-chart", charts.models.some((model) => model.trades.t.length), drawDots);
figureWith("calibration-chart", charts.models.some((model) => model.bins.length), drawCalibration);
onTheme(() => plots.forEach((plot) => plot.recolour()));
startPrinting();
startDownloads();

// A link to a model opens its section.
function openTarget() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();
