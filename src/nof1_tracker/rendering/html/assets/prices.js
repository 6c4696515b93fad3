// The price of a symbol, with the entries and exits of its trades, and the model's words
// at those moments. A trade that is pressed shows its stop, its target and its story.

const APART = 3 * 3600;

// The places of the scale that a price lies at, each with the price as the series has it.
function pointsOf({ t, p, o, h, l }, place) {
  return new Map(t.map((time, at) => {
    const point = o ? { open: o[at], high: h[at], low: l[at], close: p[at] } : { value: p[at] };
    return [place(time), { time: place(time), ...point }];
  }));
}

// Where no price is known for long: spans of places, and no line between their ends.
function unknownSpans(slots, known) {
  const apart = Math.max(1, Math.floor(APART / Math.max(slots[1] - slots[0], 1)));
  const held = slots.flatMap((time, at) => (known.has(time) ? [at] : []));
  return [0, ...held, slots.length - 1].flatMap((at, number, all) => {
    const next = all[number + 1] ?? at;
    if (next - at <= apart) return [];
    const point = known.get(slots[at]);
    if (point && "value" in point) point.color = BROKEN;
    return [[at, next]];
  });
}

function unknownHatching(chart, spans) {
  const draw = ({ context, bitmapSize, horizontalPixelRatio: ratio }) => {
    spans().forEach((span) => {
      const across = span.map((at) => chart.timeScale().logicalToCoordinate(at) * ratio);
      hatch(context, across, [0, bitmapSize.height], faded(cssColour("--soft"), 0.22), 9 * ratio);
    });
  };
  const renderer = { draw: (target) => target.useBitmapCoordinateSpace(draw) };
  return { paneViews: () => [{ zOrder: () => "bottom", renderer: () => renderer }] };
}

// An entry whose opening nobody saw has no place.
function marksOf(trades, place) {
  return trades.flatMap((trade, number) => {
    const [, , side, , , , entry, exit] = trade.cells;
    const isLong = side[0] === "long";
    const marks = [];
    if (trade.opened !== null && entry[1] !== null) {
      marks.push({ number, kind: "entry", at: trade.opened, price: entry[1], shape: isLong ? "arrowUp" : "arrowDown", size: 0.8 });
    }
    if (trade.closed !== null && exit[1] !== null) {
      marks.push({ number, kind: "exit", at: trade.closed, price: exit[1], shape: isLong ? "circle" : "square", size: 0.55 });
    }
    return marks.map((mark) => ({ ...mark, time: place(mark.at) }));
  });
}

// What the model said when it decided to open; of an exit, when it decided to close.
function wordsAt(trade, kind) {
  const said = trade.story.steps.filter(([, , , , quotes]) => quotes.length);
  const step = kind === "entry" ? said[0] : said.length > 1 && said.at(-1);
  const words = step ? step[4][0] : "";
  return words.length > 300 ? `${words.slice(0, 300)}…` : words;
}

function markNote(trade, { kind, at, price }) {
  const [, , side, net, , quantity, entry, exit, leverage, held] = trade.cells.map(([text]) => text);
  const words = wordsAt(trade, kind);
  return `${trade.name}\n${kind} ${side} ${quantity}${leverage === "–" ? "" : `, ${leverage}x`}\n` +
    `${entry} to ${exit}, net $ ${net}${trade.gain ? ` (${trade.gain})` : ""}, held ${held}\n` +
    `${instant(at)} at ${price}${words ? `\n“${words}”` : ""}`;
}

function digitsOf(values) {
  return Math.max(0, Math.min(8, 5 - Math.ceil(Math.log10(Math.max(...values, 1e-9)))));
}

