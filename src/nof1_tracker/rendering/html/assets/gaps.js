// Hatches what is not known of the accounts' equity: neither observed, nor told by legs.

const LANES = 60;

// Whether a line of an account's equity leads from one place of the scale to the next;
// the place after the last instant is that of the newest observation.
function isDrawn({ equity, last, realized, realizedLast }, at) {
  return [[...equity.slice(at, at + 2), last[1]], [...realized.slice(at, at + 2), realizedLast]]
    .some(([from, to]) => (from ?? null) !== null && to !== null);
}

function isUnknown({ unknown }, at) {
  return unknown.some(([from, to]) => from <= at && at < to);
}

// Spans in which nothing of any of these accounts is drawn, and one of them has a gap.
function emptySpans(models, size) {
  const spans = [];
  for (let at = 0; at < size - 1; at += 1) {
    if (models.some((model) => isDrawn(model, at)) || !models.some((model) => isUnknown(model, at))) continue;
    if (spans.at(-1)?.[1] === at) spans.at(-1)[1] = at + 1;
    else spans.push([at, at + 1]);
  }
  return spans;
}

function hatch(context, [left, right], [top, bottom], colour, step) {
  const height = bottom - top;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, height);
  context.clip();
  context.beginPath();
  for (let at = Math.floor((left - height) / step) * step; at < right; at += step) {
    context.moveTo(at, bottom);
    context.lineTo(at + height, top);
  }
  context.strokeStyle = colour;
  context.lineWidth = step / 6;
  context.stroke();
  context.restore();
}

// A primitive of a pane. size() gives the number of places, shown() the accounts that
// are to be seen.
function gapHatching(chart, size, shown) {
  const draw = ({ context, bitmapSize, horizontalPixelRatio: ratio }) => {
    const scale = chart.timeScale();
    const across = (span) => span.map((at) => scale.logicalToCoordinate(Math.min(at, size() - 1)) * ratio);
    const models = shown().filter((model) => model.equity.length);
    const colour = models.length === 1 ? colourOf(models[0]) : cssColour("--soft");
    const accounts = models.length > 1 ? models.filter((model) => model.hue !== null) : models;
    emptySpans(accounts, size()).forEach((span) => {
      hatch(context, across(span), [0, bitmapSize.height], faded(colour, 0.22), 9 * ratio);
    });
    const withGaps = models.filter((model) => model.unknown.length);
    const lane = Math.min(6, LANES / withGaps.length) * ratio;
    withGaps.forEach((model, number) => {
      const bottom = bitmapSize.height - number * lane - ratio;
      model.unknown.forEach((span) => {
        hatch(context, across(span), [bottom - lane * 0.7, bottom], colourOf(model), 4 * ratio);
      });
    });
  };
  const renderer = { draw: (target) => target.useBitmapCoordinateSpace(draw) };
  return { paneViews: () => [{ zOrder: () => "bottom", renderer: () => renderer }] };
}
