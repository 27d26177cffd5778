#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Results of bench/compare, those from before there were some of its scenarios too: bench/record.py reads them, and the page draws what is there."""
import json
import os
import re
import sys
import unittest

sys.dont_write_bytecode = True
BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench")
sys.path.insert(0, BENCH)
import record  # noqa: E402
import scenarios  # noqa: E402

TEXT = """date: 2026-01-01 00:00 UTC
CPU: some
cores: 2, 2 of them usable

scenario  server  CPU ns/msg  ratio

Note, in 1 of 2 runs: 100x20, duplex: a note: with a colon
FAILED 1000x20: nothing came

Every turn:
  socket.io polling 100x20, duplex, CPU ns/msg: 10 12
  socket.io polling 100x20, socket.io 4.8.4, CPU ns/msg: 60 84
  socket.io idle memory polling, duplex, bytes/connection: 1757

Commands:
  server duplex: duplex-conformance --port PORT
"""


class Record(unittest.TestCase):
    def test_what_is_written_is_read(self):
        found = record.read(TEXT.splitlines())
        self.assertEqual(found.scenarios["socket.io polling 100x20"], {"CPU ns/msg": {"duplex": [10, 12], "socket.io 4.8.4": [60, 84]}})
        self.assertEqual(found.notes, ["in 1 of 2 runs: 100x20, duplex: a note: with a colon"])
        self.assertEqual(found.failures, ["1000x20: nothing came"])
        self.assertEqual(record.ratios("CPU ns/msg", [10, 12], [60, 84]), [6, 7])
        self.assertEqual(dict(found.head)["cores"], "2, 2 of them usable")

    def test_the_page_holds_the_figures(self):
        page = record.page(record.read(TEXT.splitlines()))
        report = json.loads(re.search(r'id="report">(.*?)</script>', page, re.S)[1])
        self.assertEqual([scenario["name"] for scenario in report["scenarios"]], ["socket.io polling 100x20", "socket.io idle memory polling"])
        self.assertEqual(report["scenarios"][0]["figures"][0]["turns"], [[10, 12], [60, 84]])

    def test_the_kept_results_are_of_scenarios_that_there_are(self):
        kept = record.load(os.path.join(BENCH, "results/compare.txt"))
        self.assertTrue(kept.scenarios)
        self.assertLessEqual(set(kept.scenarios), {scenario.name for scenario in scenarios.SCENARIOS})

    def test_scenarios_have_names_of_their_own_and_words_for_the_generator(self):
        names = [scenario.name for scenario in scenarios.SCENARIOS]
        self.assertEqual(len(names), len(set(names)))
        options = type("Options", (), {"seconds": 1, "warmup": 0})
        for scenario in scenarios.SCENARIOS:
            words = scenario.load(options, True)
            self.assertEqual(words[words.index("--mode") + 1], scenario.mode)
            self.assertEqual("--transport" in words, scenario.transport != "websocket")
            self.assertTrue("," not in scenario.name and ": " not in scenario.name, scenario.name)  # record.py cuts there


unittest.main()
