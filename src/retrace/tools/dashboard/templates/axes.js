// The axes of the parallel coordinates: which there are, and where on them a value stands.

const HEIGHT = 230,
  MISSING = HEIGHT + 26,
  TOP = 48,
  MAX_AXES = 9;

const candidates = columns.filter((each) => each.kind === "param" || each.kind === "validation");
const scored = runs.filter((run) =>
  candidates.some((each) => each.kind === "validation" && each.get(run) !== null),
);
const chosenAxes = new Set(defaultAxes());

function defaultAxes() {
  const params = candidates.filter((each) => each.kind === "param");
  const metrics = candidates.filter((each) => each.kind === "validation");
  const loss = metrics.find((each) => each !== ranking && each.lower !== ranking?.lower);
  const last = [loss, ranking].filter(Boolean);
  // Params that most runs have come first where there are too many.
  const filled = (each) => scored.filter((run) => each.get(run) !== null).length;
  const fullest = [...params]
    .sort((one, two) => filled(two) - filled(one))
    .slice(0, MAX_AXES - last.length);
  return [...params.filter((each) => fullest.includes(each)), ...last].map((each) => each.key);
}

// An axis knows where a value stands (in pixels from the top), and what to write beside it.
function makeAxis(each, position) {
  const values = scored.map(each.get).filter((value) => value !== null);
  if (!each.numeric) return namedAxis(each, position, [...new Set(values)].sort());
  const low = Math.min(...values),
    high = Math.max(...values);
  const log = low > 0 && high / low >= 20;
  const scale = log ? Math.log10 : (value) => value;
  const flip = each.kind === "validation" && each.lower;
  const span = scale(high) - scale(low) || 1;
  const share = (value) => (high === low ? 0.5 : (scale(value) - scale(low)) / span);
  const place = (value) => HEIGHT * (flip ? share(value) : 1 - share(value));
  const back = (y) => {
    const part = flip ? y / HEIGHT : 1 - y / HEIGHT;
    const at = scale(low) + part * span;
    return log ? 10 ** at : at;
  };
  return {
    each,
    position,
    place,
    back,
    ticks: ticksOf(low, high, log).map((value) => ({ y: place(value), text: number(value, 4) })),
  };
}

function namedAxis(each, position, names) {
  const place = (value) =>
    names.length === 1 ? HEIGHT / 2 : (HEIGHT * names.indexOf(value)) / (names.length - 1);
  const step = Math.ceil(names.length / 14);
  const ticks = names
    .filter((_, i) => i % step === 0)
    .map((name) => ({ y: place(name), text: name.length > 18 ? `${name.slice(0, 17)}…` : name }));
  return { each, position, place, names, ticks };
}

function ticksOf(low, high, log) {
  if (high === low) return [low];
  const inside = [];
  if (log) {
    for (let power = Math.ceil(Math.log10(low) - 1e-9); 10 ** power <= high * 1.000001; power++)
      inside.push(10 ** power);
    return inside.length > 1 ? inside : [low, high];
  }
  const rough = (high - low) / 4,
    size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((by) => by * size).find((by) => by >= rough);
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-9; tick += step)
    inside.push(Number(tick.toPrecision(10)));
  return inside.length > 1 ? inside : [low, high];
}

function emptySlot(axis) {
  return scored.some((run) => axis.each.get(run) === null) ? [{ y: MISSING, text: "not set" }] : [];
}

function currentAxes(width) {
  const chosen = candidates.filter(
    (each) => chosenAxes.has(each.key) && scored.some((run) => each.get(run) !== null),
  );
  // Metrics stand on the right, the ranking one last; names on the last axis need room.
  const ordered = [
    ...chosen.filter((each) => each.kind === "param"),
    ...chosen.filter((each) => each.kind !== "param" && each !== ranking),
    ...chosen.filter((each) => each === ranking),
  ];
  const left = 14,
    right = width - 52;
  return ordered.map((each, i) =>
    makeAxis(
      each,
      ordered.length === 1 ? width / 2 : left + ((right - left) * i) / (ordered.length - 1),
    ),
  );
}

function rangeOf(axis, one, two) {
  const [top, bottom] = [Math.min(one, two), Math.max(one, two)];
  if (axis.names)
    return {
      values: axis.names.filter((name) => axis.place(name) >= top - 1 && axis.place(name) <= bottom + 1),
    };
  const ends = [axis.back(one), axis.back(two)];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}
