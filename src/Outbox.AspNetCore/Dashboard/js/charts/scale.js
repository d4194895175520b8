/** Maps a domain to pixels. */
export function linear([from, to], [start, end]) {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

/** About `wanted` round values from zero to at least the maximum. */
export function ticks(maximum, wanted = 4) {
  const rough = Math.max(maximum, 1e-9) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough);
  const values = [];
  for (let value = 0; value < maximum + step; value += step) {
    values.push(Number(value.toPrecision(12)));
  }
  return values;
}

/** The indices of the times to write below an axis: evenly spread, as many as fit. */
export function labelled(length, width, each = 84) {
  const wanted = Math.max(2, Math.floor(width / each));
  const step = Math.max(1, Math.ceil(length / wanted));
  return Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step);
}
