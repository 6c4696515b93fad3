// What a chart shows, as a picture; what it draws of the accounts shown, as a table.

// The lines of the swatches, as report.css has them.
const SWATCHES = [[], [3, 2.67], [5, 2.5], [8.5, 3]];
const FORMULA = /^[=+\-@\t\r\n']/;

function time(seconds) {
  return new Date(seconds * 1000).toISOString();
}

// A spreadsheet must not compute a text, so an apostrophe stands before what starts like a
// formula, as in the exports.
function field(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function curveRows({ name, equity, drawdown, realized, last }) {
  const rows = equity.map((value, at) => [
    time(charts.instants[at]), name, value, drawdown[at], realized[at] ?? null,
  ]);
  const known = rows.filter(([, , value, , inGap]) => value !== null || inGap !== null);
  if (last && last[0] > charts.instants.at(-1)) known.push([time(last[0]), name, last[1], last[2], null]);
  return known;
}

function tradeRows({ name, trades }) {
  return trades.t.map((seconds, at) => [
    time(seconds), name, charts.symbols[trades.symbol[at]],
    trades.long[at] ? "long" : "short", trades.net[at], trades.held[at],
  ]);
}

function betRows({ name, bins }) {
  return bins.map(({ low, high, said, won, count }) => [name, low, high, said, won, count]);
}

const TABLES = {
  "curves-chart": ["time,model,equity_usd,drawdown,realized_equity_usd", curveRows],
  "dots-chart": ["closed_at,model,symbol,side,net_pnl_usd,held_seconds", tradeRows],
  "calibration-chart": ["model,confidence_from,confidence_to,mean_confidence,win_rate,bets", betRows],
};

// A chart that is drawn from data of its own says its rows itself.
const ownTables = new Map();

function tableOf(figure) {
  if (ownTables.has(figure)) return ownTables.get(figure)();
  const [header, rowsOf] = TABLES[figure.id];
  return [header, charts.models.filter((_, number) => !isHidden(number)).flatMap(rowsOf)];
}

function csvOf(figure) {
  const [header, rows] = tableOf(figure);
  const lines = rows.map((row) => row.map(field).join(","));
  return new Blob([[header, ...lines, ""].join("\r\n")], { type: "text/csv" });
}

// The names of the accounts shown stand below the chart; it is transparent, so the page's
// colour goes behind it.
function pictureOf(figure) {
  const chart = plots.find((plot) => plot.figure === figure).chart.takeScreenshot(true);
  const unit = devicePixelRatio;
  const [row, column] = [22 * unit, 230 * unit];
  const numbers = keysOf(figure).filter((key) => !key.hidden).map((key) => Number(key.dataset.key));
  const shown = numbers.filter((number) => !isHidden(number));
  const across = Math.max(Math.floor(chart.width / column), 1);
  const picture = document.createElement("canvas");
  picture.width = chart.width;
  picture.height = chart.height + row * (Math.ceil(shown.length / across) + 1);
  const context = picture.getContext("2d");
  context.fillStyle = cssColour("--paper");
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(chart, 0, 0);
  context.font = `${12 * unit}px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "middle";
  context.lineWidth = 3 * unit;
  shown.forEach((number, at) => {
    const left = (at % across) * column + 12 * unit;
    const middle = chart.height + row * (Math.floor(at / across) + 1);
    context.strokeStyle = colourOf(charts.models[number]);
    context.setLineDash(SWATCHES[charts.models[number].dash].map((length) => length * unit));
    context.beginPath();
    context.moveTo(left, middle);
    context.lineTo(left + 20 * unit, middle);
    context.stroke();
    context.fillStyle = cssColour("--ink");
    context.fillText(charts.models[number].name, left + 28 * unit, middle, column - 48 * unit);
  });
  return new Promise((resolve) => { picture.toBlob(resolve, "image/png"); });
}

async function save(figure, ending) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await (ending === "png" ? pictureOf(figure) : csvOf(figure)));
  link.download = `${figure.id}.${ending}`;
  link.click();
  // The browser has to have begun before the address goes.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function startDownloads() {
  document.querySelectorAll("[data-save]").forEach((button) => {
    button.addEventListener("click", () => save(button.closest("figure"), button.dataset.save));
  });
}
