// SPDX-License-Identifier: MIT
// The routes of tests/interop/http/express.cpp, line for line, on npm `express`.
import express from "express";

const joined = (value) => (Array.isArray(value) ? value.join("/") : value);

/** Answers with the route's name, what its parameters are, and where the request is seen from it. */
const show = (route) => (req, res) => {
  const params = {};
  for (const key of Object.keys(req.params).sort()) params[key] = joined(req.params[key]);
  res.json({ route, params, base: req.baseUrl, path: req.path });
};
const mark = (header, value) => (req, res, next) => { res.append(header, value); next(); };
const failure = (status, text) => Object.assign(new Error(text), { status });

function addPaths(app) {
  // eslint-disable-next-line no-unused-vars
  app.use((error, req, res, next) => res.status(599).send("an error handler before the route hears nothing of it"));
  app.get("/", show("root"));
  app.get("/plain", show("plain"));
  app.post("/plain", show("plain post"));
  app.put("/plain", show("plain put"));
  app.patch("/plain", show("plain patch"));
  app.delete("/plain", show("plain delete"));
  app.all("/any", show("any"));
  app.get("/twice", show("first"));
  app.get("/twice", show("second"));
  app.get("/static/first", show("before"));
  app.get("/static/:x", show("parameter"));
  app.get("/static/second", show("after"));
  app.get("/user/:id", show("user"));
  app.get("/user/:id/books/:book", show("book"));
  app.get("/flight/:from-:to", show("flight"));
  app.get("/file/:name.:ext", show("file"));
  app.get("/v:major.:minor", show("version"));
  app.get("/opt{/:x}", show("optional"));
  app.get("/nested{/:a{/:b}}", show("nested"));
  app.get("/between{/:x}/end", show("between"));
  app.get("/page{.:format}", show("page"));
  app.get("/splat/*rest", show("splat"));
  app.get("/all{/*rest}", show("all"));
  app.get("/mid/*path/edit", show("edit"));
  app.get("/two/*a/to/*b", show("two"));
  app.get("/mixed/:a/*b", show("mixed"));
  app.get("/pre-*rest", show("prefix"));
  app.get('/quoted/:"my name"', show("quoted"));
  app.get("/escaped/\\:id", show("escaped"));
  app.get("/Mixed/Case", show("case"));
  app.get("/slash/", show("slash"));
  app.get("/_under/:$dollar", show("names"));
  app.get("/query", (req, res) => res.json({ a: req.query.a ?? "none", b: req.query.b ?? "none" }));
  app.post("/only/post", show("only post"));
  app.get("/only/:x", show("only get"));
  app.put("/only/:y", show("only put"));
}

function addRouters(app) {
  app.use("/mw", (req, res, next) => { res.set("X-Mw", `${req.baseUrl}|${req.path}`); next(); });
  app.get("/mw", show("mw root"));
  app.get("/mw/deep", show("mw deep"));
  app.use("/mw/stop", (req, res) => { res.status(401).type("txt").send("stop"); });
  app.get("/mw/stop/here", show("never"));
  app.use("/org/:org", (req, res, next) => { res.set("X-Org", req.params.org); next(); });
  app.get("/org/:org/info", show("org"));
  app.use("/trail/", mark("X-Trail", "yes"));
  app.get("/trail/x", show("trail"));

  const pets = express.Router({ mergeParams: true });
  pets.get("/", show("pets"));
  pets.get("/:pet", show("pet"));
  const users = express.Router();
  users.use(mark("X-Order", "router"));
  users.get("/", show("users"));
  users.post("/", show("users post"));
  users.get("/:id", show("users id"));
  users.use("/:id/pets", pets);
  app.use("/api/users", mark("X-Order", "app"));
  app.use("/api/users", users);
  app.get("/api/users/:id/late", show("late"));
  app.use("/api/users", mark("X-Order", "behind"));

  app.get("/pass/:x", (req, res, next) => (req.params.x === "on" ? next() : res.type("txt").send("kept")));
  app.get("/pass/:y", show("passed"));
}

