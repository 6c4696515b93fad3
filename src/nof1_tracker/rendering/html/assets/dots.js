// Charts of single points: trades, and bets by confidence. The points are markers at a
// price on a line that is there for its scale alone: many may share an instant.

const SLOTS = 1500;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440].map((minutes) => minutes * 60);

// A scale has a place per time that occurs, all equally wide; an even lattice of times
// makes it proportional. A dot moves by half a slot at most; its note has the exact time.
function lattice(times, least = 0) {
  const first = times.reduce((least, time) => Math.min(least, time), Infinity);
  const last = times.reduce((most, time) => Math.max(most, time), -Infinity);
  const step = STEPS.find((each) => each >= least && (last - first) / each <= SLOTS) ?? STEPS.at(-1);
  const from = Math.floor(first / step) * step;
  const slots = Array.from({ length: Math.ceil((last - from) / step) + 1 }, (_, at) => from + at * step);
  return { step, slots, snap: (time) => Math.round((time - from) / step) * step + from };
}

function markersOf(model, number, snap) {
  return model.trades.t.map((time, at) => ({
    id: `${number}:${at}`,
    time: snap(time),
    position: "atPriceMiddle",
    price: model.trades.net[at],
    shape: model.trades.long[at] ? "circle" : "square",
    size: 0.55,
  }));
}

// Markers do not stretch the scale by their price; the line that holds them does it.
function rangeOf(models, from, to) {
  let low = 0;
  let high = 0;
  models.forEach(({ trades }, number) => {
    if (isHidden(number)) return;
    trades.t.forEach((time, at) => {
      if (time < from || time > to) return;
      low = Math.min(low, trades.net[at]);
      high = Math.max(high, trades.net[at]);
    });
  });
  const margin = (high - low || 1) * 0.04;
  return { minValue: low - margin, maxValue: high + margin };
}

function drawDots(figure, { models, symbols }) {
  const { step, slots, snap } = lattice(models.flatMap((model) => model.trades.t));
  const layers = new Map();
  const plot = addPlot(figure, Charts.createChart, () => paint(null));
  const { chart } = plot;
  const zero = chart.addSeries(Charts.LineSeries, {
    lineWidth: 1, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false,
    priceFormat: { type: "custom", minMove: 0.01, formatter: (value) => dollars(value) },
    autoscaleInfoProvider: () => {
      const seen = chart.timeScale().getVisibleRange();
      return { priceRange: rangeOf(models, (seen?.from ?? -Infinity) - step, (seen?.to ?? Infinity) + step) };
    },
  });
  zero.setData(slots.map((time) => ({ time, value: 0 })));
  models.forEach((model, number) => {
    if (!model.trades.t.length) return;
    layers.set(number, [Charts.createSeriesMarkers(zero, [], { autoScale: false }), markersOf(model, number, snap)]);
  });

  function paint(focused) {
    zero.applyOptions({ color: cssColour("--soft") });
    layers.forEach(([layer, markers], number) => {
      const alpha = focused !== null && focused !== number ? 0.08 : 0.75;
      const color = faded(colourOf(models[number]), alpha);
      layer.setMarkers(isHidden(number) ? [] : markers.map((each) => ({ ...each, color })));
    });
  }

  plot.size = slots.length;
  fit(plot);
  focusListeners.push((number) => paint(layers.has(number) ? number : null));
  visibilityListeners.push(() => paint(null));
  const points = models.flatMap((model, number) => model.trades.t.map((time, at) =>
    ({ number, at, time: snap(time), price: model.trades.net[at], get isGone() { return isHidden(number); } })));
  pickFor(plot, () => ({ series: zero, points }), (place) => tradeNote(models[points[place].number], symbols, points[place].at));
  makeZoomable(plot);
  followSpan(plot);
  keepKeys(figure, (number) => layers.has(number));
  keysOf(figure).forEach((key) => {
    const count = models[Number(key.dataset.key)].trades.t.length;
    key.querySelector("output").textContent = `${count.toLocaleString("en-US")}`;
  });
}

