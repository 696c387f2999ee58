"""A bar on a terminal, and silence anywhere else."""

import os
import subprocess
import sys

import pytest

CODE = """
import functools, numpy as np
from dlbook import nn, optimize, train
from dlbook.data import Split
model = nn.TwoLayer(inputs=2, hidden=2, outputs=2)
points = Split(np.zeros((20, 2), np.float32), np.zeros(20, int))
rng = np.random.default_rng(0)
train.fit(functools.partial(nn.two_layer_objective, alpha=0.0), model.init(rng), points,
          points, model=model, optimiser=optimize.GradientDescent(0.1), epochs=3, batch_size=5,
          rng=rng)
"""


def test_silent_where_output_is_no_terminal():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_bar_with_loss_and_accuracy_on_a_terminal():
    pty = pytest.importorskip("pty")
    termios = pytest.importorskip("termios")

    pytest.importorskip("tqdm")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    with subprocess.Popen([sys.executable, "-c", CODE], stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # Linux says so when the other end is closed
            pass
    os.close(ours)
    assert process.returncode == 0
    last = shown.decode().split("\r")
    assert any("epoch 3/3: 100%" in line and "12/12" in line for line in last)
    assert any("loss 0." in line and "accuracy 1.0000" in line for line in last)
