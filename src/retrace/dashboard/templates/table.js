// The table of runs.

const PILLS = new Set(["better", "worse", "base", "failed"]);

function headCell(each) {
  const sortable = each.kind !== "other";
  const active = state.sort.key === each.key;
  const classes = [each.key === "name" ? "sticky" : "", each.numeric && each.key !== "verdict" ? "" : "text", each.kind === "other" ? "other" : ""];
  const cell = make("th", { scope: "col", class: classes.filter(Boolean).join(" ") || null,
    "aria-sort": active ? (state.sort.down ? "descending" : "ascending") : null });
  const hint = each.kind === "validation" ? (each.lower ? "lower is better" : "higher is better") : each.kind === "other" ? "not for choosing" : each.prefix;
  const words = [each.kind === "param" ? each.short : each.label, hint && make("small", {}, hint)].filter(Boolean);
  if (!sortable) {
    cell.append(make("span", { title: "Choosing by test scores would spoil them: they neither sort nor filter." }, ...words));
    return cell;
  }
  const arrow = make("span", { class: "arrow", "aria-hidden": "true" }, state.sort.down && active ? "▾" : "▴");
  cell.append(make("button", { type: "button", "data-key": each.key, onclick: () => sortBy(each) }, words[0], arrow, ...words.slice(1)));
  return cell;
}

function sortBy(each) {
  const bestIsHigh = each.numeric && !each.lower && (each.kind === "validation" || each.key === "difference");
  const down = state.sort.key === each.key ? !state.sort.down : bestIsHigh || each.key === "time";
  change({ sort: { key: each.key, down } });
  $("table").querySelector(`[data-key="${CSS.escape(each.key)}"]`).focus();
}

function nameCell(run) {
  const pick = (which) => make("button", { type: "button", class: which, "aria-pressed": String(state[which] === run.index),
    "aria-label": `Choose ${run.name} as ${which.toUpperCase()}`,
    onclick: (event) => { event.stopPropagation(); choose(which, run.index); } }, which.toUpperCase());
  const kinds = [...run.branches.map((name) => ["branch", name]), ...run.tags.map((name) => ["tag", name])];
  const badges = kinds.map(([kind, name]) => make("span", { class: "badge", title: `${kind} ${name}` },
    name === run.name ? kind : `${kind} ${name}`));
  if (run.experiment) badges.unshift(make("span", { class: "badge" }, "exp"));
  return make("td", { class: "sticky text" }, make("div", { class: "cell" },
    make("span", { class: "ab" }, pick("a"), pick("b")),
    make("span", { class: "name", title: run.name }, run.name), ...badges));
}

function choose(which, index) {
  const other = which === "a" ? "b" : "a";
  // To choose B as A swaps the two.
  change(state[other] === index ? { [which]: index, [other]: state[which] } : { [which]: index });
}

function verdictCell(run) {
  const word = run.verdict ?? run.state;
  const title = [run.reason, run.note].filter(Boolean).join("; ");
  return make("td", { class: "text" }, make("span", { class: `pill ${PILLS.has(word) ? word : ""}`, title: title || null }, word));
}

function differenceCell(run) {
  if (run.difference === null) return make("td", { class: "none" }, "–");
  const interval = run.interval && ` ${signed(run.interval[0])} to ${signed(run.interval[1])}`;
  return make("td", {}, signed(run.difference), interval && make("span", { class: "soft" }, interval));
}

function valueCell(each, run) {
  const value = each.get(run);
  if (value === null || value === undefined) return make("td", { class: each.kind === "other" ? "other none" : "none" }, "–");
  const text = each.kind === "validation" || each.kind === "other" ? (each.whole ? String(value) : score(value)) : each.numeric ? number(value) : value;
  const classes = [each.numeric ? "" : "text", each.kind === "other" ? "other" : "", best.get(each.key) === value ? "best" : ""];
  return make("td", { class: classes.filter(Boolean).join(" ") || null, title: each.kind && each.numeric ? String(value) : null }, text);
}

