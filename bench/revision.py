# SPDX-License-Identifier: MIT
"""A commit of this repository, checked out beside the tree and built, for as long as it is needed."""
import os
import shutil
import subprocess

import machine
from measure import Trouble

FOLDER = os.path.join(machine.ROOT, "build/gate")


def git(*words):
    ran = subprocess.run(["git", "-C", machine.ROOT, *words], capture_output=True, text=True)
    if ran.returncode != 0:
        raise Trouble(f"git {' '.join(words)}: {(ran.stderr.strip() or 'failed').splitlines()[-1]}")
    return ran.stdout.strip()


def commit_of(name):
    """Its full hash."""
    return git("rev-parse", "--verify", "--end-of-options", name + "^{commit}")


class Revision:
    """`with Revision(hash) as server:` is the path of its `duplex-conformance`, built as release. Nothing of it is left afterwards."""

    def __init__(self, commit, jobs):
        self.commit, self.jobs = commit, jobs
        self.folder = os.path.join(FOLDER, f"{commit[:12]}-{os.getpid()}")

    def __enter__(self):
        try:
            git("worktree", "add", "--detach", self.folder, self.commit)
            self.run("cmake", "--preset", "release")
            self.run("cmake", "--build", "--preset", "release", "--target", "duplex-conformance", "-j", str(self.jobs))
            return os.path.join(self.folder, "build/release/bin/duplex-conformance")
        except BaseException:
            self.__exit__()
            raise

    def run(self, *command):
        ran = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if ran.returncode != 0:
            raise Trouble(f"{self.commit[:12]} does not build: {' '.join(command[:3])} says\n" + "\n".join(ran.stdout.strip().splitlines()[-20:]))

    def __exit__(self, *_):
        try:
            git("worktree", "remove", "--force", self.folder)
        except Trouble:  # git did not get as far as knowing of it
            shutil.rmtree(self.folder, ignore_errors=True)