function addErrors(app) {
  const caught = express.Router();
  caught.get("/throw", () => { throw new Error("broken"); });
  caught.get("/teapot", () => { throw failure(418, "short and stout"); });
  caught.get("/left", () => { throw failure(403, "left"); });
  caught.use((error, req, res, next) => {
    if (error.message === "left") return next(error);
    res.status(error.status ?? 500).json({ caught: error.message });
  });
  caught.get("/throw", show("never: a failure passes by the routes behind it"));
  app.use("/caught", caught);
  app.use("/mwthrow", () => { throw failure(403, "not you"); });
  app.get("/mwthrow", show("never"));
  app.get("/throw", () => { throw new Error("broken"); });
  app.get("/throw403", () => { throw failure(403, "forbidden"); });
}

function addAnswers(app) {
  const r = express.Router();
  r.get("/json", (req, res) => res.json({ a: 1, b: "\u00e9<" }));
  r.get("/null", (req, res) => res.json(null));
  r.get("/text", (req, res) => res.type("txt").send("gr\u00fc\u00df"));
  r.get("/plaintype", (req, res) => res.set("Content-Type", "text/plain").send("x"));
  r.get("/html", (req, res) => res.send("<p>x</p>"));
  r.get("/empty", (req, res) => res.send(""));
  r.get("/end", (req, res) => res.status(202).end());
  r.get("/buffer", (req, res) => res.send(Buffer.from("abc")));
  r.get("/status/:code", (req, res) => res.status(Number(req.params.code)).type("txt").send("body"));
  r.get("/sendstatus/:code", (req, res) => res.sendStatus(Number(req.params.code)));
  r.get("/type/*type", (req, res) => res.type(joined(req.params.type)).send(Buffer.from("x")));
  r.get("/redirect", (req, res) => res.redirect("/elsewhere"));
  r.get("/redirect/:code", (req, res) => res.redirect(Number(req.params.code), "https://example.org/a?b=c#d"));
  r.get("/encoded", (req, res) => res.redirect('/a b/\u00e9?q=%20%zz"<>`{}|\\^[]'));
  r.get("/crlf", (req, res) => res.redirect("/x\r\nSet-Cookie: a=b"));
  r.get("/location", (req, res) => res.location("/new place").status(201).end());
  r.get("/vary", (req, res) => res.vary("Accept").vary("Origin").vary("accept").type("txt").send("v"));
  r.get("/append", (req, res) => res.append("X-List", "a").append("X-List", "b").set("X-Once", "1").set("x-once", "2").type("txt").send("l"));
  r.get("/attachment", (req, res) => res.attachment().send("<b>"));
  r.get("/attachment/:name", (req, res) => res.attachment(req.params.name).send(Buffer.from("x")));
  r.get("/cookie", (req, res) => res.cookie("plain", "a b;\u00e9").cookie("second", "2", { path: "/res", httpOnly: true }).type("txt").send("c"));
  r.get("/cookie/all", (req, res) => res
    .cookie("all", "x", { domain: "example.org", maxAge: 60_000, httpOnly: true, secure: true, sameSite: "strict" }).type("txt").send("c"));
  r.get("/cookie/clear", (req, res) => res.clearCookie("gone").clearCookie("other", { path: "/res" }).type("txt").send("c"));
  r.get("/cookies", (req, res) => {
    const sent = Object.fromEntries((req.headers.cookie ?? "").split("; ").map((pair) => pair.split("=")));
    const decoded = (name) => (name in sent ? decodeURIComponent(sent[name]) : "none");
    res.json({ a: decoded("a"), b: decoded("b") });
  });
  app.use("/res", r);
}

