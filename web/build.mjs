// SPDX-License-Identifier: MIT
// Bundles the pages into web/dist: one folder with an index.html per page, everything else under assets/ with its hash in
// the name, so that a server may tell browsers to keep assets for ever and pages not at all.
// Beside it, what npm packages hold ready for browsers, as they hold it: web/dist-client, the client that a Socket.IO
// server serves (`serveClient`), and web/dist-admin, the page of the admin UI. All but what only debuggers read is there
// compressed, too.
//   node build.mjs [--watch]
import { build, context } from "esbuild";
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join, relative, basename } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, deflate, gzip } from "node:zlib";

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

const packers = { ".br": promisify(brotliCompress), ".gz": promisify(gzip), ".deflate": promisify(deflate) };

/** "socket.io.js.br" and the like, beside each file of the folder whose extension is one of these. */
async function compress(folder, extensions, suffixes) {
  const files = (await readdir(folder, { recursive: true })).filter((file) => extensions.includes(extname(file)));
  await Promise.all(files.flatMap((file) => suffixes.map(async (suffix) => {
    const packed = await packers[suffix](await readFile(join(folder, file)), { level: 9 });
    await writeFile(join(folder, file) + suffix, packed);
  })));
}

/** The bundles of npm `socket.io-client`, with their maps: the files that Node's server serves under its path. */
async function copyClient() {
  const from = join(root, "node_modules/socket.io-client"), to = join(root, "dist-client");
  await mkdir(to);
  for (const bundle of ["socket.io.js", "socket.io.min.js", "socket.io.msgpack.min.js", "socket.io.esm.min.js"])
    for (const file of [bundle, `${bundle}.map`]) await copyFile(join(from, "dist", file), join(to, file));
  await copyFile(join(from, "LICENSE"), join(to, "LICENSE"));
  await compress(to, [".js", ".map"], [".br", ".gz", ".deflate"]);
}

async function copyAdminPage() {
  const from = join(root, "node_modules/@socket.io/admin-ui"), to = join(root, "dist-admin");
  await cp(join(from, "ui/dist"), to, { recursive: true });
  await copyFile(join(from, "LICENSE"), join(to, "LICENSE"));
  await compress(to, [".html", ".js", ".css", ".svg"], [".br", ".gz"]);
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

for (const folder of [dist, `${dist}-client`, `${dist}-admin`]) await rm(folder, { recursive: true, force: true });
await Promise.all([copyClient(), copyAdminPage()]);
if (process.argv.includes("--watch")) {
  await (await context(options)).watch();
} else {
  const { metafile } = await build(options);
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  console.log(`pages: ${pages.length} in web/dist, ${(bytes / 1024).toFixed(0)} KiB of scripts and styles`);
}
