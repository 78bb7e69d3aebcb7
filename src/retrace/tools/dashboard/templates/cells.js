// The cells of the table: heads that sort, names with A and B, verdicts, values.

const MOST_BADGES = 3;
const PILLS = new Set(["better", "worse", "base", "failed"]);

function headCell(each) {
  const sortable = each.kind !== "other";
  const active = state.sort.key === each.key;
  const classes = [
    each.key === "name" ? "sticky" : "",
    each.numeric && each.key !== "verdict" ? "" : "text",
    each.kind === "other" ? "other" : "",
  ];
  const cell = make("th", {
    scope: "col",
    class: classes.filter(Boolean).join(" ") || null,
    "aria-sort": active ? (state.sort.down ? "descending" : "ascending") : null,
  });
  const hint =
    each.kind === "validation"
      ? each.lower
        ? "lower is better"
        : "higher is better"
      : each.kind === "other"
        ? "not for choosing"
        : each.prefix;
  const words = [
    each.kind === "param" ? each.short : each.label,
    hint && make("small", {}, hint),
  ].filter(Boolean);
  if (!sortable) {
    cell.append(
      make(
        "span",
        { title: "Choosing by test scores would spoil them: they neither sort nor filter." },
        ...words,
      ),
    );
    return cell;
  }
  const arrow = make(
    "span",
    { class: "arrow", "aria-hidden": "true" },
    state.sort.down && active ? "▾" : "▴",
  );
  cell.append(
    make(
      "button",
      { type: "button", "data-key": each.key, onclick: () => sortBy(each) },
      words[0],
      arrow,
      ...words.slice(1),
    ),
  );
  return cell;
}

function sortBy(each) {
  const bestIsHigh =
    each.numeric && !each.lower && (each.kind === "validation" || each.key === "difference");
  const down = state.sort.key === each.key ? !state.sort.down : bestIsHigh || each.key === "time";
  change({ sort: { key: each.key, down } });
  $("table")
    .querySelector(`[data-key="${CSS.escape(each.key)}"]`)
    .focus();
}

function nameCell(run) {
  const pick = (which) =>
    make(
      "button",
      {
        type: "button",
        class: which,
        "aria-pressed": String(state[which] === run.index),
        "aria-label": `Choose ${run.name} as ${which.toUpperCase()}`,
        onclick: (event) => {
          event.stopPropagation();
          choose(which, run.index);
        },
      },
      which.toUpperCase(),
    );
  const kinds = [
    ...run.branches.map((name) => ["branch", name]),
    ...run.tags.map((name) => ["tag", name]),
  ];
  const badges = kinds.map(([kind, name]) =>
    make(
      "span",
      { class: "badge", title: `${kind} ${name}` },
      name === run.name ? kind : `${kind} ${name}`,
    ),
  );
  badges.push(
    ...run.same.map((name) => make("span", { class: "badge", title: `the very same run: ${name}` }, `= ${name}`)),
  );
  if (run.experiment) badges.unshift(make("span", { class: "badge" }, "exp"));
  return make(
    "td",
    { class: "sticky text" },
    make(
      "div",
      { class: "cell" },
      make("span", { class: "ab" }, pick("a"), pick("b")),
      make("span", { class: "name", title: run.name }, run.name),
      ...fewOf(badges),
    ),
  );
}

function fewOf(badges) {
  if (badges.length <= MOST_BADGES) return badges;
  const rest = badges.slice(MOST_BADGES - 1);
  const names = rest.map((each) => each.title || each.textContent).join(", ");
  return [
    ...badges.slice(0, MOST_BADGES - 1),
    make("span", { class: "badge", title: names }, `+${rest.length}`),
  ];
}

function choose(which, index) {
  const other = which === "a" ? "b" : "a";
  // To choose B as A swaps the two.
  change(state[other] === index ? { [which]: index, [other]: state[which] } : { [which]: index });
}

function verdictCell(run) {
  const word = run.verdict ?? run.state;
  const title = [run.reason, run.note].filter(Boolean).join("; ");
  return make(
    "td",
    { class: "text" },
    make("span", { class: `pill ${PILLS.has(word) ? word : ""}`, title: title || null }, word),
  );
}

function differenceCell(run) {
  if (run.difference === null) return make("td", { class: "none" }, "–");
  const interval = run.interval && ` ${signed(run.interval[0])} to ${signed(run.interval[1])}`;
  return make("td", {}, signed(run.difference), interval && make("span", { class: "soft" }, interval));
}

function valueCell(each, run) {
  const value = each.get(run);
  if (value === null || value === undefined)
    return make("td", { class: each.kind === "other" ? "other none" : "none" }, "–");
  const text =
    each.kind === "validation" || each.kind === "other"
      ? each.whole
        ? String(value)
        : score(value)
      : each.numeric
        ? number(value)
        : value;
  const classes = [
    each.numeric ? "" : "text",
    each.kind === "other" ? "other" : "",
    best.get(each.key) === value ? "best" : "",
  ];
  return make(
    "td",
    {
      class: classes.filter(Boolean).join(" ") || null,
      title: each.kind && each.numeric ? String(value) : null,
    },
    text,
  );
}

const CELLS = {
  verdict: (each, run) => verdictCell(run),
  difference: (each, run) => differenceCell(run),
  p: (each, run) => make("td", { class: run.p === null ? "none" : null }, probability(run.p)),
  state: (each, run) => make("td", { class: "text", title: run.note || null }, run.state),
};

// The best of each validation metric among the runs that can be ranked.
const best = new Map(
  columns
    .filter((each) => each.kind === "validation")
    .map((each) => {
      const values = runs.filter((run) => run.rank !== null && each.get(run) !== null).map(each.get);
      return [
        each.key,
        values.length > 1 ? (each.lower ? Math.min(...values) : Math.max(...values)) : undefined,
      ];
    }),
);