function drawPrices(figure, packed, courses) {
  const all = tradesOf(packed);
  const symbolOf = (trade) => trade.cells[1][0];
  const story = figure.querySelector(".picked");
  const busiest = busiestOf(all.map(symbolOf).filter((symbol) => courses[symbol])) ?? Object.keys(courses)[0];
  const plot = addPlot(figure, Charts.createChart, () => paint());
  const { chart } = plot;
  // Marks need a line with a point at each place; it is not seen, and has the scale.
  const base = chart.addSeries(Charts.LineSeries, {
    color: BROKEN, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false,
    autoscaleInfoProvider: () => ({ priceRange: rangeInView() }),
  });
  const layer = Charts.createSeriesMarkers(base, [], { autoScale: false });
  let series = null;
  let spans = [];
  let trades = [];
  let marks = [];
  let picked = null;
  let shown = "";
  chart.panes()[0].attachPrimitive(unknownHatching(chart, () => spans));

  function rangeInView() {
    const { from, to } = chart.timeScale().getVisibleRange() ?? { from: -Infinity, to: Infinity };
    const course = courses[shown];
    const isSeen = (time) => time >= from && time <= to;
    const seen = [
      ...(course?.t ?? []).flatMap((time, at) => (isSeen(time) ? [(course.l ?? course.p)[at], (course.h ?? course.p)[at]] : [])),
      ...marks.flatMap(({ time, price }) => (isSeen(time) ? [price] : [])),
    ];
    const [low, high] = [seen.reduce((a, b) => Math.min(a, b), Infinity), seen.reduce((a, b) => Math.max(a, b), -Infinity)];
    const margin = (high - low || high || 1) * 0.06;
    return seen.length ? { minValue: low - margin, maxValue: high + margin } : { minValue: 0, maxValue: 1 };
  }

  function paint() {
    if (!series) return;
    const [soft, good, bad] = ["--soft", "--good", "--bad"].map(cssColour);
    series.applyOptions(courses[shown].o
      ? { upColor: faded(good, 0.5), downColor: faded(bad, 0.5), wickUpColor: good, wickDownColor: bad, borderVisible: false }
      : { color: soft });
    layer.setMarkers(marks.map((mark, at) => ({
      id: `${at}:0`, time: mark.time, position: "atPriceMiddle", price: mark.price,
      shape: mark.shape, size: picked === trades[mark.number] ? mark.size * 2 : mark.size,
      color: faded(colourOf(accounts[trades[mark.number].key]), picked && picked !== trades[mark.number] ? 0.25 : 0.85),
    })));
  }

  function pick(trade) {
    picked = trade;
    base.priceLines().forEach((line) => base.removePriceLine(line));
    const levels = { entry: trade?.cells[6][1], stop: trade?.stop, target: trade?.target };
    const colours = { entry: trade && colourOf(accounts[trade.key]), stop: cssColour("--bad"), target: cssColour("--good") };
    Object.entries(levels).forEach(([title, price]) => {
      if (price) base.createPriceLine({ price, title, lineWidth: 1, color: colours[title], axisLabelVisible: true });
    });
    story.replaceChildren(...(trade ? [element("h3", "", `${trade.name}, ${trade.cells[2][0]} ${symbolOf(trade)}`), storyOf(trade)] : []));
    paint();
  }

  function show() {
    const symbol = courses[stateOf("symbol")] ? stateOf("symbol") : busiest;
    const course = courses[symbol];
    if (series) chart.removeSeries(series);
    shown = symbol;
    trades = all.filter((trade) => symbolOf(trade) === symbol && isAsked(accounts[trade.key]) && !hidden.has(trade.key));
    const moments = trades.flatMap(({ opened, closed }) => [opened, closed]).filter((time) => time !== null);
    // A candle is as wide as a place.
    const width = course.o && course.t.length > 1 ? course.t[1] - course.t[0] : 0;
    const { slots, snap } = lattice([...course.t, ...moments], width);
    marks = marksOf(trades, snap);
    const known = pointsOf(course, snap);
    spans = unknownSpans(slots, known);
    const values = [...course.p, ...marks.map(({ price }) => price)];
    const digits = digitsOf(values);
    const shared = {
      priceLineVisible: false, lastValueVisible: false, autoscaleInfoProvider: () => null,
      priceFormat: { type: "price", precision: digits, minMove: 10 ** -digits },
    };
    series = course.o
      ? chart.addSeries(Charts.CandlestickSeries, shared)
      : chart.addSeries(Charts.LineSeries, { ...shared, lineWidth: 1, crosshairMarkerVisible: false });
    base.applyOptions({ priceFormat: shared.priceFormat });
    base.setData(slots.map((time) => ({ time, value: values[0] })));
    series.setData(slots.map((time) => known.get(time) ?? { time }));
    plot.size = slots.length;
    figure.querySelector(".which").textContent =
      `${symbol}: ${course.o ? "candles of the exchange" : "prices as they were observed"}, ${counted(trades.length)} ${trades.length === 1 ? "trade" : "trades"}`;
    pick(null);
  }

  function tableShown() {
    const course = courses[shown];
    const prices = course.t.map((at, number) => [time(at), shown, course.o ? "close" : "price", course.p[number], "", "", null]);
    const ends = marks.map(({ number, kind, at, price }) => {
      const { name, cells } = trades[number];
      return [time(at), shown, kind, price, name, cells[2][0], cells[3][1]];
    });
    return ["time,symbol,kind,price_usd,model,side,net_pnl_usd", [...prices, ...ends]];
  }

  show();
  fit(plot);
  ownTables.set(figure, tableShown);
  pickFor(plot, () => ({ series: base, points: marks }), (at) => markNote(trades[marks[at].number], marks[at]), (at) => pick(trades[marks[at].number]));
  makeZoomable(plot);
  followSpan(plot);
  stateListeners.push(() => {
    const before = [shown, trades.length].join();
    show();
    if (before !== [shown, trades.length].join()) followAgain(plot);
  });
  plot.recolour();
}

function followAgain(plot) {
  if (!stateOf("from") && !stateOf("to")) fit(plot);
}

function busiestOf(symbols) {
  const counts = new Map();
  symbols.forEach((symbol) => counts.set(symbol, (counts.get(symbol) ?? 0) + 1));
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
