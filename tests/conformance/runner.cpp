// SPDX-License-Identifier: MIT
#include "conformance/runner.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "conformance/session.h"

namespace conformance {
namespace {

Result play(const Case& one, const Target& target) {
  auto pipe = target.connect();
  if (!pipe) return {one.id, one.what, {.why = "the server cannot be reached", .ended = "not open"}};
  return {one.id, one.what, Session(one, *pipe, target.host, target.path).run()};
}

/// What counts: a wrong end fails a case whose messages were right.
Behaviour overall(const Verdict& v) {
  bool ends_well = v.close == Close::ok || v.close == Close::informational;
  return ends_well ? v.behaviour : Behaviour::failed;
}

std::ptrdiff_t count(const std::vector<Result>& results, Behaviour wanted) {
  return std::count_if(results.begin(), results.end(), [&](const Result& r) { return overall(r.verdict) == wanted; });
}

}  // namespace

std::vector<Result> run(const std::vector<Case>& cases, const Target& target, int jobs) {
  std::vector<Result> results(cases.size());
  auto play_all = [&](bool heavy, int at_once) {
    std::atomic<std::size_t> next = 0;
    auto work = [&] {
      for (std::size_t i; (i = next++) < cases.size();) {
        if (cases[i].is_heavy == heavy) results[i] = play(cases[i], target);
      }
    };
    std::vector<std::jthread> threads;
    for (int i = 1; i < at_once; ++i) threads.emplace_back(work);
    work();
  };
  play_all(false, jobs);
  play_all(true, std::min(jobs, 3));
  return results;
}

std::string summary(const std::vector<Result>& results) {
  auto text = std::to_string(results.size()) + " cases: " + std::to_string(count(results, Behaviour::ok)) + " OK, " +
              std::to_string(count(results, Behaviour::informational)) + " INFORMATIONAL, " +
              std::to_string(count(results, Behaviour::non_strict)) + " NON-STRICT, " +
              std::to_string(count(results, Behaviour::failed)) + " FAILED";
  if (auto n = count(results, Behaviour::unimplemented)) text += ", " + std::to_string(n) + " UNIMPLEMENTED";
  return text;
}

bool all_passed(const std::vector<Result>& results) {
  return std::all_of(results.begin(), results.end(), [](const Result& r) { return r.verdict.passed(); });
}

void print_exceptions(std::ostream& out, const std::vector<Result>& results) {
  for (const auto& [id, what, verdict] : results) {
    if (verdict.behaviour == Behaviour::ok && verdict.close == Close::ok) continue;
    out << id << " (" << what << "): behaviour " << name(verdict.behaviour) << ", close " << name(verdict.close) << ": "
        << verdict.why << '\n';
  }
}

void write_table(std::ostream& out, const std::vector<Result>& results) {
  out << summary(results) << ".\n";
  std::string group;
  for (const auto& [id, what, verdict] : results) {
    if (auto its = id.substr(0, id.find('.')); its != group) {
      group = its;
      out << "\n| " << group << " | what | behaviour | close | ended with | ms |\n|---|---|---|---|---|---|\n";
    }
    out << "| " << id << " | " << what << " | " << name(verdict.behaviour) << " | " << name(verdict.close) << " | "
        << verdict.ended << " | " << verdict.took.count() << " |\n";
  }
}

}  // namespace conformance
