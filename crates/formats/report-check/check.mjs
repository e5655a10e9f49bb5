// Checks the pages in FOLDER/report in a browser: `node check.mjs FOLDER [--pictures]`; see `run`.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const work = process.argv[2];
const pictures = process.argv.includes("--pictures");
const require = createRequire(pathToFileURL(join(work, "package.json")));
const load = async (name) => import(pathToFileURL(require.resolve(name)));
const puppeteer = (await load("puppeteer-core")).default;
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const { HtmlValidate } = await load("html-validate");

let failed = 0;
const check = (what, fits, found = "") => {
  if (!fits) failed += 1;
  console.log(`${fits ? "ok  " : "FAIL"} ${what} ${found}`);
};

const ARTICLE = "000001-examples-harbour-txt.html";
const FRONT = "index.html";
const address = (name) => pathToFileURL(join(work, "report", name)).href;
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--font-render-hinting=none"],
});
const page = await browser.newPage();
const complaints = [];
page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("request", (request) => {
  if (!request.url().startsWith("file:")) complaints.push(`asks for ${request.url()}`);
});
const open = async (name, width = 1280, scheme = "light", height = 900) => {
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  await page.goto(address(name));
};
const settle = (time = 250) => new Promise((done) => setTimeout(done, time));

for (const name of [ARTICLE, FRONT]) {
  await open(name);
  await page.reload();
  const time = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0);
  check(`${name} opens within a second`, time < 1000 && paint < 1000, `load ${time.toFixed(0)} ms, paint ${paint.toFixed(0)} ms`);

  for (const width of [320, 360, 768, 1280]) {
    await open(name, width);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    check(`${name} does not scroll sideways at ${width} px`, wide <= width, `${wide} px`);
  }
  for (const scheme of ["light", "dark"]) {
    for (const width of [1280, 360]) {
      await open(name, width, scheme);
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
      });
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      }));
      const bad = found.violations.map((v) => `${v.impact} ${v.id} ×${v.nodes.length} ${v.nodes[0].target} ${v.nodes[0].failureSummary.slice(0, 260)}`);
      check(`${name}, ${scheme}, ${width} px: axe`, bad.length === 0, bad.join("\n     "));
    }
  }
}

// Sorting and filtering.
await open(ARTICLE);
const column = (table, cell) => page.$$eval(`${table} tbody tr:not([hidden])`, (rows, cell) => rows.map((row) => row.cells[cell].dataset.v ?? row.cells[cell].textContent), cell);
const before = await column("#quotes-table", 5);
await page.click("#quotes-table th:nth-child(6) button");
const sure = (await column("#quotes-table", 5)).map(Number);
check("a click sorts", sure.length === before.length && sure.every((value, at) => at === 0 || sure[at - 1] <= value));
check("the order is told", (await page.$eval("#quotes-table th:nth-child(6)", (th) => th.ariaSort)) === "ascending");
await page.click("#quotes-table th:nth-child(6) button");
check("another click turns it", (await page.$eval("#quotes-table th:nth-child(6)", (th) => th.ariaSort)) === "descending");
await page.select(".filter select[data-col=kind]", "mixed");
await settle();
const kinds = await column("#quotes-table", 4);
check("a kind can be chosen", kinds.length > 0 && kinds.every((kind) => kind === "mixed"), String(kinds.length));
await page.type(".filter input", "fund");
await settle();
check("words can be looked for", (await column("#quotes-table", 4)).length < kinds.length);
const status = await page.$eval(".filter [role=status]", (p) => p.textContent);
check("what is left is told", /^\d+ of \d+$/.test(status), status);

// Keyboard: a stance is reached, told and put away.
await open(ARTICLE);
let reached = false;
for (let step = 0; step < 80 && !reached; step += 1) {
  await page.keyboard.press("Tab");
  reached = await page.evaluate(() => document.activeElement.classList.contains("mark"));
}
check("Tab reaches a stance", reached);
const tip = () => page.evaluate(() => getComputedStyle(document.getElementById(document.activeElement.getAttribute("aria-describedby"))).display);
check("focus shows what it is", (await tip()) === "block");
check("its words are lit", (await page.$$(".w.shows")).length > 0);
await page.keyboard.press("Escape");
check("Escape puts it away", (await tip()) === "none");
const pieces = await page.evaluate(() => {
  const numbers = [...document.querySelectorAll(".prose [data-q]")].map((e) => e.dataset.q);
  const twice = numbers.find((n, at) => numbers.indexOf(n) !== at);
  document.querySelector(`#t${twice}`).focus();
  return [...document.querySelectorAll(".lit")].map((e) => e.className).join(" ");
});
check("a quote in pieces is lit with cue and source", (pieces.match(/\bq\b/g) ?? []).length > 1 && /cue/.test(pieces) && /src/.test(pieces));
await page.click(".matrix td a");
await settle();
check("a cell opens its evidence", await page.evaluate(() => document.querySelector(location.hash).closest("details").open && document.querySelector(location.hash).getClientRects().length > 0));
await page.click("details[open].pair .show");
check("evidence leads to the text", await page.evaluate(() => document.querySelector(location.hash).matches(".mark")));
await page.click(".legend button");
check("a speaker can be looked at alone", (await page.$$(".q.chosen")).length > 0);