function heldFor(seconds) {
  if (seconds === null) return "";
  const total = Math.round(seconds / 60);
  const [hours, minutes] = [Math.floor(total / 60), total % 60];
  return hours ? `, held ${hours} h ${minutes} min` : `, held ${minutes} min`;
}

function tradeNote({ name, trades }, symbols, at) {
  const side = trades.long[at] ? "long" : "short";
  return `${name}\n${symbols[trades.symbol[at]]} ${side}${heldFor(trades.held[at])}\n` +
    `${trades.entry[at] ?? "–"} to ${trades.exit[at] ?? "–"}${trades.lever[at] ? `, ${trades.lever[at]}x` : ""}\n` +
    `${dollars(trades.net[at], 2)} net${trades.gain[at] === null ? "" : `, ${percents(trades.gain[at])} of its size`}\n` +
    `closed ${instant(trades.t[at])}`;
}

// --- calibration -------------------------------------------------------------------

const PERCENTS = Array.from({ length: 101 }, (_, at) => at);

function drawCalibration(figure, { models }) {
  const most = Math.max(...models.flatMap((model) => model.bins.map((bin) => bin.count)));
  const layers = new Map();
  const plot = addPlot(figure, Charts.createOptionsChart, () => paint(null));
  const { chart } = plot;
  chart.applyOptions({
    localization: { precision: 0 },
    handleScroll: false, handleScale: false,
    rightPriceScale: { scaleMargins: { top: 0.02, bottom: 0.02 } },
  });
  const percent = { type: "custom", minMove: 0.1, formatter: (value) => `${value.toFixed(0)} %` };
  const plain = { lineWidth: 1, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false, priceFormat: percent };
  const diagonal = chart.addSeries(Charts.LineSeries, {
    ...plain, lineStyle: Charts.LineStyle.Dashed,
    autoscaleInfoProvider: () => ({ priceRange: { minValue: -4, maxValue: 104 } }),
  });
  diagonal.setData(PERCENTS.map((time) => ({ time, value: time })));
  models.forEach((model, number) => {
    if (!model.bins.length) return;
    const line = chart.addSeries(Charts.LineSeries, { ...plain, lineStyle: DASHES[model.dash] });
    line.setData(model.bins.map((bin) => ({ time: Math.round(bin.said * 100), value: bin.won * 100 })));
    const markers = model.bins.map((bin, at) => ({
      id: `${number}:${at}`, time: Math.round(bin.said * 100), position: "atPriceMiddle",
      price: bin.won * 100, shape: "circle", size: 0.5 + 1.3 * Math.sqrt(bin.count / most),
    }));
    layers.set(number, [line, Charts.createSeriesMarkers(line, [], { autoScale: false }), markers]);
  });

  function paint(focused) {
    diagonal.applyOptions({ color: cssColour("--soft") });
    layers.forEach(([line, layer, markers], number) => {
      const isFaint = focused !== null && focused !== number;
      const colour = colourOf(models[number]);
      line.applyOptions({ color: faded(colour, isFaint ? 0.08 : 0.5), visible: !isHidden(number) });
      layer.setMarkers(isHidden(number) ? [] : markers.map((each) => ({ ...each, color: faded(colour, isFaint ? 0.1 : 0.85) })));
    });
  }

  plot.size = PERCENTS.length;
  fit(plot);
  focusListeners.push((number) => paint(layers.has(number) ? number : null));
  visibilityListeners.push(() => paint(null));
  tipFor(plot, (number, at) => binNote(models[number], at));
  keepKeys(figure, (number) => layers.has(number));
  keysOf(figure).forEach((key) => {
    const bets = models[Number(key.dataset.key)].bins.reduce((sum, bin) => sum + bin.count, 0);
    key.querySelector("output").textContent = bets === 1 ? "1 bet" : `${bets} bets`;
  });
}

function binNote({ name, bins }, at) {
  const { low, high, said, won, count } = bins[at];
  return `${name}\nsaid ${percents(said, 0)} (${percents(low, 0)} to ${percents(high, 0)})\nwon ${percents(won, 0)} of ${count}`;
}
