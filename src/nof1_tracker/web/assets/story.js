// The price of a trade's symbol, with its levels, and a mark for each step of its life.

const SHAPES = {
  decided: "circle", added: "circle", replanned: "circle", exited: "circle",
  opened: "square", closed: "square",
};

// Steps lie between prices: each has a place of its own on the scale, without a price.
function placesOf({ prices, steps }) {
  const known = new Map(prices);
  const times = [...new Set([...known.keys(), ...steps.map((step) => step.t)])].sort((a, b) => a - b);
  return times.map((time) => (known.has(time) ? { time, value: known.get(time) } : { time }));
}

function drawStory(figure, story) {
  const seen = [...story.prices.map(([, price]) => price), ...story.candles.flatMap(([, , high, low]) => [high, low])];
  const values = [...seen, ...story.steps.map((step) => step.price), ...Object.values(story.levels)];
  const digits = Math.max(2, 5 - Math.ceil(Math.log10(Math.max(...values))));
  const plot = addPlot(figure, Charts.createChart, () => paint());
  const { chart } = plot;
  const line = chart.addSeries(Charts.LineSeries, {
    lineWidth: 1, priceLineVisible: false, lastValueVisible: false,
    priceFormat: { type: "price", precision: digits, minMove: 10 ** -digits },
    autoscaleInfoProvider: () => ({ priceRange: { minValue: Math.min(...values), maxValue: Math.max(...values) }, margins: { above: 12, below: 12 } }),
  });
  const bars = chart.addSeries(Charts.CandlestickSeries, { borderVisible: false, priceLineVisible: false, lastValueVisible: false });
  bars.setData(story.candles.map(([time, open, high, low, close]) => ({ time, open, high, low, close })));
  const places = placesOf(story);
  line.setData(places);
  line.applyOptions({ lineVisible: story.prices.length > 1 && !story.candles.length });
  const levels = Object.entries(story.levels).map(([name, price]) => [name, line.createPriceLine({ price, title: name, lineWidth: 1, axisLabelVisible: true })]);
  const layer = Charts.createSeriesMarkers(line, [], { autoScale: false });

  function paint() {
    const own = cssColour(story.hue === null ? "--bench" : `--c${story.hue}`);
    const colours = { entry: own, stop: cssColour("--bad"), target: cssColour("--good") };
    line.applyOptions({ color: cssColour("--soft") });
    const [up, down] = ["--good", "--bad"].map((name) => faded(cssColour(name), 0.4));
    bars.applyOptions({ upColor: up, wickUpColor: up, downColor: down, wickDownColor: down });
    levels.forEach(([name, level]) => level.applyOptions({ color: colours[name] }));
    layer.setMarkers(story.steps.map((step, at) => ({
      id: `${at}:0`, time: step.t, position: "atPriceMiddle", price: step.price,
      shape: SHAPES[step.kind], size: 0.8, color: own,
    })));
  }

  plot.size = places.length;
  fit(plot);
  tipFor(plot, (at) => `${story.steps[at].words}\n${instant(story.steps[at].t)}\n${story.steps[at].price}`);
  makeZoomable(plot);
  plot.recolour();
}