function addBodies(app) {
  app.post("/body/json", express.json({ limit: "1mb", strict: false }), (req, res) => (req.body === undefined ? res.sendStatus(415) : res.json({ got: req.body })));
  app.post("/body/form", express.urlencoded({ extended: false }), (req, res) => res.json({ a: req.body?.a ?? "none", b: req.body?.b ?? "none" }));
  app.post("/body/text", express.text({ limit: "1mb" }), (req, res) => res.type("txt").send(req.body));
  app.post("/body/binary", express.raw({ limit: "1mb" }), (req, res) => res.type("application/octet-stream").send(req.body));
  app.post("/body/small", express.text({ limit: 100 }), (req, res) => res.type("txt").send(req.body));
  app.post("/body/is", (req, res) => res.json({ json: !!req.is("json"), text: !!req.is("text/*"), form: !!req.is("urlencoded") }));
}

function addTags(app) {
  const r = express.Router();
  r.get("/text", (req, res) => res.send("a text"));
  r.get("/empty", (req, res) => res.send(""));
  r.get("/json", (req, res) => res.json({ a: [1, 2, 3] }));
  r.get("/large", (req, res) => res.type("txt").send("x".repeat(100_000)));
  r.get("/mine", (req, res) => res.set("ETag", '"mine"').send("a text"));
  r.get("/weak", (req, res) => res.set("ETag", 'W/"mine"').send("a text"));
  r.get("/modified", (req, res) => res.set("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT").send("a text"));
  r.get("/status/:code", (req, res) => res.status(Number(req.params.code)).send("a text"));
  r.get("/end", (req, res) => res.end());
  r.post("/text", (req, res) => res.send("a text"));
  r.get("/later", (req, res) => { setImmediate(() => res.send("a text")); });
  app.use("/tag", r);
}

function addFiles(app, root) {
  const r = express.Router();
  r.get("/in/*path", (req, res) => res.sendFile(joined(req.params.path), { root }));
  r.post("/in/*path", (req, res) => res.sendFile(joined(req.params.path), { root }));
  r.get("/slash/*path", (req, res) => res.sendFile(`/${joined(req.params.path)}`, { root }));
  r.get("/allow/*path", (req, res) => res.sendFile(joined(req.params.path), { root, dotfiles: "allow" }));
  r.get("/deny/*path", (req, res) => res.sendFile(joined(req.params.path), { root, dotfiles: "deny" }));
  r.get("/cached/:name", (req, res) => res.sendFile(req.params.name, { root, maxAge: 3_600_000, immutable: true }));
  r.get("/headers/:name", (req, res) => res.sendFile(req.params.name, { root, headers: { "X-Once": "file", "Cache-Control": "private" } }));
  r.get("/absolute/*path", (req, res) => res.sendFile(`${root}/${joined(req.params.path)}`));
  r.get("/typed/:name", (req, res) => res.type("png").sendFile(req.params.name, { root }));
  r.get("/status/:code/:name", (req, res) => res.status(Number(req.params.code)).sendFile(req.params.name, { root }));
  r.get("/tagged/:name", (req, res) => res.set("ETag", '"mine"').sendFile(req.params.name, { root }));
  r.get("/save/*path", (req, res) => res.download(joined(req.params.path), { root }));
  r.get("/save-as/:name/*path", (req, res) => res.download(joined(req.params.path), req.params.name, { root }));
  r.get("/save-absolute/:name", (req, res) => res.download(`${root}/${req.params.name}`));
  r.get("/save-headers/:name", (req, res) => res.download(req.params.name, { root, headers: { "X-Once": "file", "content-disposition": "inline" } }));
  app.use("/files", r);
}

/** `root`: a folder for the routes below /files. */
export function expressApp(root) {
  const app = express();
  app.set("env", "test");  // it prints no errors then
  app.disable("x-powered-by");
  addPaths(app);
  addRouters(app);
  addErrors(app);
  addAnswers(app);
  addBodies(app);
  addTags(app);
  addFiles(app, root);
  return app;
}
