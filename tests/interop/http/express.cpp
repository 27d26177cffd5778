// SPDX-License-Identifier: MIT
// The routes of tests/interop/support/express_app.mjs, line for line.
#include <stdexcept>

#include "suites.h"

using namespace duplex;

namespace http_oracle {
namespace {

using Names = std::vector<std::string>;

/// Answers with the route's name, what its parameters are, and where the request is seen from it.
http::Handler show(std::string name, Names names = {}) {
  return [name = std::move(name), names = std::move(names)](http::Request& req, http::Response& res) {
    std::map<std::string, std::string> params;
    for (const std::string& key : names)
      if (!req.param(key).empty()) params[key] = std::string(req.param(key));
    res.json(json::object("route", name, "params", params, "base", req.base(), "path", req.subpath()));
  };
}

http::Middleware mark(std::string header, std::string value) {
  return [header = std::move(header), value = std::move(value)](http::Request&, http::Response& res) {
    res.append(header, value);
    return http::next;
  };
}

void add_paths(Server& app) {
  app.on_error([](const http::Failure&, http::Request&, http::Response& res) {
    res.status(599).send("an error handler before the route hears nothing of it");
    return http::done;
  });
  app.get("/", show("root"));
  app.get("/plain", show("plain"));
  app.post("/plain", show("plain post"));
  app.put("/plain", show("plain put"));
  app.patch("/plain", show("plain patch"));
  app.del("/plain", show("plain delete"));
  app.all("/any", show("any"));
  app.get("/twice", show("first"));
  app.get("/twice", show("second"));
  app.get("/static/first", show("before"));
  app.get("/static/:x", show("parameter", {"x"}));
  app.get("/static/second", show("after"));
  app.get("/user/:id", show("user", {"id"}));
  app.get("/user/:id/books/:book", show("book", {"id", "book"}));
  app.get("/flight/:from-:to", show("flight", {"from", "to"}));
  app.get("/file/:name.:ext", show("file", {"name", "ext"}));
  app.get("/v:major.:minor", show("version", {"major", "minor"}));
  app.get("/opt{/:x}", show("optional", {"x"}));
  app.get("/nested{/:a{/:b}}", show("nested", {"a", "b"}));
  app.get("/between{/:x}/end", show("between", {"x"}));
  app.get("/page{.:format}", show("page", {"format"}));
  app.get("/splat/*rest", show("splat", {"rest"}));
  app.get("/all{/*rest}", show("all", {"rest"}));
  app.get("/mid/*path/edit", show("edit", {"path"}));
  app.get("/two/*a/to/*b", show("two", {"a", "b"}));
  app.get("/mixed/:a/*b", show("mixed", {"a", "b"}));
  app.get("/pre-*rest", show("prefix", {"rest"}));
  app.get("/quoted/:\"my name\"", show("quoted", {"my name"}));
  app.get("/escaped/\\:id", show("escaped"));
  app.get("/Mixed/Case", show("case"));
  app.get("/slash/", show("slash"));
  app.get("/_under/:$dollar", show("names", {"$dollar"}));
  app.get("/query", [](http::Request& req, http::Response& res) {
    res.json(json::object("a", req.query("a").value_or("none"), "b", req.query("b").value_or("none")));
  });
  app.post("/only/post", show("only post"));
  app.get("/only/:x", show("only get", {"x"}));
  app.put("/only/:y", show("only put", {"y"}));
}

void add_routers(Server& app) {
  app.use("/mw", [](http::Request& req, http::Response& res) {
    res.header("X-Mw", std::string(req.base()) + "|" + std::string(req.subpath()));
    return http::next;
  });
  app.get("/mw", show("mw root"));
  app.get("/mw/deep", show("mw deep"));
  app.use("/mw/stop", [](http::Request&, http::Response& res) {
    res.status(401).type("txt").send("stop");
    return http::done;
  });
  app.get("/mw/stop/here", show("never"));
  app.use("/org/:org", [](http::Request& req, http::Response& res) {
    res.header("X-Org", req.param("org"));
    return http::next;
  });
  app.get("/org/:org/info", show("org", {"org"}));
  app.use("/trail/", mark("X-Trail", "yes"));
  app.get("/trail/x", show("trail"));

  http::Router pets;
  pets.get("/", show("pets", {"id"}));
  pets.get("/:pet", show("pet", {"id", "pet"}));
  http::Router users;
  users.use(mark("X-Order", "router"));
  users.get("/", show("users"));
  users.post("/", show("users post"));
  users.get("/:id", show("users id", {"id"}));
  users.use("/:id/pets", std::move(pets));
  app.use("/api/users", mark("X-Order", "app"));
  app.use("/api/users", std::move(users));
  app.get("/api/users/:id/late", show("late", {"id"}));
  app.use("/api/users", mark("X-Order", "behind"));

  app.get("/pass/:x", [](http::Request& req, http::Response& res) {
    if (req.param("x") == "on") return res.pass();
    res.type("txt").send("kept");
  });
  app.get("/pass/:y", show("passed", {"y"}));
}

void add_errors(Server& app) {
  http::Router caught;
  caught.get("/throw", [](http::Request&, http::Response&) { throw std::runtime_error("broken"); });
  caught.get("/teapot", [](http::Request&, http::Response&) { throw http::Error(418, "short and stout"); });
  caught.get("/left", [](http::Request&, http::Response&) { throw http::Error(403, "left"); });
  caught.on_error([](const http::Failure& failure, http::Request&, http::Response& res) {
    if (failure.text == "left") return http::next;
    res.status(failure.status).json(json::object("caught", failure.text));
    return http::done;
  });
  caught.get("/throw", show("never: a failure passes by the routes behind it"));
  app.use("/caught", std::move(caught));
  app.use("/mwthrow", [](http::Request&, http::Response&) -> http::Flow { throw http::Error(403, "not you"); });
  app.get("/mwthrow", show("never"));
  app.get("/throw", [](http::Request&, http::Response&) { throw std::runtime_error("broken"); });
  app.get("/throw403", [](http::Request&, http::Response&) { throw http::Error(403, "forbidden"); });
}

void add_answers(Server& app) {
  http::Router r;
  r.get("/json", [](http::Request&, http::Response& res) { res.json(json::object("a", 1, "b", "\u00e9<")); });
  r.get("/null", [](http::Request&, http::Response& res) { res.json(json::Text()); });
  r.get("/text", [](http::Request&, http::Response& res) { res.type("txt").send("gr\u00fc\u00df"); });
  r.get("/plaintype", [](http::Request&, http::Response& res) { res.header("Content-Type", "text/plain").send("x"); });
  r.get("/html", [](http::Request&, http::Response& res) { res.send("<p>x</p>"); });
  r.get("/empty", [](http::Request&, http::Response& res) { res.send(std::string_view()); });
  r.get("/end", [](http::Request&, http::Response& res) { res.status(202).end(); });
  r.get("/buffer", [](http::Request&, http::Response& res) { res.send(std::as_bytes(std::span("abc", 3))); });
  r.get("/status/:code", [](http::Request& req, http::Response& res) {
    res.status(std::stoi(std::string(req.param("code")))).type("txt").send("body");
  });
  r.get("/sendstatus/:code",
        [](http::Request& req, http::Response& res) { res.send_status(std::stoi(std::string(req.param("code")))); });
  r.get("/type/*type", [](http::Request& req, http::Response& res) {
    res.type(req.param("type")).send(std::as_bytes(std::span("x", 1)));
  });
  r.get("/redirect", [](http::Request&, http::Response& res) { res.redirect("/elsewhere"); });
  r.get("/redirect/:code", [](http::Request& req, http::Response& res) {
    res.redirect("https://example.org/a?b=c#d", std::stoi(std::string(req.param("code"))));
  });
  r.get("/encoded", [](http::Request&, http::Response& res) { res.redirect("/a b/\u00e9?q=%20%zz\"<>`{}|\\^[]"); });
  r.get("/crlf", [](http::Request&, http::Response& res) { res.redirect("/x\r\nSet-Cookie: a=b"); });
  r.get("/location", [](http::Request&, http::Response& res) { res.location("/new place").status(201).end(); });
  r.get("/vary", [](http::Request&, http::Response& res) {
    res.vary("Accept").vary("Origin").vary("accept").type("txt").send("v");
  });
  r.get("/append", [](http::Request&, http::Response& res) {
    res.append("X-List", "a").append("X-List", "b").header("X-Once", "1").header("x-once", "2").type("txt").send("l");
  });
  r.get("/attachment", [](http::Request&, http::Response& res) { res.attachment().send("<b>"); });
  r.get("/attachment/:name", [](http::Request& req, http::Response& res) {
    res.attachment(req.param("name")).send(std::as_bytes(std::span("x", 1)));
  });
  r.get("/cookie", [](http::Request&, http::Response& res) {
    res.cookie("plain", "a b;\u00e9").cookie("second", "2", {.path = "/res", .http_only = true}).type("txt").send("c");
  });
  r.get("/cookie/all", [](http::Request&, http::Response& res) {
    res.cookie("all", "x",
               {.domain = "example.org",
                .max_age = 60,
                .http_only = true,
                .secure = true,
                .same_site = http::SameSite::strict})
        .type("txt")
        .send("c");
  });
  r.get("/cookie/clear", [](http::Request&, http::Response& res) {
    res.clear_cookie("gone").clear_cookie("other", {.path = "/res"}).type("txt").send("c");
  });
  r.get("/cookies", [](http::Request& req, http::Response& res) {
    res.json(json::object("a", req.cookie("a").value_or("none"), "b", req.cookie("b").value_or("none")));
  });
  app.use("/res", std::move(r));
}

void add_bodies(Server& app) {
  app.post("/body/json", [](http::Request& req, http::Response& res) {
    const auto body = req.json();
    if (!body) return res.fail(body.error());
    res.json(json::object("got", *body));
  });
  app.post("/body/form", [](http::Request& req, http::Response& res) {
    res.json(json::object("a", req.form("a").value_or("none"), "b", req.form("b").value_or("none")));
  });
  app.post("/body/text", [](http::Request& req, http::Response& res) { res.type("txt").send(req.body()); });
  app.post("/body/binary", [](http::Request& req, http::Response& res) {
    res.type("application/octet-stream").send(std::as_bytes(std::span(req.body())));
  });
  app.limit_body("/body/small", 100);
  app.post("/body/small", [](http::Request& req, http::Response& res) { res.type("txt").send(req.body()); });
  app.post("/body/is", [](http::Request& req, http::Response& res) {
    res.json(json::object("json", req.is("json"), "text", req.is("text/*"), "form", req.is("urlencoded")));
  });
}

void add_tags(Server& app) {
  http::Router r;
  const auto text = [](http::Request&, http::Response& res) { res.send("a text"); };
  r.get("/text", text);
  r.get("/empty", [](http::Request&, http::Response& res) { res.send(""); });
  r.get("/json", [](http::Request&, http::Response& res) { res.json(json::object("a", std::vector<int>{1, 2, 3})); });
  r.get("/large", [](http::Request&, http::Response& res) { res.type("txt").send(std::string(100'000, 'x')); });
  r.get("/mine", [](http::Request&, http::Response& res) { res.header("ETag", "\"mine\"").send("a text"); });
  r.get("/weak", [](http::Request&, http::Response& res) { res.header("ETag", "W/\"mine\"").send("a text"); });
  r.get("/modified", [](http::Request&, http::Response& res) {
    res.header("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT").send("a text");
  });
  r.get("/status/:code", [](http::Request& req, http::Response& res) {
    res.status(std::stoi(std::string(req.param("code")))).send("a text");
  });
  r.get("/end", [](http::Request&, http::Response& res) { res.end(); });
  r.post("/text", text);
  r.get("/later", [&app](http::Request&, http::Response& res) {
    app.loop().post([reply = res.defer()]() mutable { reply.send("a text"); });
  });
  app.use("/tag", std::move(r));
}

void add_files(Server& app, const std::string& root) {
  http::Router r;
  const auto send = [](http::FileOptions options) {
    return [options](http::Request& req, http::Response& res) { res.send_file(req.param("path"), options); };
  };
  const std::string_view in = root;  // of main's arguments: it outlives the server
  r.get("/in/*path", send({.root = in}));
  r.post("/in/*path", send({.root = in}));
  r.get("/slash/*path", [in](http::Request& req, http::Response& res) {
    res.send_file("/" + std::string(req.param("path")), {.root = in});
  });
  r.get("/allow/*path", send({.root = in, .dotfiles = http::Dotfiles::allow}));
  r.get("/deny/*path", send({.root = in, .dotfiles = http::Dotfiles::deny}));
  r.get("/cached/:path", send({.root = in, .max_age = std::chrono::hours(1), .immutable = true}));
  r.get("/headers/:path", send({.root = in, .headers = {{"X-Once", "file"}, {"Cache-Control", "private"}}}));
  r.get("/absolute/*path", [root](http::Request& req, http::Response& res) {
    res.send_file(root + "/" + std::string(req.param("path")));
  });
  r.get("/typed/:name",
        [in](http::Request& req, http::Response& res) { res.type("png").send_file(req.param("name"), {.root = in}); });
  r.get("/status/:code/:name", [in](http::Request& req, http::Response& res) {
    res.status(std::stoi(std::string(req.param("code")))).send_file(req.param("name"), {.root = in});
  });
  r.get("/tagged/:name", [in](http::Request& req, http::Response& res) {
    res.header("ETag", "\"mine\"").send_file(req.param("name"), {.root = in});
  });
  r.get("/save/*path",
        [in](http::Request& req, http::Response& res) { res.download(req.param("path"), {}, {.root = in}); });
  r.get("/save-as/:name/*path", [in](http::Request& req, http::Response& res) {
    res.download(req.param("path"), req.param("name"), {.root = in});
  });
  r.get("/save-absolute/:name",
        [root](http::Request& req, http::Response& res) { res.download(root + "/" + std::string(req.param("name"))); });
  r.get("/save-headers/:name", [in](http::Request& req, http::Response& res) {
    res.download(req.param("name"), {},
                 {.root = in, .headers = {{"X-Once", "file"}, {"content-disposition", "inline"}}});
  });
  app.use("/files", std::move(r));
}

}  // namespace

int serve_express(const Arguments& arguments) {
  Server app(options_of(arguments));
  add_paths(app);
  add_routers(app);
  add_errors(app);
  add_answers(app);
  add_bodies(app);
  add_tags(app);
  add_files(app, arguments.at("--root"));
  return serve(app);
}

}  // namespace http_oracle
