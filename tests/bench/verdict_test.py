#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench/verdict.py: what is called slower, on figures that were recorded and on figures that are made up."""
import os
import random
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench"))
from verdict import FASTER, SAME, SLOWER, ratios, verdict  # noqa: E402


class Verdict(unittest.TestCase):
    def test_the_same_program_twice_as_it_was_measured(self):
        # 100x20, handshake, idle memory, http 100 and polling, four turns each, on a machine that others used too.
        for before, after in (([4565, 4019, 4069, 3722], [4874, 3779, 3769, 6483]), ([40834, 24930, 27391, 28981], [26719, 25028, 27350, 30554]),
                              ([202, 201, 202, 202], [202, 202, 201, 202]), ([6337, 5833, 5760, 6447], [5902, 4697, 6139, 6180]),
                              ([19535, 19356, 18691, 18868], [19538, 19359, 20032, 19209])):
            self.assertEqual(verdict(ratios(before, after), 0.05), SAME)

    def test_all_pairs_on_one_side_and_a_median_beyond_the_threshold_is_a_move(self):
        self.assertEqual(verdict([1.06, 1.07, 1.01], 0.05), SLOWER)
        self.assertEqual(verdict([0.94, 0.93, 0.99], 0.05), FASTER)

    def test_one_pair_that_says_otherwise_is_enough_for_no_difference(self):
        self.assertEqual(verdict([1.50, 1.60, 1.70, 0.99], 0.05), SAME)
        self.assertEqual(verdict([0.50, 0.60, 0.70, 1.01], 0.05), SAME)
        self.assertEqual(verdict([1.50, 1.60, 1.0], 0.05), SAME)

    def test_what_is_within_the_threshold_is_no_difference_however_sure(self):
        self.assertEqual(verdict([1.04, 1.04, 1.04], 0.05), SAME)
        self.assertEqual(verdict([1.04, 1.04, 1.04], 0.03), SLOWER)
        self.assertEqual(verdict([0.96, 0.96, 0.96], 0.05), SAME)

    def test_slower_one_way_is_faster_the_other(self):
        draw = random.Random(7)
        for _ in range(1000):
            before, after = ([draw.uniform(80, 120) * factor for _ in range(5)] for factor in (1, draw.choice([0.5, 0.8, 1, 1.25, 2])))
            there, back = verdict(ratios(before, after), 0.05), verdict(ratios(after, before), 0.05)
            self.assertEqual({SLOWER: FASTER, FASTER: SLOWER, SAME: SAME}[there], back)

    def test_noise_is_seldom_called_slower_and_a_tenth_more_with_little_noise_always(self):
        draw = random.Random(8)
        noise = [verdict([draw.gauss(1, 0.1) for _ in range(6)], 0.05) for _ in range(4000)]
        self.assertLess(noise.count(SLOWER), 4000 * 0.02)
        moved = [verdict([draw.gauss(1.1, 0.02) for _ in range(6)], 0.05) for _ in range(1000)]
        self.assertGreater(moved.count(SLOWER), 990)

    def test_a_figure_of_nothing(self):
        self.assertEqual(ratios([0, 0, 2], [0, 1, 1]), [1.0, float("inf"), 0.5])
        with self.assertRaises(ValueError):
            verdict([], 0.05)
        with self.assertRaises(ValueError):
            ratios([1], [1, 2])


unittest.main()
