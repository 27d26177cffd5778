// SPDX-License-Identifier: MIT
// Bundles the pages into web/dist: one folder with an index.html per page, everything else under assets/ with its hash in
// the name, so that a server may tell browsers to keep assets for ever and pages not at all.
//   node build.mjs [--watch]
import { build, context } from "esbuild";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, basename } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
const pages = [
  { source: "room", at: "index.html" },
  { source: "chat", at: "chat/index.html" },
];

// Each page's html names its sources ("main.js", "main.css"); the built page names what they became.
async function writePages(outputs) {
  const sprite = await readFile(join(root, "shared/sprite.svg"), "utf8");
  for (const page of pages) {
    let html = await readFile(join(root, page.source, "index.html"), "utf8");
    html = html.replace("<!-- shared/sprite.svg -->", sprite.trim());
    for (const [path, output] of Object.entries(outputs)) {
      if (!output.entryPoint || dirname(output.entryPoint) !== page.source) continue;
      const name = basename(output.entryPoint);
      html = html.replaceAll(`"./${name}"`, `"/${relative("dist", path)}"`);
    }
    const left = html.match(/"\.\/[^"]*"/);
    if (left) throw new Error(`${page.source}/index.html names ${left[0]}, which was not built`);
    await mkdir(dirname(join(dist, page.at)), { recursive: true });
    await writeFile(join(dist, page.at), html);
  }
}

const options = {
  absWorkingDir: root,
  entryPoints: pages.flatMap(({ source }) => [`${source}/main.js`, `${source}/main.css`]),
  outdir: "dist/assets",
  outbase: ".",
  entryNames: "[dir]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  format: "esm",
  target: ["chrome109", "firefox115", "safari16"],
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  plugins: [{
    name: "pages",
    setup: (b) => b.onEnd(({ metafile, errors }) => (errors.length ? undefined : writePages(metafile.outputs))),
  }],
};

await rm(dist, { recursive: true, force: true });
if (process.argv.includes("--watch")) {
  await (await context(options)).watch();
} else {
  const { metafile } = await build(options);
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  console.log(`pages: ${pages.length} in web/dist, ${(bytes / 1024).toFixed(0)} KiB of scripts and styles`);
}
