"""Train on a Dask cluster: the same sweep, on as many machines as the cluster has.

Without an address the script starts a cluster of two processes on this machine. Workers may come
and go: when one dies, its run is trained again by another. Runs are stored here, as soon as they
have ended, and not on the workers.

    sweep_on_dask.py                                  two processes on this machine
    sweep_on_dask.py --scheduler tcp://10.0.0.1:8786  a cluster; its workers need dlbook[dask] of
                                                      the same code, and one thread each:
                                                      dask worker ADDRESS --nthreads 1
    sweep_on_dask.py --kill                           kill a worker midway, to see what happens
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time

import numpy as np

from dlbook import data, nn, optimize, train
from dlbook.extras import need

with need("dask"):
    import joblib
    from distributed import Client, LocalCluster


def kill_one(client):
    """Kill a worker of the local cluster as soon as it trains."""
    while not any(client.processing().values()):
        time.sleep(0.01)
    address = next(address for address, keys in client.processing().items() if keys)
    pid = client.run(os.getpid, workers=[address])[address]
    os.kill(pid, signal.SIGKILL)
    print(f"killed worker {pid}, which was training", flush=True)


def planned(seeds, fast):
    """Return the experiments, which differ in their seeds."""
    smaller = {}
    if fast:
        seeds = 4
        smaller = {"model": nn.TwoLayer(hidden=16), "data": data.MNIST(54_000), "epochs": 2}
    return [
        train.Experiment(optimiser=optimize.GradientDescent(1.0), seed=seed, **smaller)
        for seed in range(seeds)
    ]


def main(argv=None):
    """Train on a cluster, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--scheduler", metavar="ADDRESS", help="of a running cluster")
    add("--seeds", type=int, default=6, metavar="N", help="runs (default: 6)")
    add("--kill", action="store_true", help="kill a worker of the local cluster midway")
    add("--fast", action="store_true", help="four seeds, 16 units, 6,000 images, two epochs")
    options = parser.parse_args(argv)
    if options.seeds < 1:
        parser.error(f"--seeds is {options.seeds}; expected an integer ≥ 1")
    if options.scheduler and options.kill:
        parser.error("--kill is for the local cluster, whose workers are this script's own")
    experiments = planned(options.seeds, options.fast)
    cluster = options.scheduler or LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    )
    with Client(cluster) as client, joblib.parallel_config("dask"):
        if options.kill:
            threading.Thread(target=kill_one, args=(client,), daemon=True).start()
        runs = train.sweep(experiments)  # as it would be without a cluster
        if not options.scheduler:
            client.shutdown()
    found = [run.test_accuracy for run in runs]
    print(f"{len(runs)} runs: mean {np.mean(found):.4f}, {min(found):.4f} to {max(found):.4f}")


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as error:
        sys.exit(f"sweep_on_dask.py: {error}")
