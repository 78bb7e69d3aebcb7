// Words above the table, then everything is drawn once.

function verdictWords(run, base) {
  const words = `${data.against[run.verdict] ?? `${run.verdict} against`} ${base.name}`;
  if (run.p === null) return words;
  return `${words}, p ${run.p < 0.001 ? "" : "= "}${probability(run.p)} corrected`;
}

function writeHeadline() {
  const base = runs[data.base];
  const ranked = runs.filter((run) => run.rank !== null).sort((one, two) => one.rank - two.rank);
  const first = ranked[0];
  const many = runs.length === 1 ? "1 run" : `${runs.length} runs`;
  $("summary").textContent = `${many} of this clone, ranked by ${data.metric} on the validation part`;
  if (!first) return;
  const words =
    first === base
      ? "the base itself: no run on its validation rows scores higher"
      : verdictWords(first, base);
  const equal = ranked.filter((run) => run.rank === 1).length - 1;
  const name = equal ? `${first.name} and ${equal} more` : first.name;
  $("headline").replaceChildren(
    "Best on validation",
    make("strong", {}, score(ranking.get(first))),
    make("b", {}, name),
    make("span", { class: "soft" }, words),
  );
  $("headline").hidden = false;
}

function writeMethod() {
  const base = runs[data.base];
  const tests = data.tests === 1 ? "one test" : `${data.tests} tests`;
  $("method").textContent =
    `Verdicts are on the validation part against ${base.name}, corrected for ${tests};` +
    " intervals are 95 %, each for itself. The best of many runs looks better on the validation part than" +
    " it is: the test part has the last word, for the one pair that you ask retrace compare for.";
}

function writeNotices() {
  const missing = runs.filter((run) => run.verdict === data.not_pulled).length;
  const why = runs.find((run) => run.reason.startsWith("the base "))?.reason;
  const remedy = [
    "Bring them with ",
    make("code", {}, "dvc fetch --all-branches --all-tags"),
    ", those of experiments with ",
    make("code", {}, `dvc exp pull ${data.remote} --all-commits`),
    ", then run ",
    make("code", {}, "retrace dashboard"),
    " again.",
  ];
  if (why)
    $("notices").append(
      make(
        "p",
        { class: "notice" },
        `No run is judged: ${why}. `,
        ...(why.endsWith(data.not_pulled) ? remedy : []),
      ),
    );
  else if (missing)
    $("notices").append(
      make(
        "p",
        { class: "notice" },
        `The predictions of ${missing} run${missing === 1 ? " are" : "s are"} not in DVC's cache here. `,
        ...remedy,
      ),
    );
}

async function start() {
  writeHeadline();
  writeMethod();
  writeNotices();
  Object.assign(state, firstPair());
  if (!ranking) state.sort = { key: "name", down: false };
  startTable();
  await Promise.all([startParallel(), startPair()]);
  let width = document.body.clientWidth,
    timer = 0;
  window.addEventListener("resize", () => {
    if (document.body.clientWidth === width) return;
    width = document.body.clientWidth;
    clearTimeout(timer);
    timer = setTimeout(() => {
      drawParallel();
      drawPair();
    }, 150);
  });
  performance.mark("drawn");
  document.documentElement.dataset.drawn = "yes";
}

start();