const CELLS = { verdict: (each, run) => verdictCell(run), difference: (each, run) => differenceCell(run),
  p: (each, run) => make("td", { class: run.p === null ? "none" : null }, probability(run.p)),
  state: (each, run) => make("td", { class: "text", title: run.note || null }, run.state) };

// The best of each validation metric among the runs that can be ranked.
const best = new Map(columns.filter((each) => each.kind === "validation").map((each) => {
  const values = runs.filter((run) => run.rank !== null && each.get(run) !== null).map(each.get);
  return [each.key, values.length > 1 ? (each.lower ? Math.min(...values) : Math.max(...values)) : undefined];
}));

function shownColumns() {
  const used = (each) => !["difference", "p"].includes(each.key) || runs.some((run) => each.get(run) !== null);
  return columns.filter((each) => (each.kind !== "other" || state.other) && !state.away.has(each.key) && used(each));
}

function rowOf(run, shown) {
  const row = make("tr", { class: run.index === state.a ? "is-a" : run.index === state.b ? "is-b" : null, "data-run": run.index,
    onclick: () => { if (!String(window.getSelection())) choose("b", run.index); } });
  row.append(nameCell(run), ...shown.map((each) => (CELLS[each.key] ?? valueCell)(each, run)));
  return row;
}

function drawTable() {
  const shown = shownColumns();
  const found = sorted(passing());
  $("table").tHead.replaceChildren(make("tr", {}, headCell(byKey.get("name")), ...shown.map(headCell)));
  $("table").tBodies[0].replaceChildren(...found.map((run) => rowOf(run, shown)));
  $("count").textContent = found.length === runs.length ? `${runs.length} runs` : `${found.length} of ${runs.length} runs`;
}

function drawChosen() {
  for (const row of $("table").tBodies[0].rows) {
    const index = Number(row.dataset.run);
    row.className = index === state.a ? "is-a" : index === state.b ? "is-b" : "";
    row.querySelector(".ab .a").setAttribute("aria-pressed", String(index === state.a));
    row.querySelector(".ab .b").setAttribute("aria-pressed", String(index === state.b));
  }
}

function drawRanges() {
  const chips = [...state.ranges].map(([key, range]) => {
    const words = range.values ? range.values.join(", ") : `${number(range.low, 3)} to ${number(range.high, 3)}`;
    return make("button", { type: "button", title: "Remove this range", onclick: () => setRange(key, null) },
      `${byKey.get(key).label}: ${words} ×`);
  });
  $("ranges").replaceChildren(...chips);
}

function setRange(key, range) {
  const ranges = new Map(state.ranges);
  if (range) ranges.set(key, range); else ranges.delete(key);
  change({ ranges });
}

function startTable() {
  const words = [...new Set(runs.map((run) => run.verdict ?? run.state))];
  const box = (each) => make("label", {}, make("input", { type: "checkbox", checked: !state.away.has(each.key), onchange: (event) => {
    const away = new Set(state.away);
    away[event.target.checked ? "delete" : "add"](each.key);
    change({ away });
  } }), each.label);
  $("columns").append(...columns.filter((each) => each.kind !== "other").map(box));
  $("verdict").append(make("option", { value: "" }, "all verdicts"), ...words.map((word) => make("option", { value: word }, word)));
  $("verdict").addEventListener("change", () => change({ verdict: $("verdict").value }));
  $("filter").addEventListener("input", () => change({ text: $("filter").value }));
  $("other").addEventListener("change", () => change({ other: $("other").checked }));
  $("other").parentElement.hidden = !columns.some((each) => each.kind === "other");
  listeners.push((values) => {
    if ("a" in values || "b" in values) drawChosen();
    if (["sort", "text", "verdict", "ranges", "other", "away"].some((key) => key in values)) drawTable();
    if ("ranges" in values) drawRanges();
  });
  drawTable();
}
