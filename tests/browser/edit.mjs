// Does with the editor page what a musician does: breaks the patch, finds the
// error, mends it, swaps, turns a knob. Arguments: the page's address, the
// file with the new patch. Every claim that fails ends the run.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [url, file] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const profile = mkdtempSync(join(tmpdir(), "mmm-chromium-"));

function claim(ok, what) {
  if (!ok) throw new Error(`not so: ${what}`);
  console.log(`ok: ${what}`);
}

async function until(what, test) {
  for (let i = 0; i < 100; i++) {
    if (await test()) return console.log(`ok: ${what}`);
    await new Promise((next) => setTimeout(next, 100));
  }
  throw new Error(`did not happen: ${what}`);
}

const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (line) => { if (line.type() === "error") complaints.push(line.text()); });
  await page.goto(url);
  const patch = page.getByRole("textbox", { name: "Patch" });
  const status = page.getByRole("status");
  const swap = page.getByRole("button", { name: "Swap", exact: true });
  await until("the page shows the playing patch", async () => (await patch.inputValue()).includes("echo"));
  await until("the instance plays", async () => /[1-9]\d* blocks/.test(await page.locator("#stats").textContent()));

  await patch.fill("fn dsp(l, r){\n  l + nothing\n}\n");
  await swap.click();
  await until("the broken patch is refused", async () => /broken/.test(await status.textContent()));
  const error = page.getByRole("list", { name: "Errors and warnings" }).getByRole("button").first();
  claim(/^2:7 error/.test(await error.textContent()), `the error is at 2:7, told as "${await error.textContent()}"`);
  await error.click();
  claim(await patch.evaluate((p) => p === document.activeElement && p.selectionStart === p.value.indexOf("nothing")),
    "a click on the error moves the caret there");

  await patch.press("Control+a");
  await page.keyboard.insertText(text);
  await swap.click();
  await until("the new patch is swapped in", async () => /swapped in/.test(await status.textContent()));
  claim(await page.getByRole("list", { name: "Errors and warnings" }).getByRole("button").count() === 0, "the errors are gone");

  const knob = page.getByLabel("level");
  await until("the new knob appears", async () => await knob.count() === 1);
  await knob.focus();
  await knob.press("End");
  await until("the knob shows its value", async () => /2$/.test(await page.locator(".knob span").textContent()));
  await knob.press("Home");
  await until("and the next", async () => /0.5$/.test(await page.locator(".knob span").textContent()));
  await patch.focus();
  await patch.press("Control+Enter");
  await until("Ctrl+Enter swaps too", async () => /swapped in/.test(await status.textContent()));
  claim(complaints.length === 0, `the browser has nothing to complain of ${complaints}`);
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