// Without script everything is there.
await page.setJavaScriptEnabled(false);
await open(ARTICLE);
const bare = await (await page.createCDPSession()).send("Page.captureSnapshot").then(() => page.content());
check("without script no control is shown that does nothing", !/<form(?![^>]*hidden)/.test(bare));
await page.hover(".mark");
check("without script a stance is told", (await page.$$(".at:hover > .tip")).length > 0);
await page.setJavaScriptEnabled(true);

await open(FRONT);
await page.type("#articles input", "sea wall");
await settle(400);
check("articles can be searched", /^\d+ of 1000$/.test(await page.$eval("#articles [role=status]", (p) => p.textContent)));
await page.click("#articles tbody tr:not([hidden]) a");
await page.waitForSelector(".prose");
check("an article opens from the list", true);
await open("articles-0002.html");
check("the list goes on", (await page.$$("#articles-table tbody tr")).length === 1);

// Print.
await open(ARTICLE);
const pdf = await page.pdf({ format: "A4", printBackground: true, margin: { top: "1.5cm", bottom: "1.5cm", left: "1.5cm", right: "1.5cm" } });
writeFileSync(join(work, "article.pdf"), pdf);
await page.emulateMediaType("print");
check("on paper there are no controls", (await page.$$eval(".filter, .toggles, .top", (all) => all.every((e) => e.getClientRects().length === 0))));
check("on paper all evidence is there", (await page.$$eval(".pair li", (all) => all.every((e) => e.checkVisibility({ contentVisibilityAuto: true })))));
await page.emulateMediaType();
check("nothing is complained of and nothing is asked for", complaints.length === 0, complaints.slice(0, 5).join("\n     "));

const validator = new HtmlValidate({
  extends: ["html-validate:standard"],
  // Entities need not be named, `<q>` is what it is for, and pages are as large as their article.
  rules: { "long-title": "off", "no-inline-style": "error" },
});
for (const name of [ARTICLE, FRONT, "articles-0002.html"]) {
  const report = await validator.validateString(readFileSync(join(work, "report", name), "utf8"));
  const found = report.results.flatMap((result) => result.messages).map((m) => `${m.line}:${m.column} ${m.ruleId} ${m.message}`);
  check(`${name} is valid`, report.valid && found.length === 0, [...new Set(found)].slice(0, 8).join("\n     "));
}

if (pictures) {
  const sharp = (await load("sharp")).default;
  mkdirSync("docs/report", { recursive: true });
  const shoot = async (file, name, { width, height, scheme, at, mark }) => {
    await open(name, width, scheme, height);
    if (at) await page.evaluate((at) => document.querySelector(at).scrollIntoView(), at);
    if (mark) await page.$eval(mark, (mark) => mark.focus({ preventScroll: true }));
    await settle(300);
    const taken = await page.screenshot();
    await sharp(taken).png({ palette: true, colours: 160, dither: 0, effort: 10 }).toFile(`docs/report/${file}.png`);
  };
  await shoot("article", ARTICLE, { width: 1100, height: 760, scheme: "light", mark: "#k2" });
  await shoot("matrix", ARTICLE, { width: 1100, height: 620, scheme: "light", at: "#stances" });
  await shoot("network", ARTICLE, { width: 1100, height: 620, scheme: "dark", at: "#network" });
  await shoot("phone", ARTICLE, { width: 360, height: 640, scheme: "light", at: ".prose p:nth-of-type(4)" });
  await shoot("front", FRONT, { width: 1100, height: 760, scheme: "light" });
}
await browser.close();
console.log(failed ? `${failed} checks failed` : "all checks passed");
process.exit(failed ? 1 : 0);
