// What is shown: the runs, which of them pass the filters, which two are chosen. Others listen.

const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);

const runs = data.runs.map((run, index) => ({ ...run, index }));

// Columns that every page has; those with a kind come from metrics and params. `get` sorts and filters.
const valueColumns = data.columns.map((column, index) => {
  const dot = column.label.lastIndexOf(".");
  const values = runs.map((run) => run.values[index]).filter((value) => value !== null);
  return {
    ...column,
    prefix: column.label.slice(0, dot + 1),
    short: column.label.slice(dot + 1),
    get: (run) => run.values[index],
    whole: values.every(Number.isInteger) && values.some((value) => value > 1),
  };
});
const column = (key, label, get, more = {}) => ({ key, label, get, numeric: true, ...more });
const columns = [
  column("rank", "#", (run) => run.rank, { lower: true }),
  column("verdict", "verdict", (run) => (run.verdict === null ? null : data.verdicts.indexOf(run.verdict)), {
    lower: true,
  }),
  column("difference", "difference", (run) => run.difference),
  column("p", "p (corrected)", (run) => run.p, { lower: true }),
  ...valueColumns.filter((each) => each.kind === "validation"),
  ...valueColumns.filter((each) => each.kind === "param"),
  ...valueColumns.filter((each) => each.kind === "other"),
  column("from", "started from", (run) => run.from || null, { numeric: false }),
  column("revision", "revision", (run) => run.revision, { numeric: false }),
  column("time", "date", (run) => run.time, { numeric: false }),
  column("state", "state", (run) => run.state, { numeric: false }),
];
const byKey = new Map(
  [column("name", "run", (run) => run.name, { numeric: false }), ...columns].map((each) => [
    each.key,
    each,
  ]),
);
const ranking = byKey.get(`validation.${data.metric}`);

const state = {
  sort: { key: "rank", down: false },
  text: "",
  verdict: "",
  ranges: new Map(),
  other: false,
  away: new Set(firstAway()),
  a: null,
  b: null,
};
const listeners = [];

// Many metrics say nearly the same: the ranking one, the next and the last are shown at first.
function firstAway() {
  const metrics = valueColumns.filter((each) => each.kind === "validation").map((each) => each.key);
  return metrics.length > 4 ? metrics.slice(2, -1) : [];
}

function change(values) {
  Object.assign(state, values);
  listeners.forEach((listen) => listen(values));
}

function firstPair() {
  const ranked = runs.filter((run) => run.rank !== null).sort((one, two) => one.rank - two.rank);
  const best =
    ranked.find((run) => run.index !== data.base) ?? runs.find((run) => run.index !== data.base);
  return { a: data.base, b: best ? best.index : data.base };
}

// Filters

const CONDITION = /^([^<>=!\s]+?)(<=|>=|!=|=|<|>)(.+)$/;
const TESTS = {
  "<": (value, wanted) => value < wanted,
  ">": (value, wanted) => value > wanted,
  "<=": (value, wanted) => value <= wanted,
  ">=": (value, wanted) => value >= wanted,
};

// Scores that are not for choosing can be looked at; they neither sort nor filter.
function findColumn(name) {
  const allowed = [...byKey.values()].filter((each) => each.kind !== "other");
  return (
    allowed.find((each) => each.key === name || each.label === name) ??
    allowed.find((each) => each.key.endsWith(`.${name}`))
  );
}

function parseFilter(text) {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      const [, name, sign, wanted] = CONDITION.exec(word) ?? [];
      const found = name && findColumn(name);
      if (!found) return (run) => searchText(run).includes(word.toLowerCase());
      if (sign in TESTS)
        return (run) => found.get(run) !== null && TESTS[sign](found.get(run), Number(wanted));
      const same = (run) =>
        found.get(run) !== null &&
        (found.numeric && found.key !== "verdict"
          ? found.get(run) === Number(wanted)
          : String(found.key === "verdict" ? run.verdict : found.get(run)).toLowerCase() ===
            wanted.toLowerCase());
      return sign === "=" ? same : (run) => !same(run);
    });
}

function searchText(run) {
  run.text ??= [
    run.name,
    run.experiment,
    run.revision,
    run.from,
    run.state,
    run.verdict,
    ...run.branches,
    ...run.tags,
    ...run.same,
    ...valueColumns
      .filter((each) => each.kind === "param" && !each.numeric)
      .map((each) => each.get(run)),
  ]
    .filter(Boolean)
    .join(" ")
    .toLowerCase();
  return run.text;
}

function inRange(run, key, range) {
  const value = byKey.get(key).get(run);
  return (
    value !== null &&
    (range.values ? range.values.includes(value) : value >= range.low && value <= range.high)
  );
}

function passing() {
  const tests = parseFilter(state.text);
  return runs.filter(
    (run) =>
      (!state.verdict || (run.verdict ?? run.state) === state.verdict) &&
      tests.every((test) => test(run)) &&
      [...state.ranges].every(([key, range]) => inRange(run, key, range)),
  );
}

function sorted(found) {
  const { key, down } = state.sort;
  const { get } = byKey.get(key);
  const order = (one, two) =>
    typeof one === "number" && typeof two === "number"
      ? one - two
      : String(one).localeCompare(String(two), undefined, { numeric: true });
  return [...found].sort((one, two) => {
    const [first, second] = [get(one), get(two)];
    // What is missing stands last, whichever way one sorts.
    if (first === null || second === null)
      return (first === null) - (second === null) || one.index - two.index;
    return (down ? -1 : 1) * order(first, second) || one.index - two.index;
  });
}

// Words

function number(value, digits = 4) {
  if (value === null || value === undefined) return "–";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6)
    ? value
        .toExponential(2)
        .replace("e+", "e")
        .replace(/\.?0+e/, "e")
    : String(Number(value.toFixed(Math.max(digits, size < 1 ? digits : 0))));
}
// As number_text of the report: of large numbers the thousands and not the decimals.
function score(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  const decimals = size < 100 ? 4 : size < 10000 ? 1 : 0;
  return value.toLocaleString("en", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}
const signed = (value) => (value > 0 ? "+" : value < 0 ? "−" : "±") + score(Math.abs(value));
const probability = (value) =>
  value === null ? "–" : value < 0.001 ? "< .001" : value.toFixed(3).replace(/^0/, "");

// Elements. Text goes in as text, never as markup.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
