// Equity of every account, and its drawdown in a pane below.

const DASHES = [0, 1, 2, 3];
const BROKEN = "rgba(0,0,0,0)";

// The newest observations lie beside the grid, each at a time of its own; they share one
// place at the end, or the scale would have a place for every one of them.
function linePoints(instants, values, newest, observedAt, end) {
  const points = instants.map((time, at) => (values[at] === null ? { time } : { time, value: values[at] }));
  if (observedAt > instants.at(-1)) points.push({ time: end, value: newest });
  return points;
}

// Whitespace alone does not break a line: the stretch that begins with the last point
// before a gap is made invisible. The very last point may lie beside the grid.
function breakAtGaps(points) {
  points.forEach((point, at) => {
    const isBeforeGap = "value" in point && at + 1 < points.length && !("value" in points[at + 1]);
    if (isBeforeGap) point.color = BROKEN;
  });
  return points;
}

// Points without a neighbour have no line to be seen by.
function isSparse(points) {
  const known = points.filter((point) => "value" in point);
  const lonely = points.filter((point, at) => "value" in point &&
    !("value" in (points[at - 1] ?? {})) && !("value" in (points[at + 1] ?? {})));
  return lonely.length > 0.1 * known.length;
}

function endOf(models) {
  return Math.max(...models.map((model) => model.last?.[0] ?? 0));
}

// A series of points for each line of an account, in the order of its lines.
function seriesOf(model, instants, end) {
  const [observedAt, newest, newestDepth] = model.last;
  const series = [
    linePoints(instants, model.equity, newest, observedAt, end),
    linePoints(instants, model.drawdown, newestDepth, observedAt, end),
  ];
  if (model.realized.length) {
    series.push(linePoints(instants, model.realized, model.realizedLast, model.realizedLast === null ? 0 : end, end));
  }
  return series;
}

// Returns a function that draws newer figures of the same accounts in their place.
function drawCurves(figure, charts) {
  let { instants, models } = charts;
  const lines = new Map();
  const plot = addPlot(figure, Charts.createChart, () => paint(null));
  const { chart } = plot;
  const format = { type: "custom", minMove: 0.01, formatter: (value) => dollars(value) };
  const depth = { type: "custom", minMove: 0.0001, formatter: (value) => percents(value) };
  const shared = { lineWidth: 2, priceLineVisible: false, lastValueVisible: false, crosshairMarkerRadius: 3 };

  models.forEach((model, number) => {
    if (!model.equity.length) return;
    const style = { ...shared, lineStyle: DASHES[model.dash] };
    const equity = chart.addSeries(Charts.LineSeries, { ...style, priceFormat: format }, 0);
    const drawdown = chart.addSeries(Charts.LineSeries, { ...style, lineWidth: 1, priceFormat: depth }, 1);
    const drawn = [equity, drawdown];
    if (model.realized.length) {
      const steps = { lineType: Charts.LineType.WithSteps, lineStyle: Charts.LineStyle.SparseDotted };
      drawn.push(chart.addSeries(Charts.LineSeries, { ...style, ...steps, priceFormat: format }, 0));
    }
    lines.set(number, drawn);
  });

  let focus = null;

  function paint(focused) {
    focus = focused;
    lines.forEach((drawn, number) => {
      const colour = colourOf(models[number]);
      const isFaint = focused !== null && focused !== number;
      drawn.forEach((line) => {
        line.applyOptions({ color: isFaint ? faded(colour, 0.15) : colour, visible: !isHidden(number) });
      });
    });
  }

  function fill() {
    const end = endOf(models);
    lines.forEach((drawn, number) => {
      const series = seriesOf(models[number], instants, end);
      drawn.forEach((line, at) => {
        const known = series[at] ?? [];
        const alone = at < 2 && isSparse(known);
        line.applyOptions({ lineVisible: !alone, pointMarkersVisible: alone, pointMarkersRadius: 2 });
        line.setData(alone ? known : breakAtGaps(known));
      });
    });
    plot.size = instants.length + 1;
  }

  fill();
  chart.panes()[0]?.setStretchFactor(3);
  chart.panes()[1]?.setStretchFactor(1.2);
  chart.panes()[0].attachPrimitive(gapHatching(chart, () => plot.size, () =>
    models.filter((_, number) => (focus === null ? !isHidden(number) : number === focus))));
  fit(plot);
  focusListeners.push((number) => paint(lines.has(number) ? number : null));
  visibilityListeners.push(() => paint(null));
  const sayEnd = readOut(figure, plot, () => models, lines);
  makeZoomable(plot);
  followSpan(plot);
  spanButtons(figure, plot, () => endOf(models));
  keepKeys(figure, (number) => lines.has(number));
  return (newer) => {
    ({ instants, models } = newer);
    fill();
    sayEnd();
  };
}

// The legend says what each line is worth at the pointer, else at the end, and that of the
// drawdowns how deep it is. models() gives the accounts; returns a function that says the
// end again.
function readOut(figure, { chart }, models, lines) {
  const when = figure.querySelector(".when");
  const outputs = new Map(keysOf(figure).map((key) => [Number(key.dataset.key), key.querySelector("output")]));
  const depths = new Map([...figure.querySelectorAll("[data-depth]")].map((each) => [Number(each.dataset.depth), each.querySelector("output")]));
  const gained = (number, equity) => percents(equity / models()[number].opening - 1).replace(/^(?=\d)/, "+");
  const say = (number, time, equity, drawdown, realized) => {
    const known = equity === undefined ? "–" : `${dollars(equity)}   ${gained(number, equity)}`;
    outputs.get(number).textContent = equity === undefined && realized !== undefined ? `${dollars(realized)} realized` : known;
    const least = drawdown < 0 && time > (models()[number].leastFrom ?? Infinity) ? "at least " : "";
    depths.get(number).textContent = (drawdown ?? null) === null ? "–" : least + percents(drawdown);
  };
  const atEnd = () => {
    when.textContent = "";
    lines.forEach((_, number) => say(number, ...models()[number].last));
  };
  chart.subscribeCrosshairMove((event) => {
    if (event.time === undefined) return atEnd();
    when.textContent = instant(event.time);
    lines.forEach((drawn, number) => {
      say(number, event.time, ...drawn.map((line) => event.seriesData.get(line)?.value));
    });
  });
  atEnd();
  return atEnd;
}

function spanButtons(figure, plot, end) {
  const { chart } = plot;
  const buttons = [...figure.querySelectorAll("[data-days]")];
  const fromOf = (button) => (Number(button.dataset.days) ? minuteOf(end() - button.dataset.days * 86400) : "");
  const press = () => buttons.forEach((each) => {
    each.setAttribute("aria-pressed", String(!stateOf("to") && stateOf("from") === fromOf(each)));
  });
  buttons.forEach((button) => {
    button.addEventListener("click", () => setState({ from: fromOf(button), to: "" }));
  });
  stateListeners.push(press);
  press();
  const bend = () => {
    const mode = stateOf("scale") === "log" ? Charts.PriceScaleMode.Logarithmic : Charts.PriceScaleMode.Normal;
    chart.priceScale("right", 0).applyOptions({ mode });
  };
  stateListeners.push(bend);
  bend();
}
